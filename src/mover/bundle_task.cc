#include "mover/bundle_task.h"

#include <algorithm>

#include "mover/bundle_parts.h"
#include "mover/limits.h"
#include "mover/list_words.h"

namespace rft::mover {
namespace {

std::size_t faults_in(const Outcomes& told) {
  return static_cast<std::size_t>(
      std::count_if(told.outcomes.begin(), told.outcomes.end(),
                    [](const ItemOutcome& one) { return one.fault.has_value(); }));
}

}  // namespace

BundleTask::BundleTask(BundleOrder order, MakeCarrier make_carrier, WorkPorts ports)
    : order_(std::move(order)), make_carrier_(std::move(make_carrier)), ports_(std::move(ports)) {
  for (const BundleItem& one : order_.items) {
    Item item;
    item.order = &one;
    const Url source{order_.source, one.source};
    item.source = one.is_folder ? folder_name(source, {}) : source.wire_path();
    const Url destination{order_.destination, one.destination};
    item.final_name = one.is_folder ? folder_name(destination, {}) : destination.wire_path();
    item.rename_unknown = one.intent.has_value();
    items_.push_back(std::move(item));
  }
}

awaitable<void> BundleTask::run() {
  carrier_ = make_carrier_(order_, &interrupt_);
  const auto carried = co_await carry();
  if (!carried) leave_all(all_due(), carried.error());
  co_await discard();
  carrier_.reset();
  if (leaves_parts() || !untold_.outcomes.empty()) say_outcomes();
  ports_.say(last_word());
}

// The fault of a step that all files share.
awaitable<Outcome<void>> BundleTask::carry() {
  co_await settle_doubts();
  // With Begun the intents of earlier epochs are forgotten: not before every doubt is settled.
  if (order_.look_only || all_due().empty() || is_in_doubt()) co_return Outcome<void>();
  if (const auto met = co_await carrier_->meet(); !met) co_return failed(met);
  if (keeps_folders()) {
    co_await set_folders();
    tell_outcomes();
    co_return Outcome<void>();
  }
  co_await see_to_folders();
  if (is_check()) {
    co_await check();
    tell_outcomes();
    co_return Outcome<void>();
  }
  if (is_removal()) {
    co_await remove();
    tell_outcomes();
    co_return Outcome<void>();
  }
  if (!carrier_->can_move_many()) {
    for (Item* item : all_due()) settle_apart(*item);
    co_return Outcome<void>();
  }
  if (const auto agreed = agree_on_proof(); !agreed) co_return failed(agreed);
  if (const auto able = co_await try_traits(); !able) co_return failed(able);
  co_await clear_earlier_parts(all_due(), false);
  co_await look_around();
  tell_outcomes();
  if (is_plan()) {
    for (Item* item : all_due()) settle_would_move(*item);
  }
  if (all_due().empty()) co_return Outcome<void>();
  if (const auto begun = co_await begin(); !begun) co_return failed(begun);
  co_await let_write_again(all_due());
  for (Lot& lot : lots()) co_await carry_lot(std::move(lot));
  co_return Outcome<void>();
}

awaitable<void> BundleTask::carry_lot(Lot lot) {
  const Lot arrived = co_await move(lot);
  if (interrupt_) {
    leave_all(arrived, Fault{FaultCode::cut, Side::none, Doing::move, "", ""});
    co_return;
  }
  co_await set_traits(arrived);
  co_await prove(due(arrived));
  co_await publish_lot(due(arrived));
  co_await discard();
  tell_outcomes();
}

bool BundleTask::is_in_doubt() const {
  return std::any_of(items_.begin(), items_.end(),
                     [](const Item& item) { return item.rename_unknown; });
}

BundleTask::Lot BundleTask::all_due() {
  Lot lot;
  for (Item& item : items_) {
    if (item.state == State::due) lot.push_back(&item);
  }
  return lot;
}

BundleTask::Lot BundleTask::due(const Lot& lot) {
  Lot still;
  for (Item* item : lot) {
    if (item->state == State::due) still.push_back(item);
  }
  return still;
}

std::vector<std::string> BundleTask::names(const Lot& lot, const NameOf& name_of) {
  std::vector<std::string> names;
  for (const Item* item : lot) names.push_back(name_of(*item));
  return names;
}

void BundleTask::settle(Item& item, ItemOutcome outcome) {
  item.state = State::settled;
  item.rename_unknown = false;
  if (item.part_may_stand && !in_place()) discarded_.push_back(written_name(item));
  item.part_may_stand = false;
  outcome.number = item.order->number;
  const bool is_fault = outcome.fault.has_value();
  untold_.outcomes.push_back(std::move(outcome));
  if (is_fault && faults_in(untold_) == outcome_faults_max) tell_outcomes();
}

void BundleTask::settle_done(Item& item, std::uint64_t size, bool adopted) {
  ItemOutcome outcome;
  outcome.fate = Fate::done;
  outcome.size = size;
  outcome.checksum = item.checksum;
  outcome.verdict =
      item.checksum ? Verdict::verified : verdict_without_checksum(order_.options.verify);
  outcome.adopted = adopted;
  bytes_done_ += size;
  settle(item, std::move(outcome));
}

void BundleTask::settle_kept(Item& item, bool adopted) {
  ItemOutcome outcome;
  outcome.adopted = adopted;
  outcome.fate = Fate::skipped;
  outcome.size = item.there->facts.size;
  outcome.checksum = item.checksum;
  if (item.checksum) outcome.verdict = Verdict::verified;
  settle(item, std::move(outcome));
}

void BundleTask::settle_identical(Item& item) {
  if (is_plan()) return settle_kept(item, true);
  settle_done(item, item.facts.size, true);
}

void BundleTask::settle_would_move(Item& item) {
  ItemOutcome outcome;
  outcome.fate = Fate::would_move;
  outcome.size = item.facts.size;
  bytes_done_ += item.facts.size;
  settle(item, std::move(outcome));
}

void BundleTask::settle_apart(Item& item) {
  ItemOutcome outcome;
  outcome.fate = Fate::apart;
  outcome.size = item.facts.size;
  settle(item, std::move(outcome));
}

// A rename that may have been done is not given up for a reason that stands in its way now.
void BundleTask::refuse(Item& item, const Fault& fault) {
  if (entry(fault.code).remedy != Remedy::never || item.rename_unknown) return leave(item, fault);
  ItemOutcome outcome;
  outcome.fate = Fate::failed;
  outcome.size = item.facts.size;
  outcome.fault = fault;
  settle(item, std::move(outcome));
}

void BundleTask::leave(Item& item, const Fault& fault) {
  if (!first_fault_) first_fault_ = fault;
  item.own_fault = fault;
  put_aside(item, fault);
}

void BundleTask::leave_all(const Lot& lot, const Fault& fault) {
  if (!lot.empty() && !shared_fault_) shared_fault_ = fault;
  for (Item* item : lot) put_aside(*item, fault);
}

// Its part is cleared away by the next epoch, or by the ledger; at once where it is of no use.
void BundleTask::put_aside(Item& item, const Fault& fault) {
  item.state = State::left;
  const bool is_useless = entry(fault.code).remedy == Remedy::afresh && !item.rename_unknown;
  if (is_useless && item.part_may_stand && !in_place()) discarded_.push_back(written_name(item));
}

// What cannot be deleted now is tried again with the next; what remains at last is for the ledger.
awaitable<void> BundleTask::discard() {
  if (discarded_.empty() || interrupt_) co_return;
  const std::vector<std::string> names = std::exchange(discarded_, {});
  const Instant asked = boot_now();
  const auto removed = co_await carrier_->remove_many(names);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (removed[i]) continue;
    discarded_.push_back(names[i]);
    const bool may_come_yet = removed[i].error().reply.empty();
    if (in_place() && may_come_yet) presume_end(boot_now() - asked);
  }
}

