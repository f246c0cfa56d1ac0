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
      intent;                        // a rename may have been ordered: look at the final name first
  std::uint32_t streams = 1;         // parallel TCP streams in MODE E
  std::uint32_t marker_seconds = 1;  // between two markers of its flow
  bool final_name_is_ours = false;   // in_place: an earlier epoch of ours began to write it
  // Say Verified, then Proven: whether it is published comes with a later order (all_or_none).
  bool prove_only = false;
  // That `intent` is to be published was decided: where its part stands as it was proven, it is.
  bool publish_proven = false;
  // Stopped by its user while the end of a rename was not known: look whether the final name is
  // that of `intent`, then say Done, or Stopped with no_flow. Nothing is moved.
  bool look_only = false;
  std::optional<std::uint64_t> recorded_size{};  // of a check: what the file must have
};

// One of the small files of a bundle.
struct BundleItem {
  std::uint32_t number = 0;  // its place in the bundle, the same in every epoch
  std::string source;        // paths at the order's two endpoints, percent-encoded
  std::string destination;
  WantedChecksum checksum{};              // the user's, of this file
  std::optional<PublishIntent> intent{};  // its rename may have been ordered by an earlier epoch
  std::optional<std::uint64_t> size{};    // as it was listed; of a check: what it must have
  bool is_folder = false;                 // it is made, and nothing that is in it is moved
  std::string modify{};                   // of one that is to be removed: as it was listed
  bool final_name_is_ours = false;        // in_place: an earlier epoch of ours began to write it
  bool operator==(const BundleItem&) const = default;
};

// With Act::remove: the files are deleted that are still as they were listed, then the folders that
// this emptied, up to `source` of each, which is the last folder that is not to go.
// With Act::keep_folders: the items are folders, and those that stand at both sides get the modes
// and times of their sources (options.preserve); the others are skipped. Otherwise many small
// files: look at all, move them in pipelines, prove them, say BundleVerified and wait for Publish,
// in one or several lots; nothing is resumed inside such a file. What became of each is said in
// Outcomes, each once an epoch; then Done (all have an outcome), Failed (why the others have none)
// or Stopped. The bytes of an item go to item_part_name() beside its destination; with `in_place`
// to the final name, and there is no BundleVerified.
struct BundleOrder {
  Task task;
  Endpoint source;
  Endpoint destination;
  std::optional<Uuid> source_credential;
  std::optional<Uuid> destination_credential;
  Options options;
  Uuid part;                           // the random id in the parts' names
  std::vector<std::uint32_t> earlier;  // epochs whose parts of these items may stand, newest first
  std::vector<BundleItem> items;       // that have no outcome yet; at most bundle_items_max
  bool prove_only = false;             // both as of a MoveOrder
  bool publish_proven = false;
  bool look_only = false;  // as of a MoveOrder, for the items with an intent
  std::uint32_t marker_seconds = 1;
};

// Files of a bundle are smaller than this; larger ones are moved apart, for they can be resumed.
inline constexpr std::uint64_t bundle_file_max = 32ULL << 20;
inline constexpr std::size_t bundle_items_max = 512;
inline constexpr std::size_t bundle_names_max = 192UL << 10;  // bytes of all paths of a bundle
// Of those of its files whose sizes are known: a bundle is one stream of data, so that what is more
// goes beside it in another, and a try that fails does not send more than this again.
inline constexpr std::uint64_t bundle_bytes_max = 1ULL << 30;

// A folder that is to be listed, or whose listing goes on.
struct FolderDue {
  std::string path{};      // below the order's source, percent-encoded, empty or ending with '/'
  std::string after{};     // names up to this one, in order of bytes, were told; empty: none
  bool is_needed = false;  // of what was told something is moved, so it will be made for that
  bool operator==(const FolderDue&) const = default;
};

// Names the files below some folders: says FoldersListed, then Done (with the number of files as
// its size), Failed or Stopped. It walks what it finds as long as few folders are due; the others
// are to be listed apart, so that neither an order nor a row grows with the width of a tree (P11).
// Folders that the patterns exclude are not walked. With Act::remove a folder that cannot be listed
// is not passed over: it is Failed. With Act::keep_folders of folders alone is told.
struct ListOrder {
  Task task;
  Url source;  // of the folder, with '/' at its end
  std::optional<Uuid> source_credential;
  Options options;
  std::vector<FolderDue> due;
  // Of a source on the same host where the copy of `source` is to stand: a link may lead there.
  std::optional<Url> destination{};
};

struct PublishOrder {
  Task task;
  std::uint64_t verified = 0;  // of a bundle: the number of the BundleVerified that it answers
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
  std::vector<BundleItem> items{};  // of a bundle: the parts of these, instead of one
};
// Can a log-in be completed? For the breaker and for held credentials.
struct ProbeOrder {
  Endpoint endpoint;
  std::optional<Uuid> credential;
};

