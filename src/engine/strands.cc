// Hear, decide, save, order: for one transfer strictly in turn.
#include "core/extras.h"
#include "engine/world.h"

namespace rft {
namespace {

constexpr Duration look_again_after = 1min;  // where a credential lacks

using Key = std::pair<std::string, std::string>;

Key key_of(const Strand& strand) {
  return {strand.owner, strand.handle};
}

std::size_t octets_of(const Transfer& transfer) {
  constexpr std::size_t but_for_its_files = 4U << 10;  // with its strand, its names and its place
  return but_for_its_files + transfer.file.bundle.bytes_form().size();
}

Answer not_saved(Saved saved) {
  if (saved == Saved::full) {
    return fail(Code::storage_full, "free space under the service's state folder; then try again");
  }
  return fail(Code::unavailable, "the service's database did not take the change");
}

bool is_newer_moving(const Mail& before, const Mail& next) {
  const auto* older = std::get_if<WordMail>(&before);
  const auto* newer = std::get_if<WordMail>(&next);
  return older && newer && older->mover == newer->mover && older->word.task == newer->word.task &&
         std::holds_alternative<Moving>(older->word.says) &&
         std::holds_alternative<Moving>(newer->word.says);
}

// Somebody waits for the answer, and asks again where it is "not now".
bool has_caller(const Mail& mail) {
  const auto* call = std::get_if<CallMail>(&mail);
  return call && !call->of_whole;
}

// The part is not open yet, and is about to be.
bool rises_with_whole(const Mail& mail) {
  const auto* call = std::get_if<CallMail>(&mail);
  return call && call->of_whole && std::holds_alternative<Commit>(call->call);
}

// A stored record shows that the change in doubt was saved.
bool was_saved(const Change& change, const std::optional<Transfer>& stored) {
  if (change.erased) return !stored || stored->file.id != change.next.file.id;
  return stored && stored->file.id == change.next.file.id &&
         stored->file.version == change.next.file.version;
}

}  // namespace

Strand& Engine::World::strand(const std::string& owner, const std::string& handle) {
  auto& slot = strands[{owner, handle}];
  if (!slot) {
    slot = std::make_unique<Strand>();
    slot->owner = owner;
    slot->handle = handle;
  }
  return *slot;
}

void Engine::World::adopt(Transfer transfer) {
  Strand& strand = this->strand(transfer.request.owner, transfer.request.handle);
  if (!transfer.file.mover.empty()) {
    MoverState& mover = movers[transfer.file.mover];
    mover.owner = transfer.request.owner;
    mover.was_up = true;
    mover.files.insert(transfer.file.id);
  }
  strand.loaded = true;
  take(strand, std::move(transfer));
  index(strand);
}

void Engine::World::count_open(Strand& strand, const Transfer* transfer) {
  const bool before = strand.is_open;
  strand.is_open =
      transfer != nullptr && !is_part(*transfer) &&
      (transfer->file.status == Status::committed || transfer->file.status == Status::active);
  if (strand.is_open == before) return;
  std::size_t& of_owner = open_of_owner[strand.owner];
  if (strand.is_open) {
    ++open_requests;
    ++of_owner;
    return;
  }
  --open_requests;
  if (--of_owner == 0) open_of_owner.erase(strand.owner);
}

// The strand's transfer is what was just read or saved; words find it by its file's id.
void Engine::World::take(Strand& strand, std::optional<Transfer> transfer) {
  const std::optional<Uuid> file = transfer ? std::optional(transfer->file.id) : std::nullopt;
  if (strand.file && strand.file != file) {
    by_file.erase(*strand.file);
    live.erase(*strand.file);
  }
  strand.file = file;
  held -= strand.held;
  strand.held = transfer ? octets_of(*transfer) : 0;
  held += strand.held;
  count_open(strand, transfer ? &*transfer : nullptr);
  strand.transfer = std::move(transfer);
  if (!strand.has_destinations) strand.destinations.reset();
  if (file) by_file[*file] = &strand;
}

// Of Moving words that wait behind a save only the newest is kept (P11): each replaces the one
// before.
void Engine::World::deliver(Strand& strand, Mail mail) {
  const bool behind = strand.mail.size() > 1;
  if (behind && is_newer_moving(strand.mail.back(), mail)) strand.mail.pop_back();
  strand.mail.push_back(std::move(mail));
  pump(strand);
}

bool Engine::World::needs_load(const Strand& strand) const {
  if (!strand.loaded) return true;
  const auto* call = std::get_if<CallMail>(&strand.mail.front());
  return call && !call->key.empty() && !strand.kept;
}

// Callers do not use the strand afterwards: an idle one is forgotten.
void Engine::World::pump(Strand& strand) {
  if (strand.pumping) return;  // an answer came back in with another mail: the loop below sees it
  strand.pumping = true;
  while (!strand.busy && !strand.stuck && !strand.mail.empty() && step(strand)) {
  }
  strand.pumping = false;
  forget_if_idle(strand);
}

// Opens the first mail. False where a load or a save must be waited for.
bool Engine::World::step(Strand& strand) {
  if (needs_load(strand)) {
    load(strand);
    return false;
  }
  if (auto digests = needs_lines(strand)) {
    read_lines(strand, std::move(*digests));
    return false;
  }
  Outcome outcome = decide(strand);
  strand.kept.reset();
  strand.known_lines.reset();
  if (!outcome.change && !outcome.keep) {
    finish(strand, outcome);
    return true;
  }
  Saving saving;
  if (outcome.change) {
    for (Event& event : outcome.change->events) event.seq = ++last_seq;
    saving.changes.push_back(*outcome.change);
  }
  saving.kept = outcome.keep;
  strand.busy = true;
  save(std::move(saving),
       [this, key = key_of(strand), outcome = std::move(outcome)](Saved answer) mutable {
         saved(key, std::move(outcome), answer);
         schedule();
       });
  return false;
}

// The lines that a list has, and the names that a source has, are not in memory: there may be
// millions.
std::optional<std::vector<std::string>> Engine::World::needs_lines(const Strand& strand) const {
  if (!strand.transfer || strand.known_lines) return std::nullopt;
  const Mail& mail = strand.mail.front();
  if (const auto* word = std::get_if<WordMail>(&mail)) {
    const auto* listed = std::get_if<FoldersListed>(&word->word.says);
    const bool asks = listed != nullptr && is_removal(strand.transfer->request);
    return asks ? std::optional(names_asked(*listed)) : std::nullopt;
  }
  const auto* call = std::get_if<CallMail>(&mail);
  const auto* more = call ? std::get_if<AddFiles>(&call->call) : nullptr;
  const File& file = strand.transfer->file;
  const bool takes = file.kind == Kind::list && file.status == Status::inactive;
  if (more == nullptr || !takes) return std::nullopt;
  std::vector<std::string> digests;
  for (const NewFile& one : more->files) digests.push_back(known_line(one).digest);
  return digests;
}

// Where a word asks and the store does not read, it is asked again at the next tick.
void Engine::World::read_lines(Strand& strand, std::vector<std::string> digests) {
  const Request& request = strand.transfer->request;
  strand.busy = true;
  store.known_lines(request.whole.value_or(request.id), std::move(digests),
                    [this, key = key_of(strand)](Result<KnownContents> known) {
                      Strand& strand = *strands.at(key);
                      strand.busy = false;
                      if (known) {
                        strand.known_lines = std::move(*known);
                      } else if (has_caller(strand.mail.front())) {
                        finish(strand, {std::nullopt, tl::unexpected(known.error()), std::nullopt});
                      } else {
                        strand.stuck = true;
                        stuck.push_back(&strand);
                      }
                      pump(strand);
                      schedule();
                    });
}

void Engine::World::load(Strand& strand) {
  const auto* call = std::get_if<CallMail>(&strand.mail.front());
  strand.busy = true;
  store.load(strand.owner, strand.handle, call ? call->key : std::string(),
             [this, key = key_of(strand)](Result<Loaded> result) {
               loaded(key, std::move(result));
               schedule();
             });
}

void Engine::World::loaded(const Key& key, Result<Loaded> result) {
  Strand& strand = *strands.at(key);
  strand.busy = false;
  if (!result) {
    // What is read again after a save must be known before anything else: much may hang on it.
    const bool again = !strand.loaded && (strand.in_doubt || strand.file);
    if (!again && has_caller(strand.mail.front())) {
      finish(strand, {std::nullopt, tl::unexpected(result.error()), std::nullopt});
    } else {
      strand.stuck = true;
      stuck.push_back(&strand);
    }
    return pump(strand);
  }
  // An empty key marks that the store was asked and kept nothing.
  strand.kept =
      std::make_unique<KeptAnswer>(result->kept.value_or(KeptAnswer{"", "", "", Yes{}, {}}));
  if (!strand.loaded) {
    strand.loaded = true;
    const auto doubted = std::exchange(strand.in_doubt, nullptr);
    if (doubted && was_saved(*doubted, result->transfer)) {
      settle_doubt(strand, *doubted);
    } else {
      if (result->transfer) {
        put_under_whole(*result->transfer);
        go_on_with_whole(*result->transfer);
        if (!rises_with_whole(strand.mail.front())) part_changed(*result->transfer, {});
      }
      unindex(strand);
      take(strand, std::move(result->transfer));
      index(strand);
    }
  }
  pump(strand);
}

// The save that was answered `unknown` had been done: what follows it follows now.
void Engine::World::settle_doubt(Strand& strand, const Change& change) {
  Outcome outcome;
  if (std::holds_alternative<CallMail>(strand.mail.front())) {
    const File& file = change.next.file;
    outcome.answer = Yes{strand.handle,
                         change.erased ? Status::user_stop : file.status,
                         change.created,
                         !change.erased && stage(file) == Stage::stopping,
                         change.erased ? 0 : file.priority,
                         change.lines.size(),
                         file.tally.files};
  }
  strand.kept.reset();
  read_again(change.born);
  apply(strand, change);
  finish(strand, outcome);
}

void Engine::World::saved(const Key& key, Outcome outcome, Saved saved) {
  Strand& strand = *strands.at(key);
  strand.busy = false;
  switch (saved) {
    case Saved::yes:
      if (outcome.change) {
        Change change = std::move(*outcome.change);
        outcome.change.reset();
        apply(strand, std::move(change));
      }
      finish(strand, outcome);
      break;
    case Saved::unknown:
      if (outcome.change) strand.in_doubt = std::make_unique<Change>(std::move(*outcome.change));
      [[fallthrough]];
    case Saved::stale:
      unqueue(strand);  // it may be active until it is known that it is not
      strand.loaded = false;
      strand.transfer.reset();
      break;
    case Saved::full:
    case Saved::no:
      ++saves_failed;
      count_open(strand, strand.transfer ? &*strand.transfer : nullptr);
      if (has_caller(strand.mail.front())) {
        finish(strand, {std::nullopt, not_saved(saved), std::nullopt});
      } else {
        strand.stuck = true;
        stuck.push_back(&strand);
      }
      break;
  }
  pump(strand);
  schedule();
}

void Engine::World::apply(Strand& strand, Change change) {
  unindex(strand);
  const Uuid file = change.next.file.id;
  if (change.drop_orders) {
    const Instant now = clock.now().instant;
    for (auto& [id, mover] : movers) {
      std::erase_if(mover.outbox, [&](const OutboxRow& row) { return row.task.file == file; });
      if (mover.files.erase(file) > 0) mover.idle_since = now;
    }
  }
  if (change.erased) {
    if (is_whole(change.next.file)) read_ledger();
    take(strand, std::nullopt);
  } else {
    newest_epoch = std::max(newest_epoch, change.next.file.epoch);
    if (is_whole(change.next.file)) whole_changed(change.next, change.born);
    part_changed(change.next, change.born);
    follow_priority(change.next);
    take(strand, std::move(change.next));
    leave_to_born(strand, change.born);
  }
  add_to_ledger(std::move(change.discarded));
  index(strand);
  add_orders(change.orders);
  if (listener) {
    for (const Event& event : change.events) listener->happened(event);
  }
}

// The first mail is done with: its sender is answered.
void Engine::World::finish(Strand& strand, const Outcome& outcome) {
  Mail mail = std::move(strand.mail.front());
  strand.mail.pop_front();
  const Transfer* const transfer = strand.transfer ? &*strand.transfer : nullptr;
  if (const auto* call = std::get_if<CallMail>(&mail)) {
    call->then(*outcome.answer);
  } else if (const auto* said = std::get_if<WordMail>(&mail)) {
    answer_word(said->mover, said->word, transfer);
    after_word(strand, said->word);
  } else if (const auto* hello = std::get_if<HelloMail>(&mail)) {
    answer_hello(hello->mover, hello->task, transfer);
  } else if (const auto* grant = std::get_if<GrantMail>(&mail)) {
    strand.granting = false;
    const bool granted = strand.transfer && strand.transfer->file.mover == grant->mover;
    if (!granted) strand.next_look = clock.now().instant + look_again_after;
    const auto mover = movers.find(grant->mover);
    if (!granted && mover != movers.end() && strand.transfer) {
      mover->second.files.erase(strand.transfer->file.id);
    }
    unindex(strand);
    index(strand);
  }
}

void Engine::World::forget_if_idle(Strand& strand) {
  const bool needed = strand.transfer && is_open(*strand.transfer);
  if (needed || strand.busy || strand.pumping || !strand.mail.empty()) return;
  unindex(strand);
  take(strand, std::nullopt);
  strands.erase(key_of(strand));
}

void Engine::World::retry_stuck() {
  for (Strand* strand : std::exchange(stuck, {})) {
    strand->stuck = false;
    pump(*strand);
  }
}

void Engine::World::save(Saving saving, std::function<void(Saved)> then) {
  store.save(std::move(saving), std::move(then));
}

}  // namespace rft