// In place a deletion that comes late would take what the next epoch writes under that name: it is
// waited out as a flow whose end was not read (design 5.3).
void BundleTask::presume_end(Duration silent) {
  end_ = FlowEnd::presumed;
  silent_ = std::max(silent_, silent);
}

void BundleTask::tell_outcomes() {
  if (!untold_.outcomes.empty()) say_outcomes();
}

bool BundleTask::leaves_parts() const {
  return earlier_left_ || !discarded_.empty();
}

void BundleTask::say_outcomes() {
  untold_.bytes_sent = bytes_sent_;
  untold_.parts_left = leaves_parts();
  ports_.say(std::exchange(untold_, {}));
}

void BundleTask::say_moving(Doing doing) {
  Moving moving;
  moving.bytes_sent = bytes_sent_;
  moving.rate = doing == Doing::move ? rate_.rate() : 0;
  moving.doing = doing;
  ports_.say(moving);
}

// A user's stop wins over any fault, but not over a rename that may have happened. A look_only that
// found nothing of ours confirms the stop that it was made for.
TaskSays BundleTask::last_word() const {
  bool all_settled = true, some_proven = false;
  const bool rename_unknown = is_in_doubt();
  for (const Item& item : items_) {
    const bool is_asked_for = !order_.look_only || item.order->intent;
    if (item.state == State::proven) {
      some_proven = true;
    } else if (item.state != State::settled && is_asked_for) {
      all_settled = false;
    }
  }
  if (all_settled && some_proven) return Proven{bytes_sent_};
  // In place something may still be done to a final name: the next epoch, which has nothing to do,
  // ends the bundle when that is over.
  if (all_settled && in_place() && end_ == FlowEnd::presumed) {
    return Stopped{end_, silent_, {}, bytes_sent_};
  }
  if (all_settled) {
    Done done;
    done.size = bytes_done_;
    done.bytes_sent = bytes_sent_;
    return done;
  }
  const bool is_stopped = interrupt_.why() == Interrupt::Why::stop && !rename_unknown;
  const bool has_fault = shared_fault_ || first_fault_;
  if (is_stopped || !has_fault) return Stopped{end_, silent_, {}, bytes_sent_};
  return failure();
}

