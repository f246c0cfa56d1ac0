// Facts about a name: MLST and listing lines (RFC 3659 section 7), SIZE and MDTM.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/fault.h"
#include "base/result.h"
#include "base/time.h"
#include "ftp/reply.h"

namespace rft::ftp {

inline constexpr std::size_t facts_max = 64;  // facts on one line

enum class EntryType : std::uint8_t {
  file,
  folder,
  this_folder,    // "cdir": the folder that is being listed
  parent_folder,  // "pdir"
  other,          // a device, a symbolic link to nowhere
};

struct Facts {
  EntryType type = EntryType::other;
  std::optional<std::uint64_t> size;
  std::string modify;                // as the server wrote it: identity is compared by this text
  std::optional<WallTime> modified;  // the same, understood; UTC
  std::string unique;                // device and inode; empty where the server has none
  std::string perm;
  std::optional<unsigned> mode;  // UNIX.mode, at most 07777
  std::string name;  // bytes as the server wrote them: MLST gives the path, MLSD the name
  bool operator==(const Facts&) const = default;
};

// "Type=file;Size=3; name"; protocol_broken where it is malformed.
Result<Facts, Fault> facts_of_line(std::string_view line);
Result<Facts, Fault> mlst_facts(const Reply& reply);  // a positive reply to MLST

Result<std::uint64_t, Fault> size_of(const Reply& reply);  // a positive reply to SIZE
Result<WallTime, Fault> mdtm_of(const Reply& reply);       // a positive reply to MDTM

// RFC 3659 section 2.3: YYYYMMDDHHMMSS with an optional fraction, UTC.
std::optional<WallTime> time_value(std::string_view text);

}  // namespace rft::ftp
