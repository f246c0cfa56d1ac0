// What a user may ask of a transfer beyond its two URLs.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"

namespace rft {

enum class Existing : std::uint8_t { adopt, overwrite, fail };
enum class Verify : std::uint8_t { checksum, size_only, none };
enum class Publish : std::uint8_t { rename, in_place };
enum class DataChannel : std::uint8_t { authenticated, private_, clear };  // private_: "private"
enum class Resume : std::uint8_t { presumed, strict };
enum class Parents : std::uint8_t { create, fail };
// Which files are moved at all: those that are not at the destination (missing), or differ there by
// size, by size or a younger source (mtime), or by checksum. What differs is replaced.
enum class Sync : std::uint8_t { always, missing, size, mtime, checksum };
// What is done with the symbolic links of a tree's source: what a link leads to is moved under the
// link's name (follow), or the link is left out, and listed as skipped or as failed.
enum class Links : std::uint8_t { follow, skip, fail };
// What is done about the files. A plan looks and compares as a move does before its first byte, and
// changes nothing at either side: it tells what a move would do, and what would be wrong. A check
// asks the destination alone whether the files are there with the sizes and checksums that the
// request names. The others are no user's words: of a request with delete_extra they are the acts
// of the parts that remove, or plan to, what its source has not; of a tree with preserve of those
// that give its folders the modes and times of their sources.
enum class Act : std::uint8_t { move, plan, check, remove, plan_remove, keep_folders };

std::string_view word(Existing value);
std::string_view word(Verify value);
std::string_view word(Publish value);
std::string_view word(DataChannel value);
std::string_view word(Resume value);
std::string_view word(Parents value);
std::string_view word(Sync value);
std::string_view word(Links value);
std::string_view word(Act value);

// A checksum that the user asked for (algorithm alone) or knows (with its value).
struct WantedChecksum {
  std::string algorithm;  // upper case: ADLER32, MD5, SHA256, ...; empty: any common one
  std::string value;      // lower-case hex; empty: not given
  bool operator==(const WantedChecksum&) const = default;
};

// What a file keeps of its source beside its bytes.
struct Preserve {
  bool mode = false;   // the permissions, without set-user-id, set-group-id and sticky bit
  bool times = false;  // the time of its last change
  bool operator==(const Preserve&) const = default;
  bool any() const { return mode || times; }
};

struct Options {
  Existing existing = Existing::adopt;
  WantedChecksum checksum;
  Verify verify = Verify::checksum;
  Publish publish = Publish::rename;
  std::optional<DataChannel> data_channel;  // unset: authenticated with GSI, clear with ftp
  Resume resume = Resume::presumed;
  std::optional<WallTime> finish_by;
  std::optional<std::uint32_t> max_tries;    // 1 to 1000; unset: only the budget of 20 in a row
  std::string label;                         // at most 256 bytes of UTF-8
  std::optional<std::uint32_t> streams_max;  // 1 to 64
  Parents parents = Parents::create;
  std::optional<Uuid> source_credential;
  std::optional<Uuid> destination_credential;
  Sync sync = Sync::always;
  Preserve preserve;
  Act act = Act::move;
  // Of requests of many files.
  Links links = Links::follow;
  bool skip_errors = false;   // a source that cannot be read is skipped, and listed
  bool all_or_none = false;   // none is published before all are proven, or at all if one fails
  bool delete_extra = false;  // of a tree: what the destination has and the source has not goes
  std::vector<std::string> include;  // patterns of a tree's files (wire/pattern.h); empty: all
  std::vector<std::string> exclude;
  bool operator==(const Options&) const = default;
};

}  // namespace rft
