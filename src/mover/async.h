// What the coroutines of a mover wait with. One io_context, one thread: between two co_awaits
// nothing else runs, so a waiter looks at its state, and waits for a Signal, without a race.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <vector>

#include "base/fault.h"
#include "base/result.h"
#include "base/time.h"

namespace rft::mover {

namespace asio = boost::asio;
using asio::awaitable;

template <class T>
using Outcome = Result<T, Fault>;

template <class T>
tl::unexpected<Fault> failed(const Outcome<T>& outcome) {
  return tl::unexpected<Fault>(outcome.error());
}
tl::unexpected<Fault> fault(FaultCode code, Side side, Doing doing, std::string detail = {});

Instant boot_now();   // CLOCK_BOOTTIME
WallTime wall_now();  // CLOCK_REALTIME

// "Something changed: look again." Must outlive its waiters.
class Signal {
 public:
  Signal() = default;
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  void notify();

 private:
  friend class Waiter;
  std::vector<asio::steady_timer*> waiting_;
};

// Returns at `until`, or earlier when one of the signals is notified; null signals are none.
awaitable<void> wait_any(Instant until, Signal* first = nullptr, Signal* second = nullptr,
                         Signal* third = nullptr, Signal* fourth = nullptr);

// Tells the work of one task to end. Every conversation of the task watches it.
class Interrupt {
 public:
  enum class Why : std::uint8_t { none, stop, mover_ends };
  // The first reason stands, but the end of the mover gives way to a user's stop.
  void raise(Why why);
  Why why() const { return why_; }
  explicit operator bool() const { return why_ != Why::none; }
  Signal changed;

 private:
  Why why_ = Why::none;
};

}  // namespace rft::mover
