#include "daemon/clock.h"

#include <ctime>

namespace rft {
namespace {

Duration read_clock(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::floor<Duration>(std::chrono::seconds(time.tv_sec) +
                                      std::chrono::nanoseconds(time.tv_nsec));
}

}  // namespace

Instant boot_now() {
  return Instant(read_clock(CLOCK_BOOTTIME));
}
WallTime wall_now() {
  return WallTime(read_clock(CLOCK_REALTIME));
}

Now SystemClock::now() {
  return {boot_now(), wall_now()};
}
Uuid SystemClock::fresh_id() {
  return Uuid::v7(wall_now(), random_bits());
}

// By TZ, else /etc/localtime, as they were when the process first asked.
Duration SystemClock::local_offset(WallTime at) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(
      std::chrono::floor<std::chrono::system_clock::duration>(at));
  std::tm local{};
  return ::localtime_r(&seconds, &local) ? std::chrono::seconds(local.tm_gmtoff) : Duration{0};
}

}  // namespace rft
