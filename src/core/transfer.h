// A transfer as it is stored: what was asked, and where the work stands. A plain value.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/fault.h"
#include "base/ranges.h"
#include "base/time.h"
#include "base/url.h"
#include "base/uuid.h"
#include "core/bundle.h"
#include "core/life.h"
#include "wire/message.h"

namespace rft {

inline constexpr int priority_default = 50;
inline constexpr int priority_max = 100;
inline constexpr int priority_step = 10;

// What the user asked for. Never changes after submission, but for nothing.
struct Request {
  Uuid id;
  std::string owner;   // "uid:<n>"
  std::string handle;  // unique for its owner
  Url source;
  Url destination;
  Options options;
  std::string digest;  // SHA-256 over URLs and options: what "same content" means
  WallTime submitted_at{};
  // Of a part of a request of many files: whose part it is, and which. Its handle is made of the
  // two, with a '/' that no user's handle has.
  std::optional<Uuid> whole{};
  std::uint64_t number = 0;
  bool operator==(const Request&) const = default;
};

inline bool is_plan(const Request& request) {
  return request.options.act == Act::plan || request.options.act == Act::plan_remove;
}

inline bool is_check(const Request& request) {
  return request.options.act == Act::check;
}
// No byte, folder or name is changed at either side.
inline bool changes_nothing(const Request& request) {
  return is_plan(request) || is_check(request);
}
// Of a part: it finds or deletes what the destination has and the source has not (delete_extra).
// Its source is named as its destination.
inline bool is_removal(const Request& request) {
  return request.options.act == Act::remove || request.options.act == Act::plan_remove;
}
// Of a part: it finds the folders of a tree, or gives them the modes and times of their sources,
// when all that goes into them is there (preserve).
inline bool keeps_folders(const Request& request) {
  return request.options.act == Act::keep_folders;
}

// Its files are proven first and published together. (A plan of such a request is a plan.)
inline bool is_all_or_none(const Request& request) {
  return request.options.all_or_none && request.options.act == Act::move;
}

// What a record is of. A request of many files, given as a list or found in a tree, is a *whole*:
// no mover moves it. The files are in its parts, which are transfers like any other: bundles of
// small files, single large files, and the listing that finds them.
enum class Kind : std::uint8_t { file, bundle, listing, list, tree };
std::string_view word(Kind kind);
std::optional<Kind> kind_of(std::string_view word);

// Where bytes of this transfer stand beside the destination.
struct Part {
  Uuid id;  // random part of its name
  std::vector<std::uint32_t>
      epochs;                    // under whose names it may stand, newest first; empty: no part
  FlowEnd end = FlowEnd::known;  // of the last flow into it
  bool path_worked = true;       // our own kernel closed that flow's connections (design 5.3)
  Duration silent{0};            // how long that flow had been silent when it was given up
  WallTime ended_at{};           // when it was given up
  bool presumed_before = false;  // any flow into it ended presumed (design 5.6)
  RangeSet confirmed;            // restart markers of all attempts, merged: hints (design 5.4)
  bool operator==(const Part&) const = default;
};

// Where the work on a request stands.
struct File {
  Uuid id;
  Kind kind = Kind::file;
  std::uint64_t version =
      0;  // counts every saved change; the store refuses a save from another one
  Status status = Status::inactive;
  bool stop_asked = false;
  int priority = priority_default;
  std::int64_t rank = 0;  // within a priority lower goes first; drawn at commit
  bool pushed = false;    // its rank came from push and is kept through a later commit

  Hold hold = Hold::none;
  std::string hold_detail;             // what exactly is waited for, for people
  std::optional<WallTime> not_before;  // no try before this
  std::optional<WallTime> held_since;  // when the present hold that costs no tries began

  std::uint32_t epoch = 0;     // one more with each order to move (P5)
  std::string mover;           // whom the epoch was ordered to; empty: none
  std::uint64_t heard = 0;     // the last word of this epoch that was saved
  std::uint32_t attempts = 0;  // all tries since submission
  std::uint32_t tries = 0;     // that failed in a row without a newly confirmed byte
  std::uint32_t afresh = 0;    // times begun afresh because a proof failed
  std::uint32_t mover_deaths = 0;
  std::uint32_t budget_from = 0;     // attempts at the last commit: what max_tries counts from
  std::uint64_t most_confirmed = 0;  // bytes, since the last commit: only more refills the budget

  Part part;
  // As the source was found. Of a bundle only a size: of what was due when it was looked at and has
  // no outcome yet.
  std::optional<FileFacts> source_facts;
  std::optional<PublishIntent> intent;  // saved before the order to rename (design 5.6)
  // The rename of `intent` was ordered and its end is not known. Of a whole whose parts wait for
  // each other: that they go on is decided. All its files are proven and are published now, or all
  // that it deletes is known and is deleted now.
  bool publish_ordered = false;
  bool extras_sought = false;   // of a whole: all its files are there; what is more is looked for
  bool folders_sought = false;  // of a whole: all else is there; its folders get modes and times
  bool final_name_is_ours = false;  // in_place: we began to write it
  std::uint64_t bytes_sent = 0;     // of all epochs before the present one
  std::uint64_t epoch_sent = 0;     // of the present epoch
  std::uint32_t streams = 0;

