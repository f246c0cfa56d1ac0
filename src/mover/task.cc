#include "mover/task.h"

#include "wire/part_name.h"

namespace rft::mover {

MoveTask::MoveTask(MoveOrder order, MakeCarrier make_carrier, WorkPorts ports)
    : order_(std::move(order)), make_carrier_(std::move(make_carrier)), ports_(std::move(ports)) {
  // Until something is begun what was confirmed before stays confirmed.
  if (order_.earlier) flow_.confirmed = order_.earlier->confirmed;
  // Nor is it known whether an earlier epoch has published: its rename may be on its way until the
  // part has this epoch's name.
  publish_unknown_ = order_.intent.has_value();
}

awaitable<void> MoveTask::run() {
  carrier_ = make_carrier_(order_, &interrupt_);
  const Outcome<Ending> outcome = co_await carry();
  carrier_.reset();
  ports_.say(last_word(outcome));
}

awaitable<Outcome<MoveTask::Ending>> MoveTask::carry() {
  const auto published = co_await settle_doubt();
  if (!published || *published || order_.look_only) co_return published;
  const auto renamed = co_await publish_proven();
  if (!renamed || *renamed) co_return renamed;
  if (const auto met = co_await carrier_->meet(); !met) co_return failed(met);
  if (is_check()) co_return co_await check();
  if (const auto agreed = agree_on_proof(); !agreed) co_return failed(agreed);
  if (const auto able = co_await try_traits(); !able) co_return failed(able);
  if (const auto looked = co_await look_around(); !looked) co_return failed(looked);
  const auto adopted = co_await respect_existing();
  if (!adopted || *adopted) co_return adopted;
  if (is_plan()) co_return co_await foresee();
  if (const auto made = co_await make_parents(); !made) co_return failed(made);
  if (const auto begun = co_await begin(); !begun) co_return failed(begun);
  publish_unknown_ = false;
  if (const auto moved = co_await move(); !moved) co_return failed(moved);
  if (const auto set = co_await set_traits(traits_); !set) co_return failed(set);
  if (const auto proven = co_await verify(); !proven) co_return failed(proven);
  if (in_place()) co_return done(false);
  ports_.say(Verified{part_, checksum_, verdict_, flow_.bytes_sent});
  is_proven_ = order_.prove_only;
  if (is_proven_) co_return Ending();
  co_return co_await publish_part();
}

// A user's stop wins over any fault, but not over a rename that may have happened. A look_only that
// found nothing of ours confirms the stop that it was made for.
TaskSays MoveTask::last_word(const Outcome<Ending>& outcome) const {
  if (outcome && *outcome) return **outcome;
  if (outcome && is_proven_) return Proven{flow_.bytes_sent};
  if (outcome || (interrupt_.why() == Interrupt::Why::stop && !publish_unknown_)) {
    return Stopped{flow_.end, flow_.silent, flow_.confirmed, flow_.bytes_sent};
  }
  Failed failed;
  failed.fault = outcome.error();
  failed.end = flow_.end;
  failed.silent = flow_.silent;
  failed.confirmed = flow_.confirmed;
  failed.bytes_sent = flow_.bytes_sent;
  failed.publish_unknown = publish_unknown_;
  if (interrupt_.why() == Interrupt::Why::mover_ends) {
    failed.fault = Fault{FaultCode::lease_ended, Side::none, outcome.error().doing, "", ""};
  }
  return failed;
}

void MoveTask::publish(std::uint64_t) {
  publish_ordered_ = true;
  publish_signal_.notify();
}

void MoveTask::interrupt(Interrupt::Why why) {
  interrupt_.raise(why);
}

Done MoveTask::done(bool adopted) const {
  return Done{checksum_, verdict_, adopted, source_.size, flow_.bytes_sent};
}

// Its size is that of what stands there.
Done MoveTask::skipped() const {
  return Done{checksum_, verdict_, false, existing_->facts.size, flow_.bytes_sent, true};
}

bool MoveTask::is_doubtful() const {
  return order_.earlier &&
         (order_.earlier->presumed_before || order_.earlier->end == FlowEnd::presumed);
}

std::string MoveTask::part_of(std::uint32_t epoch) const {
  return sibling(order_.destination, part_name(order_.part, epoch)).wire_path();
}

std::string MoveTask::written_name() const {
  return in_place() ? final_name() : part_of(order_.task.epoch);
}

}  // namespace rft::mover
