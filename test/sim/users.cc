// What the users of a world want, ask and are told.
#include <fmt/format.h>

#include "sim/world.h"

namespace rft::sim {
namespace {

constexpr Duration stop_must_rest_within{7'000};  // the 5 s of P9, and the time of a save

constexpr std::uint64_t mail_max = 400;  // of 8 requests, their parts and their users

}  // namespace

// Some lines, some of them twice, of whatever was given before.
AddFiles World::some_lines(const UserTransfer& transfer) {
  AddFiles call{transfer.submit.handle, {}};
  const std::uint64_t percent = dice_.between(20, 100);
  for (const NewFile& line : transfer.lines) {
    const std::size_t times = dice_.below(100) < percent ? dice_.between(1, 6) / 6 + 1 : 0;
    call.files.insert(call.files.end(), times, line);
  }
  return call;
}

// What brings a request of many files on its way: without that few of them had files.
std::optional<Call> World::next_step(const UserTransfer& transfer) {
  const Submit& submit = transfer.submit;
  const auto stored = tables().handles.find({transfer.caller.owner, submit.handle});
  if (stored == tables().handles.end()) return submit;
  const File& file = tables().transfers.at(stored->second).file;
  if (file.status == Status::failed) return Commit{submit.handle};
  if (file.status != Status::inactive) return std::nullopt;
  const bool more = !transfer.lines.empty() && (file.tally.files == 0 || dice_.chance(300'000));
  if (more) return some_lines(transfer);
  return Commit{submit.handle};
}

Call World::next_call(const UserTransfer& transfer) {
  const std::string& handle = transfer.submit.handle;
  Submit submit = transfer.submit;
  if (transfer.submit.what != Submit::What::file && dice_.chance(600'000)) {
    if (const auto call = next_step(transfer)) return *call;
  }
  switch (dice_.below(14)) {
    case 0:
    case 1:
    case 2:
      return submit;
    case 3:
    case 4:
    case 5:
      submit.commit = true;
      return submit;
    case 6:
    case 7:
    case 8:
      return Commit{handle};
    case 9:
    case 10:
      return Stop{handle};
    case 11:
      return ChangePriority{handle, PriorityStep::push};
    case 12:
      return ChangePriority{handle, static_cast<int>(dice_.below(101))};
    default:
      return Clear{handle};
  }
}

void World::user_acts(std::size_t number) {
  if (weather_.fair()) return;
  begin_call(number, next_call(transfers_[number]));
  events_.in(dice_.between(Duration(500), size_.between_calls),
             [this, number] { user_acts(number); });
}

void World::begin_call(std::size_t number, Call call) {
  UserTransfer& transfer = transfers_[number];
  Asked asked{number, std::move(call), "", ++calls_, events_.now()};
  if (dice_.chance(700'000)) asked.key = fmt::format("key{}", asked.number);
  if (std::holds_alternative<Clear>(asked.call)) {
    laws_.clear_asked(transfer.caller.owner, transfer.submit.handle);
  }
  note_call(asked);
  const bool stored = tables().handles.contains({transfer.caller.owner, transfer.submit.handle});
  asked.submits = std::holds_alternative<Submit>(asked.call) && !stored;
  if (asked.submits) {
    ++transfer.submits_open;
    weather_.submitting(true);
  }
  ++open_calls_;
  ask(std::move(asked));
}

// A call is a fault of the matrix too: it comes at any moment.
void World::note_call(const Asked& asked) {
  struct Kind {
    FaultKind operator()(const Submit&) const { return FaultKind::user_submits; }
    FaultKind operator()(const AddFiles&) const { return FaultKind::user_submits; }
    FaultKind operator()(const Commit&) const { return FaultKind::user_commits; }
    FaultKind operator()(const ChangePriority&) const { return FaultKind::user_changes_priority; }
    FaultKind operator()(const Clear&) const { return FaultKind::user_clears; }
    FaultKind operator()(const Stop&) const { return FaultKind::user_stops; }
  };
  const FaultKind kind = std::visit(Kind{}, asked.call);
  const UserTransfer& transfer = transfers_[asked.transfer];
  weather_.happened(kind, std::nullopt);
  const auto id = tables().handles.find({transfer.caller.owner, transfer.submit.handle});
  if (id != tables().handles.end()) {
    weather_.touches(kind, tables().transfers.at(id->second).file.id);
  } else if (transfer.submits_open > 0) {
    weather_.hits_at(kind, Moment::submitting);
  }
}

// Asks until there is an answer: one that is lost with rftd is asked for again.
void World::ask(Asked asked) {
  const auto again = [this, asked] {
    events_.in(dice_.between(Duration(200), Duration(5'000)), [this, asked] { ask(asked); });
  };
  if (!daemon_ || !daemon_->is_open()) return again();
  const auto answered = std::make_shared<bool>(false);
  // Where no answer came, it may still have been done.
  const auto waits = [this, asked, answered](auto self, Duration patience) -> void {
    events_.in(patience, [this, asked, answered, self] {
      if (*answered) return;
      if (!daemon_ || answered.use_count() == 1) return ask(asked);
      self(self, Duration(1'000));
    });
  };
  daemon_->engine().call(transfers_[asked.transfer].caller, asked.call, asked.key,
                         [this, asked, answered, again](Answer answer) {
                           *answered = true;
                           const bool later = !answer && entry(answer.error().code).http >= 500;
                           if (later) return again();
                           this->answered(asked, answer);
                         });
  waits(waits, Duration(1'000));
  daemon_->look_at_clock();
}

void World::answered(const Asked& asked, const Answer& answer) {
  --open_calls_;
  UserTransfer& transfer = transfers_[asked.transfer];
  if (asked.submits) {
    --transfer.submits_open;
    weather_.submitting(false);
  }
  say(fmt::format("{} {} -> {}", name_of(asked.call), transfer.submit.handle,
                  answer ? word(answer->status) : entry(answer.error().code).word));
  laws_.answered(transfer.caller.owner, asked.call, answer, asked.first_at);
  if (std::holds_alternative<Stop>(asked.call) && answer && answer->stopping) watch_stop(asked);
}

// P9: within 5 s at rest, unless a rename's end must be found out, and nothing works on it any
// more; while rftd and its store live, and for the second while its mover can be reached.
void World::watch_stop(const Asked& asked) {
  const Instant since = events_.now();
  events_.in(stop_must_rest_within, [this, asked, since] {
    if (!daemon_ || !daemon_->is_open() || laws_.last_trouble() >= since) return;
    const UserTransfer& transfer = transfers_[asked.transfer];
    const MemoryTables& tables = daemon_->store().tables();
    const auto id = tables.handles.find({transfer.caller.owner, transfer.submit.handle});
    if (id == tables.handles.end()) return;
    const Transfer& whole = tables.transfers.at(id->second);
    must_rest(whole, since);
    const auto parts = tables.parts.find(id->second);
    if (parts == tables.parts.end()) return;
    for (const auto& [number, part] : parts->second) must_rest(tables.transfers.at(part), since);
  });
}

void World::must_rest(const Transfer& transfer, Instant since) {
  const File& file = transfer.file;
  const std::string& handle = transfer.request.handle;
  const bool this_stop = file.held_since && *file.held_since <= events_.wall() - 6s;
  // A request of many files rests when its parts do.
  if (stage(file) == Stage::stopping && !file.publish_ordered && this_stop && !is_whole(file)) {
    laws_.break_law("P9", handle + " is still stopping");
  }
  if (file.status != Status::user_stop_partial_trans || laws_.line_trouble() >= since) return;
  if (servers_.sends_for(task_of(file))) {
    laws_.break_law("P9", handle + " is stopped and still sent");
  }
}

// P8: nothing waits without a reason that can be read, nor for its turn where nobody goes first.
// P11: what waits behind a save is bounded.
void World::look_why() {
  events_.in(weather_.fair() ? 20s : Duration(1'500), [this] { look_why(); });
  look_at_leases();
  if (!daemon_ || !daemon_->is_open()) return;
  const Engine::Totals totals = daemon_->engine().totals();
  if (totals.mail > mail_max) laws_.break_law("P11", fmt::format("{} mails wait", totals.mail));
  const auto waits = std::make_shared<bool>(false);  // an answer may come later, from the store
  const MemoryTables& tables = daemon_->store().tables();
  for (const UserTransfer& transfer : transfers_) {
    const auto id = tables.handles.find({transfer.caller.owner, transfer.submit.handle});
    if (id == tables.handles.end()) continue;
    if (tables.transfers.at(id->second).file.status != Status::committed) continue;
    daemon_->engine().why(transfer.caller.owner, transfer.submit.handle,
                          [this, waits](Result<Why> why) {
                            if (!why || why->status != Status::committed) return;
                            const bool turn = why->hold == Hold::turn && why->ahead;
                            const bool room = why->hold == Hold::limit && !why->until;
                            *waits = *waits || turn || room;
                            if (why->hold == Hold::none || why->sentence.empty()) {
                              laws_.break_law("P8", "something waits without a reason");
                            }
                          });
  }
  const bool idles = *waits && totals.active == 0;
  if (!idles)
    idle_since_.reset();
  else if (!idle_since_)
    idle_since_ = events_.now();
  if (!idles || laws_.last_trouble() >= *idle_since_) return;
  if (events_.now() - *idle_since_ >= Duration(3'000)) {
    laws_.break_law("P8", "something waits for its turn and nothing is active");
  }
}

// A mover that rftd does not reach ends its work when its lease is over.
void World::look_at_leases() {
  constexpr Duration must_rest{30'000 + 10'000 + 2'000};
  for (const auto& [mover, process] : machine_.movers) {
    const bool over = events_.now() - process->renewed_at() > must_rest;
    // One that slept has its time after that.
    const bool slept = process->frozen_since() || laws_.line_trouble() >= events_.now() - 12s;
    if (over && !slept && process->work() > 0) {
      laws_.break_law("lease", "mover " + mover + " works without one");
    }
  }
}

}  // namespace rft::sim
