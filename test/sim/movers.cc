#include "sim/movers.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "mover/bundle_task.h"
#include "mover/limits.h"
#include "mover/list_task.h"
#include "mover/task.h"
#include "sim/carrier.h"
#include "sim/many_carrier.h"
#include "sim/virtual_async.h"

namespace rft::sim {

using mover::awaitable;
using mover::boot_now;
using mover::MoveTask;
using mover::wait_any;
using mover::Work;
using mover::WorkPorts;

template <class Work>
void MoverProcess::spawn(Work work) {
  boost::asio::co_spawn(io_, std::move(work), boost::asio::detached);
  wake(io_);
}

MoverProcess::MoverProcess(Place place, std::string owner, Told told)
    : events_(place.events),
      shore_{place.events,
             place.dice,
             place.weather,
             place.servers,
             place.laws,
             place.moments,
             place.mutants,
             [this](const Endpoint& endpoint) {
               if (!std::exchange(reachable_[endpoint], true)) note(LoggedIn{endpoint});
             }},
      folders_due_max_(place.folders_due_max),
      owner_(std::move(owner)),
      told_(std::move(told)),
      lease_(place.events.now()),
      renewed_at_(place.events.now()) {
  constexpr Duration for_ever = std::chrono::hours(1'000);
  if (shore_.mutants.has(Mutant::lease_not_ended)) lease_.renew(events_.now(), for_ever);
  spawn(live());
}

MoverProcess::~MoverProcess() {
  bury(io_);
}

std::vector<Task> MoverProcess::tasks() const {
  std::vector<Task> all = words_.tasks();
  for (const auto& [task, work] : tasks_) {
    if (!words_.knows(task)) all.push_back(task);
  }
  return all;
}

void MoverProcess::when_awake(std::function<void()> message) {
  if (frozen_since_)
    unread_.push_back(std::move(message));
  else
    message();
}

void MoverProcess::take(Order order) {
  when_awake([this, order = std::move(order)] {
    std::visit([this](const auto& one) { begin(one); }, order);
  });
}

void MoverProcess::begin(const PublishOrder& order) {
  const bool any_lot = shore_.mutants.has(Mutant::any_lot_published);
  const std::uint64_t verified = any_lot ? last_verified_[order.task] : order.verified;
  this->order(order.task, [verified](Work& work) { work.publish(verified); });
}

void MoverProcess::begin(const StopOrder& order) {
  if (shore_.mutants.has(Mutant::stops_unheard)) return;
  this->order(order.task, [](Work& work) { work.interrupt(mover::Interrupt::Why::stop); });
}

void MoverProcess::plant_mutants(MoveOrder& order) const {
  const Mutants& mutants = shore_.mutants;
  if (mutants.has(Mutant::markers_forgotten) && order.earlier) order.earlier->confirmed = {};
  if (mutants.has(Mutant::settling_skipped) && order.earlier) order.earlier->settle = {};
  if (mutants.has(Mutant::no_look_before_redo) && !order.look_only) order.intent.reset();
  if (mutants.has(Mutant::source_not_known)) order.source_facts.reset();
}

void MoverProcess::begin(MoveOrder order) {
  plant_mutants(order);
  start(order.task, [&](WorkPorts ports) {
    return std::make_shared<MoveTask>(
        std::move(order),
        [this](const MoveOrder& one, mover::Interrupt* interrupt) {
          return std::make_unique<SimCarrier>(shore_, one, interrupt);
        },
        std::move(ports));
  });
}

void MoverProcess::begin(BundleOrder order) {
  const bool forgets = shore_.mutants.has(Mutant::bundle_intents_forgotten);
  for (BundleItem& item : order.items) {
    if (forgets && !order.look_only) item.intent.reset();
  }
  start(order.task, [&](WorkPorts ports) {
    return std::make_shared<mover::BundleTask>(
        std::move(order),
        [this](const BundleOrder& one, mover::Interrupt* interrupt) {
          return std::make_unique<SimManyCarrier>(shore_, one, interrupt);
        },
        std::move(ports));
  });
}

void MoverProcess::begin(ListOrder order) {
  start(order.task, [&](WorkPorts ports) {
    return std::make_shared<mover::ListTask>(
        std::move(order),
        [this](const ListOrder& one, mover::Interrupt* interrupt) {
          return std::make_unique<SimLister>(shore_, one, interrupt);
        },
        std::move(ports), folders_due_max_);
  });
}

void MoverProcess::start(const Task& of, const Make& make) {
  const Task task = of;  // the order that holds it moves on
  if (tasks_.contains(task) || words_.knows(task)) {
    words_.send_again(task);
    return told_.has_words();
  }
  if (draining_ || lease_.is_over(boot_now())) return note(TaskWord{task, 0, UnknownTask{}});
  WorkPorts ports;
  ports.say = [this, task](TaskSays says) { return say(task, std::move(says)); };
  ports.may_publish = [this] { return lease_.may_publish(boot_now()); };
  ports.lease_changed = &lease_changed_;
  ports.hurry = [this, task] {
    words_.hurry(task);
    told_.has_words();
  };
  ports.all_saved = [this, task] { return words_.all_saved(task); };
  ports.saved = &saved_;
  const auto work = make(std::move(ports));
  tasks_.emplace(task, work);
  spawn(run(task, work));
}

void MoverProcess::order(const Task& task, const std::function<void(Work&)>& known) {
  const auto work = tasks_.find(task);
  if (work != tasks_.end()) return known(*work->second);
  if (!words_.knows(task)) return note(TaskWord{task, 0, UnknownTask{}});
  words_.send_again(task);
  told_.has_words();
}

awaitable<void> MoverProcess::run(Task task, std::shared_ptr<Work> work) {
  co_await work->run();
  tasks_.erase(task);
  lease_changed_.notify();
}

awaitable<void> MoverProcess::remove(RemoveOrder order) {
  ++errands_;
  const Uuid id = order.id;
  auto fault = co_await remove_parts(shore_, std::move(order), &errand_interrupt_);
  note(Removed{id, std::move(fault)});
  --errands_;
  lease_changed_.notify();
}

awaitable<void> MoverProcess::look_in(ProbeOrder order) {
  ++errands_;
  auto fault = co_await probe(shore_, order, &errand_interrupt_);
  note(Probed{order.endpoint, order.credential, std::move(fault)});
  --errands_;
  lease_changed_.notify();
}

std::uint64_t MoverProcess::say(const Task& task, TaskSays says) {
  if (shore_.mutants.has(Mutant::end_always_known)) {
    const auto know = [](FlowEnd& end) { end = end == FlowEnd::presumed ? FlowEnd::known : end; };
    if (auto* failed = std::get_if<Failed>(&says)) know(failed->end);
    if (auto* stopped = std::get_if<Stopped>(&says)) know(stopped->end);
  }
  told_.said(task, says);
  const bool lot = std::holds_alternative<BundleVerified>(says);
  const bool verified = lot || std::holds_alternative<Verified>(says);
  if (verified) shore_.moments.works(task, Moment::proven);
  if (mover::is_final(says)) shore_.moments.works(task, Moment::reported);
  const std::uint64_t seq = words_.add(task, std::move(says));
  if (lot) last_verified_[task] = seq;
  told_.has_words();
  // After it: the task learns the number of its word first.
  if (verified && shore_.mutants.has(Mutant::intent_not_saved)) {
    events_.in(Duration(0), [work = std::weak_ptr(tasks_.at(task)), seq] {
      if (const auto lives = work.lock()) lives->publish(seq);
    });
  }
  return seq;
}

void MoverProcess::note(Word word) {
  notes_.push_back(std::move(word));
  told_.has_words();
}

void MoverProcess::acknowledge(Task task, std::uint64_t seq) {
  when_awake([this, task, seq] {
    if (words_.acknowledge(task, seq)) lease_changed_.notify();
    saved_.notify();
  });
}

void MoverProcess::drain() {
  when_awake([this] {
    draining_ = true;
    lease_changed_.notify();
  });
}

void MoverProcess::renew_lease(Duration length) {
  when_awake([this, length] {
    if (!shore_.mutants.has(Mutant::lease_not_ended)) lease_.renew(boot_now(), length);
    renewed_at_ = boot_now();
    lease_changed_.notify();
  });
}

void MoverProcess::connected(std::uint64_t number) {
  connection = number;
  words_.send_all_again();
}

std::vector<Word> MoverProcess::take_due() {
  std::vector<Word> due(notes_.begin(), notes_.end());
  notes_.clear();
  for (TaskWord& word : words_.take_due(boot_now())) due.push_back(std::move(word));
  return due;
}

std::optional<Instant> MoverProcess::next_due() const {
  if (!notes_.empty()) return boot_now();
  return words_.next_due(boot_now());
}

void MoverProcess::freeze() {
  frozen_since_ = events_.now();
  sim::freeze(io_);
}

void MoverProcess::thaw() {
  frozen_since_.reset();
  sim::thaw(io_);
  for (const auto& message : std::exchange(unread_, {})) message();
}

awaitable<void> MoverProcess::live() {
  const auto is_idle = [this] {
    return tasks_.empty() && words_.tasks().empty() && errands_ == 0 && notes_.empty();
  };
  while (!lease_.is_over(boot_now()) && !(draining_ && is_idle())) {
    co_await wait_any(lease_.ends(), &lease_changed_);
  }
  errand_interrupt_.raise(mover::Interrupt::Why::mover_ends);
  for (const auto& [task, work] : tasks_) work->interrupt(mover::Interrupt::Why::mover_ends);
  const Instant due = boot_now() + mover::end_limit;
  while (!tasks_.empty() && boot_now() < due) co_await wait_any(due, &lease_changed_);
  told_.ended(words_.unacknowledged());
}

}  // namespace rft::sim
