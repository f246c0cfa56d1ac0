#include "mover/worker.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "mover/bundle_task.h"
#include "mover/gridftp.h"
#include "mover/gridftp_errands.h"
#include "mover/gridftp_list.h"
#include "mover/list_task.h"
#include "mover/task.h"

namespace rft::mover {

Worker::Worker(asio::io_context& io, std::string id, Limits limits)
    : io_(io),
      id_(std::move(id)),
      lease_(boot_now()),
      pool_(credentials_, limits,
            [this](const Endpoint& endpoint) { note(Word(LoggedIn{endpoint})); }) {
  asio::co_spawn(io_, pool_.tend(), asio::detached);
}

HelloDaemon Worker::greet(const HelloMover& hello) {
  if (owner_.empty()) owner_ = hello.owner;
  HelloDaemon answer;
  answer.mover = id_;
  answer.owner = owner_;
  answer.newest_epoch = newest_epoch_;
  answer.tasks = words_.tasks();
  for (const auto& [task, work] : tasks_) {
    if (!words_.knows(task)) answer.tasks.push_back(task);
  }
  return answer;
}

void Worker::take(ToMover message) {
  if (const auto* lease = std::get_if<rft::Lease>(&message)) {
    lease_.renew(boot_now(), lease->length);
    lease_changed_.notify();
  } else if (std::holds_alternative<Drain>(message)) {
    draining_ = true;
    lease_changed_.notify();
  } else if (const auto* credential = std::get_if<CredentialFor>(&message)) {
    credentials_.put(credential->id, credential->secret, wall_now());
  } else if (const auto* saved = std::get_if<Acknowledge>(&message)) {
    if (words_.acknowledge(saved->task, saved->seq)) lease_changed_.notify();
    saved_.notify();
  } else if (auto* order = std::get_if<Order>(&message)) {
    std::visit([this](auto& one) { take_order(std::move(one)); }, *order);
  }
}

void Worker::take_order(MoveOrder order) {
  start(order.task, [this, &order]() -> std::shared_ptr<Work> {
    const auto make_carrier = [this](const MoveOrder& one, Interrupt* interrupt) {
      GridFtp::Route route{
          {one.source.endpoint, one.source_credential, gsi::Delegation::none},
          {one.destination.endpoint, one.destination_credential, gsi::Delegation::none},
          one.options.data_channel,
          one.marker_seconds};
      return std::make_unique<GridFtp>(pool_, keys_, std::move(route), interrupt);
    };
    WorkPorts ports = ports_of(order.task);
    return std::make_shared<MoveTask>(std::move(order), make_carrier, std::move(ports));
  });
}

void Worker::take_order(BundleOrder order) {
  start(order.task, [this, &order]() -> std::shared_ptr<Work> {
    const auto make_carrier = [this](const BundleOrder& one, Interrupt* interrupt) {
      GridFtp::Route route{{one.source, one.source_credential, gsi::Delegation::none},
                           {one.destination, one.destination_credential, gsi::Delegation::none},
                           one.options.data_channel,
                           one.marker_seconds};
      return std::make_unique<GridFtp>(pool_, keys_, std::move(route), interrupt);
    };
    WorkPorts ports = ports_of(order.task);
    return std::make_shared<BundleTask>(std::move(order), make_carrier, std::move(ports));
  });
}

void Worker::take_order(ListOrder order) {
  start(order.task, [this, &order]() -> std::shared_ptr<Work> {
    const auto make_lister = [this](const ListOrder& one, Interrupt* interrupt) {
      const SessionKey key{one.source.endpoint, one.source_credential, gsi::Delegation::none};
      return std::make_unique<GridFtpLister>(pool_, key, interrupt);
    };
    WorkPorts ports = ports_of(order.task);
    return std::make_shared<ListTask>(std::move(order), make_lister, std::move(ports));
  });
}

void Worker::start(Task task, const std::function<std::shared_ptr<Work>()>& make) {
  if (tasks_.contains(task) || words_.knows(task)) {
    words_.send_again(task);
    outgoing_.notify();
    return;
  }
  if (draining_ || lease_.is_over(boot_now())) return say_unknown(task);
  newest_epoch_ = std::max(newest_epoch_, task.epoch);
  auto work = make();
  tasks_.emplace(task, work);
  asio::co_spawn(io_, run(task, work), asio::detached);
}

WorkPorts Worker::ports_of(const Task& task) {
  WorkPorts ports;
  ports.say = [this, task](TaskSays says) { return say(task, std::move(says)); };
  ports.may_publish = [this] { return lease_.may_publish(boot_now()); };
  ports.lease_changed = &lease_changed_;
  ports.hurry = [this, task] { hurry(task); };
  ports.all_saved = [this, task] { return words_.all_saved(task); };
  ports.saved = &saved_;
  return ports;
}

void Worker::take_order(const PublishOrder& order) {
  const auto work = tasks_.find(order.task);
  if (work != tasks_.end()) return work->second->publish(order.verified);
  if (!words_.knows(order.task)) return say_unknown(order.task);
  words_.send_again(order.task);
  outgoing_.notify();
}

void Worker::take_order(const StopOrder& order) {
  const auto work = tasks_.find(order.task);
  if (work != tasks_.end()) return work->second->interrupt(Interrupt::Why::stop);
  if (!words_.knows(order.task)) return say_unknown(order.task);
  words_.send_again(order.task);
  outgoing_.notify();
}

void Worker::take_order(const RemoveOrder& order) {
  asio::co_spawn(io_, run_errand(order), asio::detached);
}

void Worker::take_order(const ProbeOrder& order) {
  asio::co_spawn(io_, run_errand(order), asio::detached);
}

awaitable<void> Worker::run(Task task, std::shared_ptr<Work> work) {
  co_await work->run();
  tasks_.erase(task);
  lease_changed_.notify();
}

awaitable<void> Worker::run_errand(RemoveOrder order) {
  ++errands_;
  const Uuid id = order.id;
  auto fault = co_await remove_parts(pool_, std::move(order), &errand_interrupt_);
  if (!errand_interrupt_) note(Word(Removed{id, std::move(fault)}));
  --errands_;
  lease_changed_.notify();
}

awaitable<void> Worker::run_errand(ProbeOrder order) {
  ++errands_;
  auto fault = co_await probe(pool_, order, &errand_interrupt_);
  // One that was broken off says nothing of the endpoint.
  if (!errand_interrupt_) note(Word(Probed{order.endpoint, order.credential, std::move(fault)}));
  --errands_;
  lease_changed_.notify();
}

std::uint64_t Worker::say(const Task& task, TaskSays says) {
  const std::uint64_t seq = words_.add(task, std::move(says));
  outgoing_.notify();
  return seq;
}

void Worker::hurry(const Task& task) {
  words_.hurry(task);
  outgoing_.notify();
}

// Not kept: rftd sends the order again while it has no answer.
void Worker::say_unknown(const Task& task) {
  note(Word(TaskWord{task, 0, UnknownTask{}}));
}

void Worker::note(ToDaemon word) {
  if (notes_.size() == notes_max) notes_.pop_front();
  notes_.push_back(std::move(word));
  outgoing_.notify();
}

std::vector<ToDaemon> Worker::take_due(Instant now) {
  std::vector<ToDaemon> due(std::make_move_iterator(notes_.begin()),
                            std::make_move_iterator(notes_.end()));
  notes_.clear();
  for (TaskWord& word : words_.take_due(now)) due.push_back(Word(std::move(word)));
  return due;
}

std::optional<Instant> Worker::next_due(Instant now) const {
  if (!notes_.empty()) return now;
  return words_.next_due(now);
}

// Errands that were not answered are ordered again; that a log-in was completed is ours to repeat.
void Worker::send_all_again() {
  words_.send_all_again();
  for (const Endpoint& endpoint : pool_.reachable()) note(Word(LoggedIn{endpoint}));
}

void Worker::end() {
  lease_.end_at(boot_now());
  lease_changed_.notify();
}

awaitable<void> Worker::live() {
  while (!lease_.is_over(boot_now())) {
    if (draining_ && is_idle()) co_return;
    co_await wait_any(lease_.ends(), &lease_changed_);
  }
  errand_interrupt_.raise(Interrupt::Why::mover_ends);
  for (const auto& [task, work] : tasks_) work->interrupt(Interrupt::Why::mover_ends);
  const Instant due = boot_now() + end_limit;
  while (!tasks_.empty() && boot_now() < due) co_await wait_any(due, &lease_changed_);
}

}  // namespace rft::mover
