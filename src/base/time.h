// Three kinds of time that do not mix. Nothing here reads a clock: `now` is always an argument.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rft {

using Duration = std::chrono::milliseconds;
using namespace std::chrono_literals;

// The machine's own time since boot, suspended time included (CLOCK_BOOTTIME): for intervals.
struct BootClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
};
using Instant = BootClock::time_point;

// UTC: for records and people. It may jump.
using WallTime = std::chrono::sys_time<Duration>;

struct Now {
  Instant instant;
  WallTime wall;
};

// RFC 3339 with milliseconds and Z: 2026-11-26T07:03:52.123Z.
std::string to_rfc3339(WallTime time);
// Takes RFC 3339 with Z or an offset, with or without a fraction; nothing else.
std::optional<WallTime> from_rfc3339(std::string_view text);

inline long long milliseconds(WallTime time) {
  return time.time_since_epoch().count();
}
inline WallTime wall_time(long long milliseconds) {
  return WallTime(Duration(milliseconds));
}

}  // namespace rft
