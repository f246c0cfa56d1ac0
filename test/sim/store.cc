#include "sim/store.h"

namespace rft::sim {

SimStore::SimStore(Place place, MemoryTables tables)
    : events_(place.events),
      dice_(place.dice),
      weather_(place.weather),
      laws_(place.laws),
      moments_(place.moments),
      mutants_(place.mutants),
      memory_(tables.instance, [this](std::function<void()> what) { post(std::move(what)); }) {
  memory_.restore(std::move(tables));
}

SimStore::Subject SimStore::subject_of(const Saving& saving) {
  if (!saving.changes.empty()) return saving.changes.front().next.file.id;
  if (!saving.removed_parts.empty()) return saving.removed_parts.front();
  return std::nullopt;
}

// A submission that is not stored yet has no moment of its own.
bool SimStore::strikes(FaultKind kind, const Subject& subject, bool submits) {
  if (subject && !submits) return weather_.strikes(kind, *subject);
  if (!weather_.strikes(kind)) return false;
  if (submits) weather_.hits_at(kind, Moment::submitting);
  return true;
}

void SimStore::post(std::function<void()> what) {
  Duration delay = dice_.between(Duration(0), Duration(25));
  if (strikes(FaultKind::store_slow, std::exchange(posted_for_, std::nullopt),
              std::exchange(posted_submits_, false))) {
    delay = dice_.between(Duration(200), Duration(8000));
  }
  last_ = std::max(last_, events_.now() + delay);
  if (delay >= Duration(200)) laws_.trouble_until(last_);
  events_.at(last_, [this, writes = std::exchange(writes_, false), alive = std::weak_ptr(alive_),
                     what = std::move(what)] {
    if (alive.expired()) return;
    what();
    if (alive.expired()) return;
    if (writes) {
      laws_.stored(memory_.tables());
      moments_.stored(memory_.tables());
    }
    if (answered_) answered_();
  });
}

void SimStore::disturb_next_save(const Subject& subject, bool submits) {
  const auto fail = [this](Saved answer, bool done) {
    laws_.trouble_until(events_.now());
    memory_.disturb(1, answer, done);
  };
  const auto strikes = [&](FaultKind kind) { return this->strikes(kind, subject, submits); };
  if (events_.now() < out_until_ && !weather_.fair()) return fail(Saved::no, false);
  if (strikes(FaultKind::save_unknown_done)) return fail(Saved::unknown, true);
  if (strikes(FaultKind::save_unknown_lost)) return fail(Saved::unknown, false);
  if (strikes(FaultKind::save_refused)) return fail(Saved::no, false);
  if (strikes(FaultKind::save_full)) return fail(Saved::full, false);
}

void SimStore::plant_mutants(Saving& saving) const {
  for (Change& change : saving.changes) {
    File& file = change.next.file;
    const bool stops = file.status == Status::user_stop_partial_trans;
    if (mutants_.has(Mutant::stop_forgets) && stops) file.part.confirmed = {};
    const bool held = file.fault && entry(file.fault->code).remedy == Remedy::hold;
    const bool new_hold = held && file.status == Status::committed && change.attempt;
    if (mutants_.has(Mutant::holds_cost_tries) && new_hold) ++file.tries;
    if (mutants_.has(Mutant::decision_not_saved) && is_whole(file)) file.publish_ordered = false;
    const bool begins = !change.orders.empty() && file.part.epochs.size() > 1;
    if (mutants_.has(Mutant::name_not_stored) && begins) {
      file.part.epochs.erase(file.part.epochs.begin());
    }
    if (mutants_.has(Mutant::listing_place_lost) && !change.born.empty() && !change.created &&
        file.kind == Kind::listing) {
      file.due = memory_.tables().transfers.at(change.next.request.id).file.due;
    }
  }
}

void SimStore::plant_mutants(OpenWork& work) const {
  if (mutants_.has(Mutant::limits_forgotten)) work.limits.clear();
  for (Transfer& one : work.transfers) {
    if (!is_whole(one.file)) continue;
    if (mutants_.has(Mutant::whole_stop_forgotten)) one.file.stop_asked = false;
    const bool presumed = mutants_.has(Mutant::decision_presumed) && is_all_or_none(one.request);
    if (presumed) one.file.publish_ordered = true;
    if (mutants_.has(Mutant::sums_not_corrected)) work.tallies[one.request.id] = one.file.tally;
  }
}

void SimStore::open_work(Then<OpenWork> then) {
  memory_.open_work([this, then = std::move(then)](Result<OpenWork> work) {
    if (work && mutants_.has(Mutant::orders_forgotten)) work->outbox.clear();
    if (work) plant_mutants(*work);
    then(std::move(work));
  });
}

// A read that may fail; of `subject`, or of nothing that is known.
void SimStore::read(const Subject& subject, bool submits, const std::function<void()>& ask) {
  post([this, subject, submits] {
    const bool fails = strikes(FaultKind::load_fails, subject, submits);
    if (fails) laws_.trouble_until(events_.now());
    memory_.fail_reads(fails ? std::optional(Error{Code::unavailable, "the disk does not read"})
                             : std::nullopt);
  });
  ask();
  post([this] { memory_.fail_reads(std::nullopt); });
}

// Of a part nobody asks; it is read again where its save is in doubt.
SimStore::Subject SimStore::subject_of(const Uuid& request) const {
  const auto found = memory_.tables().transfers.find(request);
  const bool asked_about = found != memory_.tables().transfers.end() && !is_part(found->second);
  return asked_about ? Subject(found->second.file.id) : std::nullopt;
}

void SimStore::load(const std::string& owner, const std::string& handle, const std::string& key,
                    Then<Loaded> then) {
  const auto request = memory_.tables().handles.find({owner, handle});
  const bool known = request != memory_.tables().handles.end();
  read(known ? subject_of(request->second) : std::nullopt, !known,
       [&] { memory_.load(owner, handle, key, std::move(then)); });
}

void SimStore::parts(PartsQuery query, Then<std::vector<Transfer>> then) {
  read(subject_of(query.whole), false, [&] { memory_.parts(query, std::move(then)); });
}

void SimStore::lanes(const Uuid& whole, Then<std::vector<LaneNumber>> then) {
  read(subject_of(whole), false, [&] { memory_.lanes(whole, std::move(then)); });
}

void SimStore::known_lines(const Uuid& whole, std::vector<std::string> digests,
                           Then<KnownContents> then) {
  const auto asked = memory_.tables().transfers.find(whole);
  const bool of_tree =
      asked != memory_.tables().transfers.end() && asked->second.file.kind == Kind::tree;
  if (mutants_.has(of_tree ? Mutant::names_not_known : Mutant::lines_not_known)) {
    then = [then = std::move(then)](Result<KnownContents> known) {
      if (known) known->assign(known->size(), std::nullopt);
      then(std::move(known));
    };
  }
  read(subject_of(whole), false,
       [&] { memory_.known_lines(whole, std::move(digests), std::move(then)); });
}

void SimStore::ledger(Then<std::vector<LedgerPart>> then) {
  read(std::nullopt, false, [&] { memory_.ledger(std::move(then)); });
}

void SimStore::save(Saving saving, std::function<void(Saved)> then) {
  const Subject subject = subject_of(saving);
  const bool submits = !saving.changes.empty() && saving.changes.front().created;
  plant_mutants(saving);
  for (const Change& change : saving.changes) laws_.saving(change);
  then = [this, then = std::move(then), changes = saving.changes](Saved saved) {
    for (const Change& change : changes) {
      if (saved == Saved::yes) laws_.saved(change);
    }
    then(saved);
  };
  if (mutants_.has(Mutant::order_before_save) && tell_orders_) {
    for (const Change& change : saving.changes) tell_orders_(change.orders);
  }
  if (mutants_.has(Mutant::unknown_is_yes)) {
    then = [then = std::move(then)](Saved saved) {
      then(saved == Saved::unknown ? Saved::yes : saved);
    };
  }
  if (mutants_.has(Mutant::early_yes)) {
    post([then] { then(Saved::yes); });
    then = [](Saved) {};
  } else {
    post([this, subject, submits] { disturb_next_save(subject, submits); });
  }
  writes_ = true;
  posted_for_ = subject;
  posted_submits_ = submits;
  memory_.save(std::move(saving), std::move(then));
}

void SimStore::list(ListQuery query, Then<ListPage> then) {
  memory_.list(std::move(query), std::move(then));
}

void SimStore::history(const std::string& owner, const std::string& handle, Then<History> then) {
  memory_.history(owner, handle, std::move(then));
}

void SimStore::history_of(const std::string& owner, const Uuid& request, Then<History> then) {
  memory_.history_of(owner, request, std::move(then));
}

void SimStore::events_after(const std::string& owner, std::int64_t after, std::uint32_t limit,
                            Then<std::vector<Event>> then) {
  memory_.events_after(owner, after, limit, std::move(then));
}

void SimStore::counts(Then<std::map<Status, std::uint64_t>> then) {
  memory_.counts(std::move(then));
}

void SimStore::save_credential(CredentialFacts facts, std::string sealed,
                               std::function<void(Saved)> then) {
  memory_.save_credential(std::move(facts), std::move(sealed), std::move(then));
}

void SimStore::sealed_credential(const Uuid& id, Then<std::string> then) {
  memory_.sealed_credential(id, std::move(then));
}

void SimStore::remove_credential(const std::string& owner, const Uuid& id,
                                 std::function<void(Saved)> then) {
  memory_.remove_credential(owner, id, std::move(then));
}

}  // namespace rft::sim
