// Where rftd's log goes. Nothing secret is ever logged (P12).
#pragma once
#include <string>

#include "base/result.h"
#include "vault/file.h"

namespace rft {

inline constexpr std::size_t log_bytes_max = 10U << 20;
inline constexpr std::size_t log_files_max = 3;

// To stderr, or into `file`, which is turned over at log_bytes_max, with log_files_max kept.
Result<void> begin_log(const std::string& level, const std::string& file);

// Whether anybody can see our stderr.
bool stderr_is_seen();

// What movers write, should they ever: a file that is only appended to, and moved aside here where
// it is too long already.
Result<vault::File> open_movers_log(const std::string& file);

}  // namespace rft
