#include "sim/virtual_async.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>
#include <vector>

#include "mover/async.h"

namespace rft::sim {
namespace {

namespace asio = boost::asio;

struct Processes {
  Events* events = nullptr;
  std::vector<asio::io_context*> awake;  // in the order in which they woke
  std::set<asio::io_context*> frozen;    // only asked whether it holds one: no order of addresses
};
thread_local Processes processes;

}  // namespace

void live_in(Events& events) {
  processes = Processes{&events, {}, {}};
}

void wake(asio::io_context& process) {
  const auto found = std::find(processes.awake.begin(), processes.awake.end(), &process);
  if (found == processes.awake.end()) processes.awake.push_back(&process);
}

void run_awake() {
  for (;;) {
    const auto next =
        std::find_if(processes.awake.begin(), processes.awake.end(),
                     [](asio::io_context* process) { return !processes.frozen.contains(process); });
    if (next == processes.awake.end()) return;
    asio::io_context& process = **next;
    processes.awake.erase(next);
    process.restart();
    while (process.poll() > 0) process.restart();
  }
}

void freeze(asio::io_context& process) {
  processes.frozen.insert(&process);
}
void thaw(asio::io_context& process) {
  processes.frozen.erase(&process);
}

void bury(asio::io_context& process) {
  std::erase(processes.awake, &process);
  processes.frozen.erase(&process);
}

}  // namespace rft::sim

namespace rft::mover {
namespace {

// Wakes a waiter; the timer itself never expires, it only is what an awaitable can wait for.
void end_wait(asio::steady_timer& timer) {
  timer.cancel();
  sim::wake(
      static_cast<asio::io_context&>(asio::query(timer.get_executor(), asio::execution::context)));
}

}  // namespace

tl::unexpected<Fault> fault(FaultCode code, Side side, Doing doing, std::string detail) {
  return tl::unexpected(Fault{code, side, doing, "", std::move(detail)});
}

Instant boot_now() {
  return sim::processes.events->now();
}
WallTime wall_now() {
  return sim::processes.events->wall();
}

void Signal::notify() {
  for (asio::steady_timer* timer : waiting_) end_wait(*timer);
}

// A timer's stay in the list of one signal.
class Waiter {
 public:
  Waiter(Signal* signal, asio::steady_timer& timer) : signal_(signal), timer_(timer) {
    if (signal_) signal_->waiting_.push_back(&timer_);
  }
  ~Waiter() {
    if (signal_) std::erase(signal_->waiting_, &timer_);
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

 private:
  Signal* signal_;
  asio::steady_timer& timer_;
};

namespace {

// The event that ends a wait; gone with the waiter, also when its process is killed.
class Alarm {
 public:
  Alarm(Instant at, asio::steady_timer& timer)
      : events_(*sim::processes.events), ticket_(events_.at(at, [&timer] { end_wait(timer); })) {}
  ~Alarm() { events_.cancel(ticket_); }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

 private:
  sim::Events& events_;
  sim::Events::Ticket ticket_;
};

}  // namespace

awaitable<void> wait_any(Instant until, Signal* first, Signal* second, Signal* third,
                         Signal* fourth) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  timer.expires_at(asio::steady_timer::time_point::max());
  const Waiter one(first, timer);
  const Waiter two(second, timer);
  const Waiter three(third, timer);
  const Waiter four(fourth, timer);
  const Alarm alarm(until, timer);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

void Interrupt::raise(Why why) {
  if (why_ == Why::none || why == Why::stop) why_ = why;
  changed.notify();
}

}  // namespace rft::mover
