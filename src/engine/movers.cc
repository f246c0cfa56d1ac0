// The movers, the orders that they have not answered, and the parts that are to be deleted.
#include <fmt/format.h>

#include <algorithm>

#include "core/credential.h"
#include "core/retry.h"
#include "engine/world.h"

namespace rft {
namespace {

constexpr Duration start_delay_first = 1s;
constexpr Duration start_delay_most = 30s;
constexpr Duration mover_idle = 5min;
constexpr Duration ledger_delay_first = 10s;
constexpr Duration ledger_delay_most = 1h;
constexpr Duration ledger_kept = hold_max;

bool is_with(const Transfer& transfer, const Task& task, const std::string& mover) {
  return task_of(transfer.file) == task && transfer.file.mover == mover;
}

bool is_last_word(const TaskSays& says) {
  return std::holds_alternative<Done>(says) || std::holds_alternative<Failed>(says) ||
         std::holds_alternative<Stopped>(says) || std::holds_alternative<Proven>(says) ||
         std::holds_alternative<UnknownTask>(says);
}

bool tells_of_ended_lease(const TaskSays& says) {
  const auto* failed = std::get_if<Failed>(&says);
  return failed != nullptr && failed->fault.code == FaultCode::lease_ended;
}

}  // namespace

// A mover of this owner that has room; started where there is none. None while movers do not start.
std::optional<std::string> Engine::World::mover_for(const std::string& owner, bool alone) {
  for (const auto& [id, mover] : movers) {
    if (!alone && mover.owner == owner && !mover.alone && !mover.draining &&
        mover.files.size() < limits.tasks_per_mover_max) {
      return id;
    }
  }
  if (clock.now().instant < no_start_before) return std::nullopt;
  const std::string id = clock.fresh_id().text().substr(24);  // 12 random hex digits
  MoverState& mover = movers[id];
  mover.owner = owner;
  mover.alone = alone;
  mover.idle_since = clock.now().instant;
  movers_port.start(id, owner);
  return id;
}

void Engine::World::add_orders(const std::vector<OutboxRow>& rows) {
  for (const OutboxRow& row : rows) {
    const auto mover = movers.find(row.mover);
    if (mover == movers.end()) continue;  // gone; its transfers are told next
    mover->second.outbox.push_back(row);
    mover->second.files.insert(row.task.file);
    if (mover->second.up) movers_port.order(row.mover, row.order);
  }
}

void Engine::World::send_outstanding(const std::string& mover) {
  for (const OutboxRow& row : movers.at(mover).outbox) movers_port.order(mover, row.order);
  for (auto& [id, entry] : ledger) {
    if (entry.mover == mover) entry.mover.clear();
  }
  for (const auto& [key, prober] : probers) {
    if (prober == mover) send_probe(key, mover);
  }
  work_ledger();
}

void Engine::World::work_ledger() {
  const Now now = clock.now();
  std::vector<Uuid> given_up;
  for (auto& [id, entry] : ledger) {
    if (entry.saving || !entry.mover.empty() || entry.next_try > now.instant) continue;
    const LedgerPart& part = entry.part;
    if (now.wall - part.since > ledger_kept) {
      given_up.push_back(id);
      continue;
    }
    const auto credential = choose_credential(credentials_of(part.owner), part.destination.endpoint,
                                              part.credential, Side::destination, now.wall);
    if (!credential) {
      entry.next_try = now.instant + ledger_delay_most;
      continue;
    }
    const auto mover = mover_for(part.owner, false);
    if (!mover || !movers.at(*mover).up) continue;  // asked once it is
    entry.mover = *mover;
    // Oldest name first: a rename of an earlier epoch that is done meanwhile leads to a younger
    // one.
    movers_port.order(*mover, RemoveOrder{id,
                                          part.destination,
                                          *credential,
                                          part.part,
                                          {part.epochs.rbegin(), part.epochs.rend()},
                                          part.items});
  }
  for (const Uuid& id : given_up) {
    const LedgerPart& part = ledger.at(id).part;
    Event event;
    event.seq = ++last_seq;
    event.at = now.wall;
    event.owner = part.owner;
    event.handle = part.handle;
    event.who = "service";
    event.what = "part_left";
    event.why = fmt::format("a part file beside {} could not be deleted for 7 days",
                            part.destination.text());
    Saving saving;
    saving.removed_parts.push_back(id);
    saving.events.push_back(event);
    forget_part(id, std::move(saving));
  }
}

void Engine::World::ledger_failed(const Uuid& id) {
  const auto found = ledger.find(id);
  if (found == ledger.end()) return;
  LedgerEntry& entry = found->second;
  entry.mover.clear();
  entry.saving = false;
  entry.delay = std::clamp(entry.delay * 2, ledger_delay_first, ledger_delay_most);
  entry.next_try = clock.now().instant + entry.delay;
}

// The entry goes when that is saved, and is worked on again if it was not: a part may be deleted
// twice.
void Engine::World::forget_part(const Uuid& id, Saving saving) {
  ledger.at(id).saving = true;
  save(std::move(saving), [this, id](Saved saved) {
    if (saved == Saved::yes) {
      ledger.erase(id);
    } else {
      ledger_failed(id);
    }
  });
}

void Engine::World::add_to_ledger(std::vector<LedgerPart> parts) {
  const Instant now = clock.now().instant;
  for (LedgerPart& part : parts) {
    const Uuid id = part.id;
    ledger[id] = {std::move(part), now, Duration{0}, ""};
  }
}

// What the parts of a whole left when it was cleared: they were not in memory.
void Engine::World::read_ledger() {
  store.ledger([this](Result<std::vector<LedgerPart>> all) {
    ledger_unread = !all;
    if (!all) return;
    std::erase_if(*all, [&](const LedgerPart& part) { return ledger.contains(part.id); });
    add_to_ledger(std::move(*all));
    work_ledger();
  });
}

void Engine::parts_discarded(std::vector<LedgerPart> parts) {
  world_->add_to_ledger(std::move(parts));
}

void Engine::World::answer_hello(const std::string& mover, const Task& task,
                                 const Transfer* transfer) {
  const auto speaker = movers.find(mover);
  if (speaker == movers.end() || !speaker->second.up) return;
  if (transfer != nullptr && is_with(*transfer, task, mover)) {
    speaker->second.files.insert(task.file);
  } else {
    movers_port.order(mover, StopOrder{task});
  }
}

// A mover at work on an epoch that is over was not reached when it was told to stop. It would go on
// for as long as its lease is renewed: so it is told again, and its words stay unanswered, so that
// it repeats them, until the last.
void Engine::World::answer_word(const std::string& mover, const TaskWord& word,
                                const Transfer* transfer) {
  const bool ours = transfer != nullptr && is_with(*transfer, word.task, mover);
  const auto speaker = movers.find(mover);
  const bool lives = speaker != movers.end() && speaker->second.up;
  if (!ours && lives && !is_last_word(word.says)) {
    movers_port.order(mover, StopOrder{word.task});
  } else {
    movers_port.acknowledge(mover, word.task, word.seq);
  }
}

void Engine::World::drain_idle() {
  const Instant now = clock.now().instant;
  for (auto& [id, mover] : movers) {
    if (!mover.up || mover.draining || !mover.files.empty()) continue;
    const bool asked = std::any_of(ledger.begin(), ledger.end(), [&, &id = id](const auto& one) {
      return one.second.mover == id;
    });
    if (asked || (!mover.alone && now - mover.idle_since < mover_idle)) continue;
    mover.draining = true;
    movers_port.drain(id);
  }
}

void Engine::mover_up(const std::string& id, const std::string& owner,
                      const std::vector<Task>& tasks) {
  MoverState& mover = world_->movers[id];
  mover.owner = owner;
  mover.up = mover.was_up = true;
  mover.idle_since = world_->clock.now().instant;
  world_->start_delay = Duration{0};
  // What it works on though no transfer of ours says so is of an old epoch: it is told to stop.
  // Where a save or a read is under way, what it comes to tells.
  for (const Task& task : tasks) {
    const auto found = world_->by_file.find(task.file);
    if (found == world_->by_file.end()) {
      world_->answer_hello(id, task, nullptr);
    } else {
      world_->deliver(*found->second, HelloMail{id, task});
    }
  }
  world_->send_outstanding(id);
  world_->schedule();
}

void Engine::mover_gone(const std::string& id, bool with_us, Duration silent) {
  World& world = *world_;
  const auto found = world.movers.find(id);
  if (found == world.movers.end()) return;
  const MoverState mover = std::move(found->second);
  world.movers.erase(found);
  if (!mover.was_up) {
    // It never came up: that is no fault of its transfers, but must not become a busy loop.
    world.start_delay = std::clamp(world.start_delay * 2, start_delay_first, start_delay_most);
    world.no_start_before = world.clock.now().instant + world.start_delay;
  }
  const bool costs_nothing = with_us || !mover.was_up || mover.draining;
  const LostBecause because = costs_nothing ? LostBecause::we_died : LostBecause::died;
  for (const Uuid& file : mover.files) {
    const auto strand = world.by_file.find(file);
    if (strand == world.by_file.end()) continue;
    world.deliver(*strand->second, LostMail{id, because, silent});
  }
  for (auto& [part, entry] : world.ledger) {
    if (entry.mover == id) entry.mover.clear();
  }
  for (auto& [key, prober] : world.probers) {
    if (prober != id) continue;
    if (const auto gate = world.gates.find(key); gate != world.gates.end()) {
      gate->second.probing = false;
    }
  }
  std::erase_if(world.probers, [&](const auto& one) { return one.second == id; });
  world.schedule();
}

void Engine::heard(const std::string& mover, const Word& word) {
  World& world = *world_;
  if (const auto* said = std::get_if<TaskWord>(&word)) {
    // It is about to exit: what it were granted now it would only give back.
    const auto speaker = world.movers.find(mover);
    if (speaker != world.movers.end() && tells_of_ended_lease(said->says)) {
      speaker->second.draining = true;
    }
    const auto found = world.by_file.find(said->task.file);
    if (found == world.by_file.end()) {
      ++world.stale_words;
      world.answer_word(mover, *said, nullptr);
      return;
    }
    world.deliver(*found->second, WordMail{mover, *said});
  } else if (const auto* removed = std::get_if<Removed>(&word)) {
    const auto entry = world.ledger.find(removed->id);
    if (entry == world.ledger.end()) return;
    if (removed->fault) {
      world.ledger_failed(removed->id);
    } else {
      Saving saving;
      saving.removed_parts.push_back(removed->id);
      world.forget_part(removed->id, std::move(saving));
    }
  } else if (const auto* probed = std::get_if<Probed>(&word)) {
    world.probed(*probed);
  } else {
    world.logged_in(std::get<LoggedIn>(word).endpoint);
  }
  world.schedule();
}

}  // namespace rft
