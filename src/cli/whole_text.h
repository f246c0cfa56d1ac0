// How a request of many files looks: values in, text out. What is said of one file alone stands in
// progress.h.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/rft.h"

namespace rft::cli {

// How much of what. Of many files it is their bytes or their number, whichever has come less far:
// bytes alone would say 100 % of a list whose sizes are not known.
struct Share {
  std::uint64_t part = 0;
  std::uint64_t whole = 0;
};
// Nothing while it is not known: the size of a file, or a tree that is still being listed.
std::optional<Share> share_of(const TransferProgress& now);

// Of one file: why nothing of it was moved, with a comma before it; nothing where it was moved.
std::string stood_there(const TransferRecord& record);

// Where `eta` is known.
std::string eta_text(const TransferProgress& now);

// "43 %  532 of 1234 files  1.20 GB of 2.80 GB", or "listing  532 of 1234 files  1.20 GB of ...".
std::string whole_amount(const FileCounts& files, std::uint64_t bytes_confirmed);

// "1231 done, 3 failed, 2 skipped, 12 waiting": what there is of each.
std::string counts_text(const FileCounts& files);

// "2.80 GB in 1234 files", with a + while more may be found.
std::string whole_size(const FileCounts& files);

// "1 file", "2 files".
std::string files_text(std::uint64_t count);

// Those that a retry sends again.
std::uint64_t files_to_go(const FileCounts& files);

// The option act=plan, which --dry-run is. What it found, in one line, of one file or many.
bool is_plan(const TransferRecord& record);
std::string plan_verdict(const TransferRecord& record);

// The status; of a dry run with that behind it, for nothing of it was moved.
std::string status_word(const TransferRecord& record);

// The end in one line, of a record that has files.
std::string whole_verdict(const TransferRecord& record);

// One file in one line: status, size, source, what went wrong. The first two are as wide in every
// line, so that lines may be printed before the next are known.
std::string file_line(const FileRecord& file);

// What stands below the verdict of a failed request: some of its failed files, and the way on.
std::string failures_text(const TransferRecord& record, const std::vector<FileRecord>& some);

}  // namespace rft::cli
