#include "mover/async.h"

#include <time.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rft::mover {
namespace {

Duration read_clock(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::duration_cast<Duration>(std::chrono::seconds(time.tv_sec) +
                                              std::chrono::nanoseconds(time.tv_nsec));
}

}  // namespace

tl::unexpected<Fault> fault(FaultCode code, Side side, Doing doing, std::string detail) {
  Fault fault;
  fault.code = code;
  fault.side = side;
  fault.doing = doing;
  fault.detail = std::move(detail);
  return tl::unexpected(std::move(fault));
}

Instant boot_now() {
  return Instant(read_clock(CLOCK_BOOTTIME));
}
WallTime wall_now() {
  return WallTime(read_clock(CLOCK_REALTIME));
}

void Signal::notify() {
  for (asio::steady_timer* timer : waiting_) timer->cancel();
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

awaitable<void> wait_any(Instant until, Signal* first, Signal* second, Signal* third,
                         Signal* fourth) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  timer.expires_after(std::max(until - boot_now(), Duration(0)));
  const Waiter one(first, timer);
  const Waiter two(second, timer);
  const Waiter three(third, timer);
  const Waiter four(fourth, timer);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

void Interrupt::raise(Why why) {
  if (why_ == Why::none || why == Why::stop) why_ = why;
  changed.notify();
}

}  // namespace rft::mover