using Order = std::variant<MoveOrder, BundleOrder, ListOrder, PublishOrder, StopOrder, RemoveOrder,
                           ProbeOrder>;

// ---- words --------------------------------------------------------------------------------------

// The source was looked at; the part stands under this epoch's name and under no earlier one
// (nothing may be there yet). `resumed` are the ranges that will not be sent again.
struct Begun {
  FileFacts source{};
  RangeSet resumed{};
  bool part_adopted = false;
  bool presumed = false;  // adopted on the presumption that its old flow has ended
  std::uint32_t streams = 1;
  std::vector<std::uint32_t> items{};  // of a bundle, in place: whose final names are ours now
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
  bool skipped = false;  // what stands there is as good by `sync`; nothing of ours was written
};
// Why a file of a bundle has no outcome, where that is a reason of its own.
struct ItemFault {
  std::uint32_t number = 0;
  Fault fault{};
  bool operator==(const ItemFault&) const = default;
};
struct Failed {
  Fault fault;
  FlowEnd end = FlowEnd::no_flow;
  Duration silent{0};  // how long nothing had been heard from the destination when we gave up
  RangeSet confirmed{};
  std::uint64_t bytes_sent = 0;
  // RNTO was sent and its answer was not read; or an earlier epoch's may still be on its way.
  bool publish_unknown = false;
  // Of a bundle: of files whose fault is not that of the word; at most item_faults_max.
  std::vector<ItemFault> item_faults{};
};
inline constexpr std::size_t item_faults_max = 128;
struct Stopped {  // as StopOrder asked
  FlowEnd end = FlowEnd::no_flow;
  Duration silent{0};
  RangeSet confirmed{};
  std::uint64_t bytes_sent = 0;
};
// The last word of an order to prove only: all files that have no outcome are proven, and that was
// said.
struct Proven {
  std::uint64_t bytes_sent = 0;
};
// The mover knows nothing of a task that it got an order for, or takes no new one. Its seq is 0.
struct UnknownTask {};

// These files of a bundle are whole and proven and wait for the word to publish.
struct VerifiedItem {
  std::uint32_t number = 0;
  PublishIntent intent;
  bool operator==(const VerifiedItem&) const = default;
};
struct BundleVerified {
  std::vector<VerifiedItem> items{};
  std::uint64_t bytes_sent = 0;  // as in Moving
};

enum class Fate : std::uint8_t {
  done,     // stands under its final name
  skipped,  // is not moved: what stands there is as good, by `sync` or, of a plan, by `existing`
  failed,   // for good
  apart,  // too large for a bundle, or the servers cannot move many at once: a transfer of its own
  would_move,    // of a plan: nothing stands in its way
  deleted,       // by delete_extra; also what was gone already
  would_delete,  // by delete_extra, of a plan
};
std::string_view word(Fate fate);

struct ItemOutcome {
  std::uint32_t number = 0;
  Fate fate = Fate::done;
  std::uint64_t size = 0;
  std::optional<Checksum> checksum{};
  Verdict verdict = Verdict::none;
  bool adopted = false;
  std::optional<Fault> fault{};  // of a failed one
  bool operator==(const ItemOutcome&) const = default;
};
// At most bundle_items_max a word, and outcome_faults_max of them with a fault, so that it fits
// into a frame; none where only parts_left is told.
struct Outcomes {
  std::vector<ItemOutcome> outcomes{};
  std::uint64_t bytes_sent = 0;  // as in Moving
  bool parts_left = false;       // of files that have an outcome: they could not be deleted
};
inline constexpr std::size_t outcome_faults_max = 128;

// What stands in a folder.
struct ListedFile {
  std::string path{};  // below the order's source, percent-encoded
  std::optional<std::uint64_t> size{};
  std::string modify{};  // as the server gave it
  std::optional<std::uint32_t> mode{};
  bool operator==(const ListedFile&) const = default;
};
// Neither file nor folder, or one that cannot be moved; said why.
struct PassedOver {
  std::string path{};
  Fault fault{};
  bool may_be_folder = false;  // what lies below it is not known
  bool operator==(const PassedOver&) const = default;
};
// Files, and folders that are due now, of `folder` up to `after`; whole: that was its last piece.
struct Listed {
  std::string folder{};
  std::string after{};
  bool whole = false;
  std::vector<ListedFile> files{};
  std::vector<std::string> folders{};  // paths that end with '/'
  std::vector<PassedOver> passed_over{};
  std::vector<std::string> folders_apart{};  // these this task does not list
};
// Of one or several folders, in order. At most bundle_items_max names and folders in all.
struct FoldersListed {
  std::vector<Listed> folders{};
};

using TaskSays = std::variant<Begun, Moving, Verified, Done, Failed, Stopped, UnknownTask,
                              BundleVerified, Outcomes, FoldersListed, Proven>;

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
