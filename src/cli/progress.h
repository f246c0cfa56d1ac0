// How a transfer that is watched looks: values in, text out.
#pragma once
#include <string>

#include "client/rft.h"

namespace rft::cli {

// One line for a terminal of `width` columns: bar, bytes, percent, rate, time to go, streams, what
// is being done; or what it waits for. Of many files also how many of them are done and failed.
std::string bar_line(const TransferProgress& now, std::size_t width);

// The same in words, for a log: "active  43 %  1.20 GB of 2.80 GB  350 MB/s".
std::string change_line(const TransferProgress& now);
// With another word for its status.
std::string change_line(const TransferProgress& now, std::string status);

// Whether `now` deserves a line of its own after `before`: another status or hold, the next tenth,
// the end of the listing, the first file that failed.
bool is_news(const TransferProgress& before, const TransferProgress& now);

bool is_held(const TransferProgress& now);
std::string hold_text(const TransferProgress& now);  // "waits for its turn: 3 go first"
std::string fault_text(const TransferProgress& now);
std::string took(const TransferRecord& record);  // " in 1:03", or nothing where it is not known

// The end in one line: verdict, checksum, size, time, attempts; or what ended it and what to do.
std::string verdict_line(const TransferRecord& record);

// Exit codes of copy and wait.
inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_stopped = 7;
inline constexpr int exit_interrupted = 130;
int exit_of(std::string_view final_status);

}  // namespace rft::cli
