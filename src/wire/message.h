// What rftd and a mover say to each other, as values. Orders go to the mover, words come back.
//
// Every order and word about a file names its task (file, epoch). A word also has a number `seq`
// that counts up within its task; the mover keeps a word, over reconnections and in its spool file,
// until rftd has acknowledged it, which rftd does once the word is saved. rftd sends an order again
// after a reconnection until a word that answers it is saved. So both sides must take repeats
// calmly. An epoch is ordered to one mover only (P5).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/fault.h"
#include "base/ranges.h"
#include "base/secret.h"
#include "base/time.h"
#include "base/url.h"
#include "base/uuid.h"
#include "wire/options.h"

namespace rft {

struct Task {
  Uuid file;
  std::uint32_t epoch = 0;
  auto operator<=>(const Task&) const = default;
};

// What MLST says of a file: enough to know it again (design: identity is size + Modify + Unique).
struct FileFacts {
  std::uint64_t size = 0;
  std::string modify;  // as the server gave it, whole seconds; empty where it gives none
  std::string unique;  // device and inode; empty where the server gives none
  bool operator==(const FileFacts&) const = default;
};

struct Checksum {
  std::string algorithm;  // upper case
  std::string value;      // lower-case hex
  bool operator==(const Checksum&) const = default;
};

enum class Verdict : std::uint8_t { none, verified, size_only, not_verified };
std::string_view word(Verdict verdict);

// How surely the last flow into a part has ended (design 5.3).
enum class FlowEnd : std::uint8_t {
  no_flow,   // none was opened in this epoch
  known,     // its final reply was read, or the control connection's orderly end
  presumed,  // nothing was read
};
std::string_view word(FlowEnd end);

// The mover is about to, or was told to, rename the part to the final name.
struct PublishIntent {
  FileFacts part;
  std::optional<Checksum> checksum;
  bool operator==(const PublishIntent&) const = default;
};

// Where bytes of earlier epochs may stand. Names are part_name(id, epoch), newest first.
struct EarlierPart {
  std::vector<std::uint32_t> epochs;
  FlowEnd end = FlowEnd::known;
  Duration settle{0};  // with `presumed`: Size and Modify unchanged for this long before adoption
  bool presumed_before = false;  // any flow into this part ended presumed: design 5.6's second look
  RangeSet confirmed{};
};

// ---- orders -------------------------------------------------------------------------------------

// Look, take over an earlier part or begin one, move, verify; then say Verified and wait for
// Publish. With `in_place` there is no part: the final name is written, verified, and Done comes at
// once.
struct MoveOrder {
  Task task;
  Url source;
  Url destination;
  std::optional<Uuid> source_credential;  // none: anonymous
  std::optional<Uuid> destination_credential;
  Options options;
  Uuid part;  // the random id in the part's name
  std::optional<EarlierPart> earlier;
  std::optional<FileFacts> source_facts;  // as first looked at; a difference is source_changed
  std::optional<PublishIntent>
      intent;                       // a rename may have been ordered: look at the final name first
  std::uint32_t streams = 1;        // parallel TCP streams in MODE E
  bool final_name_is_ours = false;  // in_place: an earlier epoch of ours began to write it
  // Stopped by its user while the end of a rename was not known: look whether the final name is
  // that of `intent`, then say Done, or Stopped with no_flow. Nothing is moved.
  bool look_only = false;
};

struct PublishOrder {
  Task task;
};
struct StopOrder {  // end the flow, say Stopped within 5 s; too late for one whose rename was
                    // ordered
  Task task;
};
// A part of ours that is to go. DELE of part_name(part, epoch) for each epoch beside `destination`.
struct RemoveOrder {
  Uuid id;  // of the ledger's entry
  Url destination;
  std::optional<Uuid> credential;
  Uuid part;
  std::vector<std::uint32_t> epochs;
};
// Can a log-in be completed? For the breaker and for held credentials.
struct ProbeOrder {
  Endpoint endpoint;
  std::optional<Uuid> credential;
};

using Order = std::variant<MoveOrder, PublishOrder, StopOrder, RemoveOrder, ProbeOrder>;

// ---- words --------------------------------------------------------------------------------------

// The source was looked at; the part stands under this epoch's name and under no earlier one
// (nothing may be there yet). `resumed` are the ranges that will not be sent again.
struct Begun {
  FileFacts source{};
  RangeSet resumed{};
  bool part_adopted = false;
  bool presumed = false;  // adopted on the presumption that its old flow has ended
  std::uint32_t streams = 1;
};
// Sums since the epoch began; each replaces the one before.
struct Moving {
  RangeSet confirmed{};          // with what was resumed
  std::uint64_t bytes_sent = 0;  // by performance markers, this epoch
  std::uint64_t rate = 0;        // bytes a second over the last markers
  std::uint32_t streams = 1;
  Doing doing = Doing::move;  // move or verify
};
// Whole and proven; waits for the word to publish. bytes_sent as in Moving.
struct Verified {
  FileFacts part;
  std::optional<Checksum> checksum;
  Verdict verdict = Verdict::none;
  std::uint64_t bytes_sent = 0;
};
// Stands under its final name.
struct Done {
  std::optional<Checksum> checksum;
  Verdict verdict = Verdict::none;
  bool adopted = false;  // what stood there already was identical; nothing of ours was written
  std::uint64_t size = 0;
  std::uint64_t bytes_sent = 0;
};
struct Failed {
  Fault fault;
  FlowEnd end = FlowEnd::no_flow;
  Duration silent{0};  // how long nothing had been heard from the destination when we gave up
  RangeSet confirmed{};
  std::uint64_t bytes_sent = 0;
  // RNTO was sent and its answer was not read; or an earlier epoch's may still be on its way.
  bool publish_unknown = false;
};
struct Stopped {  // as StopOrder asked
  FlowEnd end = FlowEnd::no_flow;
  Duration silent{0};
  RangeSet confirmed{};
  std::uint64_t bytes_sent = 0;
};
// The mover knows nothing of a task that it got an order for, or takes no new one. Its seq is 0.
struct UnknownTask {};

using TaskSays = std::variant<Begun, Moving, Verified, Done, Failed, Stopped, UnknownTask>;

struct TaskWord {
  Task task;
  std::uint64_t seq = 0;
  TaskSays says;
};
// A ledger's part is gone (also where it was not there), or why not.
struct Removed {
  Uuid id;
  std::optional<Fault> fault;
};
struct Probed {
  Endpoint endpoint;
  std::optional<Uuid> credential;
  std::optional<Fault> fault;  // none: a log-in was completed
};
// Said as soon as it is seen, ahead of the Failed that it may lead to: a log-in at this endpoint
// was completed. Closes the breaker and ends the 10-minute limit of a host that never answered.
struct LoggedIn {
  Endpoint endpoint;
};

using Word = std::variant<TaskWord, Removed, Probed, LoggedIn>;

}  // namespace rft
