#include "sim/store.h"

namespace rft::sim {

SimStore::SimStore(Events& events, Dice& dice, Weather& weather, Laws& laws, Mutant mutant,
                   MemoryTables tables)
    : events_(events),
      dice_(dice),
      weather_(weather),
      laws_(laws),
      mutant_(mutant),
      memory_(tables.instance, [this](std::function<void()> what) { post(std::move(what)); }) {
  memory_.restore(std::move(tables));
}

void SimStore::post(std::function<void()> what) {
  Duration delay = dice_.between(Duration(0), Duration(25));
  if (weather_.strikes(FaultKind::store_slow)) delay = dice_.between(Duration(200), Duration(8000));
  last_ = std::max(last_, events_.now() + delay);
  if (delay >= Duration(200)) laws_.trouble_until(last_);
  events_.at(last_, [this, alive = std::weak_ptr(alive_), what = std::move(what)] {
    if (alive.expired()) return;
    what();
    laws_.stored(memory_.tables());
    if (answered_) answered_();
  });
}

void SimStore::disturb_next_save() {
  const auto fail = [this](Saved answer, bool done) {
    laws_.trouble_until(events_.now());
    memory_.disturb(1, answer, done);
  };
  if (events_.now() < out_until_ && !weather_.fair()) return fail(Saved::no, false);
  if (weather_.strikes(FaultKind::save_unknown_done)) return fail(Saved::unknown, true);
  if (weather_.strikes(FaultKind::save_unknown_lost)) return fail(Saved::unknown, false);
  if (weather_.strikes(FaultKind::save_refused)) return fail(Saved::no, false);
  if (weather_.strikes(FaultKind::save_full)) return fail(Saved::full, false);
}

void SimStore::open_work(Then<OpenWork> then) {
  memory_.open_work([this, then = std::move(then)](Result<OpenWork> work) {
    if (work && mutant_ == Mutant::orders_forgotten) work->outbox.clear();
    then(std::move(work));
  });
}

void SimStore::load(const std::string& owner, const std::string& handle, const std::string& key,
                    Then<Loaded> then) {
  post([this] {
    const bool fails = weather_.strikes(FaultKind::load_fails);
    if (fails) laws_.trouble_until(events_.now());
    memory_.fail_reads(fails ? std::optional(Error{Code::unavailable, "the disk does not read"})
                             : std::nullopt);
  });
  memory_.load(owner, handle, key, std::move(then));
  post([this] { memory_.fail_reads(std::nullopt); });
}

void SimStore::save(Saving saving, std::function<void(Saved)> then) {
  if (mutant_ == Mutant::early_yes) {
    post([then] { then(Saved::yes); });
    return memory_.save(std::move(saving), [](Saved) {});
  }
  post([this] { disturb_next_save(); });
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