  std::optional<Fault> fault;  // of the last try that failed; of the end, when failed
  std::optional<Checksum> checksum;
  Verdict verdict = Verdict::none;
  bool adopted = false;    // done because an identical file stood there
  bool skipped = false;    // done because what stood there is as good, by `sync`
  std::uint64_t size = 0;  // known once source_facts is, or when done
  std::optional<WallTime> committed_at, started_at, finished_at;

  // Of a request of many files and its parts.
  std::uint32_t life = 0;  // how often the whole was committed; a part: in which of these it is
  std::uint64_t born = 0;  // of a whole at rest: the largest numbered_by() of its parts
  Tally tally{};           // of a part its files; of the whole those of all parts
  Bundle bundle{};         // kind bundle
  std::vector<FolderDue> due{};  // kind listing: what is not listed yet
  bool operator==(const File&) const = default;
};

struct Transfer {
  Request request;
  File file;
  bool operator==(const Transfer&) const = default;
};

Stage stage(const File& file);
// Proven, and published when all files of its whole are (all_or_none); or to be deleted when all
// that is to go is known (delete_extra). Nobody works on it, and it takes no turn.
inline bool awaits_others(const File& file) {
  return file.status == Status::committed && file.hold == Hold::others;
}
// It may not begin before all that is to go is known (delete_extra).
inline bool deletes(const Request& request, const File& file) {
  return is_removal(request) && file.kind == Kind::bundle;
}
// Of a bundle: no part is between its flow and the final names (design 5.10).
inline bool writes_final_names(const Transfer& transfer) {
  const Options& options = transfer.request.options;
  return transfer.file.kind == Kind::bundle && options.publish == Publish::in_place &&
         options.act == Act::move;
}
inline bool is_part(const Transfer& transfer) {
  return transfer.request.whole.has_value();
}
// Numbers of parts are drawn one after the other, but for files that were taken out of bundles,
// which are numbered after these; the listing of a destination and what is deleted there stand
// above all.
inline constexpr std::uint64_t first_apart = std::uint64_t{1} << 40;
inline constexpr std::uint64_t first_extra = std::uint64_t{1} << 52;
// The draw that a part's number is made of; 0 where it is made of another's.
inline std::uint64_t numbered_by(std::uint64_t number) {
  if (number >= first_extra) return number - first_extra;
  return number < first_apart ? number : 0;
}
inline bool is_whole(const File& file) {
  return file.kind == Kind::list || file.kind == Kind::tree;
}
inline Task task_of(const File& file) {
  return {file.id, file.epoch};
}
// The parts of this whole wait for each other before they do what cannot be taken back.
inline bool holds_back(const Transfer& whole) {
  return is_all_or_none(whole.request) || whole.file.extras_sought;
}
bool is_final(Status status);          // done, failed, user_stop_partial_trans
Tally tally_of(const Transfer& part);  // what a part adds to the sums of its whole

// A line of the history: every change with when, who and why (P13).
struct Event {
  std::int64_t seq = 0;  // global; also the id of the event stream. The engine draws it.
  WallTime at{};
  std::string owner;
  std::string handle;
  Uuid request;
  std::string who;   // "uid:1000", "service", "mover 4f2a"
  std::string what;  // submitted, committed, started, resumed, held, verified, published, done, ...
  std::string why;   // a sentence; may be empty
  Status status = Status::inactive;  // after it
  Hold hold = Hold::none;
  std::uint32_t epoch = 0;
  std::optional<Fault> fault;
};

// One try, as history tells it: from a grant to what ended it.
struct Attempt {
  Uuid file;
  std::uint32_t epoch = 0;
  std::string mover;
  WallTime started_at{};
  std::optional<WallTime> ended_at;
  std::uint64_t bytes_resumed = 0;
  std::uint64_t bytes_sent = 0;
  FlowEnd end = FlowEnd::no_flow;
  std::optional<Fault> fault;
};

// A part of ours that is to be deleted: kept until it is gone, 7 days at most.
struct LedgerPart {
  Uuid id;
  std::string owner;
  std::string handle;  // of the transfer it was for
  Url destination;     // the part stands beside it
  std::optional<Uuid> credential;
  Uuid part;
  std::vector<std::uint32_t> epochs;
  WallTime since{};
  std::vector<BundleItem> items{};  // of a bundle: whose parts, instead of one
};

// What is left of its part files when the record goes; nothing where none was begun.
std::optional<LedgerPart> left_behind(const Transfer& transfer, WallTime at, const Uuid& id);
// The same of those of a bundle's files that have a fate.
LedgerPart left_by_ended(const Transfer& bundle, WallTime at, const Uuid& id);

// An order that was saved with the change it follows from and stays until its answer is saved.
struct OutboxRow {
  Task task;
  std::string mover;
  Order order;  // MoveOrder, PublishOrder or StopOrder
};

enum class CredentialKind : std::uint8_t { x509_proxy, password };
std::string_view word(CredentialKind kind);
std::optional<CredentialKind> credential_kind_of(std::string_view word);

// What is known of a credential without opening it. Its secret is sealed beside it in the store.
struct CredentialFacts {
  Uuid id;
  std::string owner;
  CredentialKind kind = CredentialKind::x509_proxy;
  std::optional<Endpoint> endpoint;  // a password is for one endpoint only
  std::string subject;               // x509_proxy: the identity; password: the user name
  std::optional<WallTime> not_after;
  std::string path;           // x509_proxy: the file it came from, read again when that changes
  std::uint64_t version = 1;  // counts renewals
  WallTime added_at{};
  WallTime renewed_at{};
};

}  // namespace rft
