// Facts about a name: MLST and listing lines (RFC 3659 section 7), SIZE and MDTM.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
  other,          // a device, a symbolic link that the server does not follow
};

struct Facts {
  EntryType type = EntryType::other;
  std::optional<std::uint64_t> size;
  std::string modify;                // as the server wrote it: identity is compared by this text
  std::optional<WallTime> modified;  // the same, understood; UTC
  std::string unique;                // device and inode; empty where the server has none
  std::string perm;
  std::optional<unsigned> mode;  // UNIX.mode, at most 07777
  // A symbolic link. Where the server follows it (GCT: UNIX.slink) the facts are its target's.
  // proftpd may tell only the type of the target, and else the link's own facts: a folder then has
  // the permissions that RFC 3659 gives to files alone. Its mode and time are left out here.
  bool is_link = false;
  std::string name;  // bytes as the server wrote them: MLST gives the path, MLSD the name
  bool operator==(const Facts&) const = default;
};

// "Type=file;Size=3; name"; protocol_broken where it is malformed.
Result<Facts, Fault> facts_of_line(std::string_view line);
Result<Facts, Fault> mlst_facts(const Reply& reply);  // a positive reply to MLST

// The entries in a piece of a reply to MLSC: the lines that begin with a blank.
Result<std::vector<Facts>, Fault> mlsc_facts(const Reply& piece);

// Cuts what MLSD sends into its lines. They end with CRLF alone: a name may hold an LF.
class ListingLines {
 public:
  void feed(std::string_view bytes);
  // The next whole line; nothing while it is incomplete; protocol_broken where it is longer than
  // reply_line_max.
  Result<std::optional<std::string>, Fault> next();
  bool is_between_lines() const { return begin_ == buffer_.size(); }

 private:
  std::string buffer_;
  std::size_t begin_ = 0;  // of the line that is due
};

Result<std::uint64_t, Fault> size_of(const Reply& reply);  // a positive reply to SIZE
Result<WallTime, Fault> mdtm_of(const Reply& reply);       // a positive reply to MDTM

// RFC 3659 section 2.3: YYYYMMDDHHMMSS with an optional fraction, UTC.
std::optional<WallTime> time_value(std::string_view text);

}  // namespace rft::ftp
