// What is said of a folder, cut into words that the wire takes. Pure.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "mover/lister.h"
#include "wire/message.h"

namespace rft::mover {

class FolderWords {
 public:
  // `source`: the order's, which ends with '/'. What stands up to due.after is left out, and so are
  // part files of ours.
  FolderWords(const Url& source, Links links, FolderDue due, std::vector<Entry> entries);
  // The next word; the one with `whole` is the last.
  Listed next();

 private:
  std::optional<Fault> why_passed_over(const Entry& entry, const Url& url) const;

  Url folder_;
  Links links_;
  FolderDue due_;
  std::size_t root_size_;  // of the path that leads to the order's source
  std::vector<Entry> entries_;
  std::size_t at_ = 0;  // the entry that is said next
};

// A folder of which nothing is known but why.
Listed folder_passed_over(const FolderDue& due, Fault why);

// The folder's path as the server takes it: without a '/' at its end; "." is the log-in folder.
std::string folder_name(const Url& source, const FolderDue& due);

// How many folders are asked for at once, after so many that brought so many entries. Many small
// ones are quick that way; large ones come alone, so that memory holds one of them.
std::size_t next_ahead(std::size_t ahead, std::size_t listed, std::size_t entries);

}  // namespace rft::mover