// What all share is the fault of those that have none of their own.
Failed BundleTask::failure() const {
  Failed failed;
  failed.fault = shared_fault_ ? *shared_fault_ : *first_fault_;
  failed.end = end_;
  failed.silent = silent_;
  failed.bytes_sent = bytes_sent_;
  failed.publish_unknown = is_in_doubt();
  if (interrupt_.why() == Interrupt::Why::mover_ends) {
    failed.fault = Fault{FaultCode::lease_ended, Side::none, failed.fault.doing, "", ""};
  }
  for (const Item& item : items_) {
    if (item.state != State::left || !item.own_fault || item.own_fault == failed.fault) continue;
    if (failed.item_faults.size() == item_faults_max) break;
    failed.item_faults.push_back({item.order->number, *item.own_fault});
  }
  return failed;
}

void BundleTask::publish(std::uint64_t verified) {
  publish_ordered_ = std::max(publish_ordered_, verified);
  publish_signal_.notify();
}

void BundleTask::interrupt(Interrupt::Why why) {
  interrupt_.raise(why);
}

const WantedChecksum& BundleTask::wanted(const Item& item) const {
  const WantedChecksum& own = item.order->checksum;
  return own.algorithm.empty() ? order_.options.checksum : own;
}

std::string BundleTask::written_name(const Item& item) const {
  if (in_place()) return item.final_name;
  return item_part(item.final_name, order_.part, order_.task.epoch, item.order->number, item.round);
}

}  // namespace rft::mover
