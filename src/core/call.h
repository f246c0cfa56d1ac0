// The calls of section 2 of the design as values, and what a caller is answered.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/url.h"
#include "core/bundle.h"
#include "core/life.h"
#include "wire/options.h"

namespace rft {

struct Caller {
  std::string owner;  // whose transfers the call is about
  std::string who;    // who made it, for the history
};

// submitTransferRequest, and with `commit` completeTransferRequest: one durable step.
struct Submit {
  std::string handle;
  Url source;
  Url destination;
  std::optional<int> priority;  // unset: 50, and a repeated submit asks for no change
  Options options;
  bool commit = false;
  // Of many files: the two URLs are folders, below which its files are. A tree's are found by
  // listing the source; a list's are given by AddFiles before its commit.
  enum class What : std::uint8_t { file, list, tree } what = What::file;
};
// More files for a list that is not committed yet. One that is known already counts once.
struct AddFiles {
  std::string handle;
  std::vector<NewFile> files;
};
struct Commit {
  std::string handle;
};
enum class PriorityStep : std::uint8_t { push, increase, decrease };
struct ChangePriority {
  std::string handle;
  std::variant<int, PriorityStep> to;
};
struct Clear {
  std::string handle;
};
struct Stop {
  std::string handle;
};
using Call = std::variant<Submit, AddFiles, Commit, ChangePriority, Clear, Stop>;

const std::string& handle_of(const Call& call);
std::string_view name_of(const Call& call);  // "submit", "complete", "commit", ...

// Yes: the transfer's status after the call; `user_stop` after clear.
struct Yes {
  std::string handle;
  Status status = Status::inactive;
  bool created = false;   // submit made a new transfer
  bool stopping = false;  // active, asked to stop
  int priority = 0;
  std::uint64_t added = 0;  // files, by AddFiles
  std::uint64_t files = 0;  // that the request has then
  bool operator==(const Yes&) const = default;
};
using Answer = Result<Yes>;

// Under an Idempotency-Key the first answer is kept 24 h and comes again.
struct KeptAnswer {
  std::string owner;
  std::string key;
  std::string digest;  // of the call: the same key with another call is refused
  Answer answer;
  WallTime at{};
};
std::string digest_of(const Call& call);

// What the outside gives as text becomes values here, or is refused by name.
inline constexpr std::size_t handle_length_max = 128;
inline constexpr std::size_t key_length_max = 255;
inline constexpr std::size_t files_per_call_max = 10'000;  // of AddFiles
Result<std::string> checked_handle(std::string_view text);
Result<int> checked_priority(long long number);
Result<ChangePriority> checked_priority_change(std::string handle, std::string_view text);
// Refuses what contradicts itself: one file as source and destination, a checksum value with
// verify=none, an unknown algorithm, a data channel that ftp:// does not have.
Result<Submit> checked_submit(Submit submit);
// One line of a list: URLs, or paths below those of the request. Refuses what contradicts itself.
struct FileLine {
  std::string source;
  std::string destination;  // empty: as the source, which is a path below the request's then
  std::optional<std::uint64_t> size;
  std::string checksum;    // ALGORITHM:hex, or empty
  bool is_folder = false;  // is made, and nothing that is in it is moved
};
Result<NewFile> checked_file(const FileLine& line, const Url& source, const Url& destination,
                             Act act = Act::move);
// What is kept of a line of a list: by it a repeated one counts once, and one destination gets one
// file. Of a tree with delete_extra: of a name that its source has.
struct KnownLine {
  std::string digest;   // 16 octets over the destination's URL, or the name (core/extras.h)
  std::string content;  // 8 octets over the source's URL and the checksum wanted; of a name none
  bool operator==(const KnownLine&) const = default;
};
// Of each line that was asked for by its digest: the content under which it is known.
using KnownContents = std::vector<std::optional<std::string>>;
KnownLine known_line(const NewFile& file);
// Of the files of a call those that its list does not have yet, each once. `known` tells of each
// what the list has for its destination. Refuses the first that is to be there instead of another.
Result<AddFiles> new_files(const AddFiles& call, const KnownContents& known);
// SHA-256 over the normalised URLs and the options: what makes two submissions the same.
std::string content_digest(const Submit& submit);

}  // namespace rft
