// Events: the time of a world. Nothing sleeps; time is what the next event says it is. Events of
// one moment happen in the order in which they were planned.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "base/time.h"

namespace rft::sim {

class Events {
 public:
  using Ticket = std::pair<Instant, std::uint64_t>;
  using Happening = std::function<void()>;

  Instant now() const { return now_; }
  // UTC; jumps by jump_wall().
  WallTime wall() const { return WallTime(wall_at_birth + now_.time_since_epoch() + wall_jump_); }
  void jump_wall(Duration by) { wall_jump_ += by; }

  Ticket at(Instant when, Happening happening);
  Ticket in(Duration delay, Happening happening) { return at(now_ + delay, std::move(happening)); }
  void cancel(const Ticket& ticket) { planned_.erase(ticket); }

  // Lets the first event happen. False where none is planned.
  bool step();
  std::uint64_t steps() const { return steps_; }

 private:
  static constexpr Duration wall_at_birth{1'790'000'000'000};

  Instant now_{Duration(1'000'000)};
  Duration wall_jump_{0};
  std::uint64_t planned_count_ = 0;
  std::uint64_t steps_ = 0;
  std::map<Ticket, Happening> planned_;
};

}  // namespace rft::sim
