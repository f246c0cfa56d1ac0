// The decisions about one transfer. Pure: a transfer and what happened to it go in, the change to
// save and the orders that follow from it come out. Nothing is done here.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/call.h"
#include "core/retry.h"
#include "core/transfer.h"

namespace rft {

// To be saved in one transaction, then the orders sent. `next.file.version` is one more than
// before.
struct Change {
  Transfer next;
  bool created = false;
  bool erased = false;
  bool drop_orders = false;           // the outbox rows of this file are answered
  std::vector<OutboxRow> orders;      // new outbox rows
  std::vector<Event> events;          // seq is drawn by the engine
  std::vector<LedgerPart> discarded;  // parts that are to go
  std::vector<Transfer> born;         // new parts of a whole
  std::vector<KnownLine> lines;       // that a list got, or names that a tree's source has
  std::optional<Attempt> attempt;     // begun or ended
};

// The engine's free draws and facts of the whole queue: a pure function cannot make them.
struct Draws {
  Uuid request, file, part, ledger;  // fresh ids
  std::int64_t rank = 0;             // next of the counter
  std::int64_t front_rank = 0;       // one less than the smallest rank that waits for this owner
  bool may_publish = true;           // of a part that its whole holds back: it has decided
  std::vector<bool> known{};         // of a word that lists a destination: see names_asked()
  std::uint64_t numbered = 0;        // of the whole's parts: the largest numbered_by()
  bool all_wait = false;             // of a whole that is active: no mover has one of its parts
};

struct CallOutcome {
  Answer answer;
  std::optional<Change> change;  // none: nothing to save
};

// `transfer` is null where no record of this handle exists. Of AddFiles only those files are given
// that the list does not have yet. A request whose parts all wait is committed to who calls.
CallOutcome on_call(const Transfer* transfer, const Call& call, const Caller& caller, Now now,
                    const Draws& draws);

// Why the next try does not go on with what stands in the part (design 5.3); or "".
std::string_view why_not_adopted(const Transfer& transfer);

// ---- wholes ----
// Its turn has come: its parts may be granted from now on.
std::optional<Change> on_start(const Transfer& whole, Now now);
// All its parts are at rest, or it is to stop and none is active: its own end. `sums` over its
// parts; `all_there`: each of them has had its turn in this life. Of what is all or none it may be
// that all are proven: then that they are published is decided. By delete_extra what the
// destination has more is looked for when all files are there, and deleted when all of it is known.
std::optional<Change> on_parts_ended(const Transfer& whole, const Tally& sums, bool all_there,
                                     Now now, const Draws& draws);

// All or none. A part that is proven waits until all are (Proven); then the whole decides
// (on_parts_ended), and its parts go on. Where one failed, the others end with it.
bool gives_up_others(const Transfer& whole, const Tally& sums);
Transfer released(Transfer part);  // is in memory only until its grant is saved
std::optional<Change> on_give_up(const Transfer& part, Now now, const Draws& draws);

struct Grant {
  std::string mover;
  std::optional<Uuid> source_credential;
  std::optional<Uuid> destination_credential;
  std::uint32_t streams = 4;
  bool prove_only = false;  // of a part of an all_or_none that has not decided yet
  std::uint32_t marker_seconds = 1;
};
// Between two markers of a flow, where so many transfers are active: ceil(active / 500), so that
// the control of any number costs what that of 500 costs; at most marker_seconds_max.
std::uint32_t marker_seconds_for(std::uint32_t active);
inline constexpr std::uint32_t marker_seconds_max = 10;  // three fit into the mover's silence_limit
// Also for a stopping transfer whose rename has an unknown end: then the order is only to look.
std::optional<Change> on_grant(const Transfer& transfer, const Grant& grant, Now now,
                               const Draws& draws);
// Stopping, and nobody works on finding out whether its rename was done: needs a grant to look.
bool needs_look(const File& file);

// A word of the transfer's mover. Nothing for a stale word: another epoch's (P5) or one heard
// before.
std::optional<Change> on_word(const Transfer& transfer, const TaskWord& word, Now now,
                              const Draws& draws);

enum class LostBecause : std::uint8_t {
  died,      // the mover died under its transfers: costs each one try
  we_died,   // it died with rftd or with the machine: costs nothing
  no_trace,  // it lives and knows nothing of the task
};
// `silent`: how long the servers may have been left without our kernel closing their connections;
// 0 where the mover died on this boot of the machine.
std::optional<Change> on_mover_lost(const Transfer& transfer, LostBecause because, Duration silent,
                                    Now now, const Draws& draws);

// The time of something is over: the 5 s of a stop, finish_by, hold_max. Nothing if none is.
std::optional<Change> on_time(const Transfer& transfer, const EndpointMemory& memory, Now now,
                              const Draws& draws);
bool is_over(const Transfer& transfer, const EndpointMemory& memory, Now now);
// When on_time may next have something to say.
std::optional<WallTime> next_deadline(const Transfer& transfer, const EndpointMemory& memory);

// A committed transfer that would be granted lacks something: its credential is missing or expired.
std::optional<Change> on_hold(const Transfer& transfer, const Fault& fault, Now now);

// A part of a transfer that waits for space is given up so that others can end (design 5.12).
std::optional<Change> on_give_space(const Transfer& transfer, Now now, const Draws& draws);

}  // namespace rft
