// Opens rftd's database: makes it, or brings its schema up to date, or refuses it untouched.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/database.h"

namespace rft {

// schema/NNNN_name.sql, embedded at build time. Forward only: one that was released never changes.
struct Migration {
  int version;
  std::string_view sql;
};
std::span<const Migration> migrations();  // in order, from 1, without a gap

inline constexpr std::uint32_t application_id = 0x52465431;  // "RFT1", in the file's header
inline constexpr Duration busy_timeout = 5s;                 // for another program's lock
inline constexpr long long log_size_kept = 64LL << 20;       // bytes of the log kept after a burst
inline constexpr long long cache_size = 64LL << 20;          // bytes of pages held in memory

// The connection is checked to be in WAL mode with synchronous=FULL and foreign keys on: what P1
// rests on. `fresh` becomes the instance id of a database that is made.
// Errors: bad_state for a file that is not rftd's database, one with a newer schema, or one that is
// damaged; the file is left as it is. storage_full where it cannot be made.
Result<Database> open_database(const std::string& path, const std::string& vfs, const Uuid& fresh,
                               std::span<const Migration> known = migrations());

}  // namespace rft
