// Submitting a list of files that is read from a file or from standard input.
#pragma once
#include <optional>
#include <string>

#include "cli/context.h"
#include "cli/list_line.h"

namespace rft::cli {

struct ListSource {
  std::string path;                  // "-": standard input
  std::optional<ListFormat> format;  // none: its first line tells
  bool destinations = false;         // each is the source of its own line too: for a check
};

// Submits `spec`, which has a handle, and gives it the files of the list; it is not committed yet.
// Where `spec` names no folders, every line has to hold URLs, and the folders are the roots of the
// first line's two endpoints. A request of this handle that is committed already is left as it is.
//
// Nothing where it did not come to its end: what is wrong and how to go on was said, and the exit
// code is set. No file moves then.
std::optional<TransferAnswer> submit_list(Context& context, Client& client, TransferSpec spec,
                                          const ListSource& source);

}  // namespace rft::cli
