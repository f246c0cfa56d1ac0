// Limits: what an administrator bounds, at which hours, and what that means for what would start
// now. Pure. A limit is held where work is admitted: what runs is never stopped by one.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/lane.h"
#include "core/transfer.h"

namespace rft {

inline constexpr std::size_t limits_max = 1'000;  // scopes with a limit
inline constexpr std::size_t limit_windows_max = 16;
inline constexpr std::uint32_t limit_count_max = 1'000'000;
inline constexpr std::uint64_t limit_rate_max = 1'000'000'000'000'000;  // bytes/s
inline constexpr std::uint32_t share_max = 1'000;
// What a rate that was not used is good for later.
inline constexpr Duration rate_saved_for = 1s;

// What a limit is about.
struct LimitScope {
  enum class Kind : std::uint8_t { all, owner, endpoint, link };
  Kind kind = Kind::all;
  std::string owner{};     // of an owner
  Endpoint source{};       // of a link; of an endpoint the endpoint itself
  Endpoint destination{};  // of a link
  // "all", "owner:uid:1000", "ftp://a:21", "ftp://a:21->ftp://b:21"
  std::string text() const;
  // invalid_limit: none of these.
  static Result<LimitScope> parse(std::string_view text);
  auto operator<=>(const LimitScope&) const = default;
};
std::string_view word(LimitScope::Kind kind);

// Each where it is bounded. 0 transfers: nothing is admitted.
struct Bounds {
  std::optional<std::uint32_t> transfers{};  // attempts at once; a bundle is one, a listing too
  std::optional<std::uint32_t> streams{};    // data streams at once, at least 1
  std::optional<std::uint32_t> sessions{};   // control sessions at work at once, at least 1
  std::optional<std::uint64_t> rate{};       // bytes/s, in the mean of what is admitted
  bool empty() const { return *this == Bounds{}; }
  bool operator==(const Bounds&) const = default;
};

// Hours in which other bounds hold. A window belongs to the day on which it begins; one whose `to`
// is not after its `from` ends on the day after.
struct LimitWindow {
  std::uint8_t days = 0;   // bit 0 is Monday
  std::uint16_t from = 0;  // minutes of the day
  std::uint16_t to = 0;
  Bounds bounds{};
  bool operator==(const LimitWindow&) const = default;
};
// "mon-fri", "sat,sun", "daily"; invalid_limit for anything else.
Result<std::uint8_t> days_from(std::string_view text);
std::string days_text(std::uint8_t days);
// "08:00", up to "24:00".
Result<std::uint16_t> minutes_from(std::string_view text);
std::string minutes_text(std::uint16_t minutes);
std::string rate_text(std::uint64_t rate);  // "200 MB/s"

// In whose hours a timetable is written: UTC, or those of the machine that the service runs on.
enum class LimitZone : std::uint8_t { utc, local };
std::string_view word(LimitZone zone);
std::optional<LimitZone> limit_zone_of(std::string_view word);
// What local time is ahead of UTC at a moment.
using LocalOffset = std::function<Duration(WallTime)>;

struct Limit {
  LimitScope scope{};
  Bounds bounds{};                     // outside of every window
  std::vector<LimitWindow> windows{};  // the first that fits holds, alone
  LimitZone zone = LimitZone::utc;
  std::uint32_t share = 1;  // of an owner: its weight where owners contend
  WallTime set_at{};
  std::string set_by{};
  bool operator==(const Limit&) const = default;
};
// invalid_limit, naming what cannot be: nothing bounded, a number out of its range, ...
Result<Limit> checked_limit(Limit limit);

// What holds at a moment, and when something else will.
Bounds bounds_at(const Limit& limit, WallTime at, const LocalOffset& local);
std::optional<WallTime> next_change(const Limit& limit, WallTime now, const LocalOffset& local);

// ---- admission ----
// What one attempt occupies.
struct Load {
  std::uint32_t streams = 0;
  bool measured = true;  // how much it will send is known
  bool source_session = true, destination_session = true;
};
Load load_of(const Transfer& transfer, std::uint32_t streams);
// What runs in a scope.
struct Usage {
  std::uint32_t transfers = 0, streams = 0, sessions = 0;
  std::uint32_t unmeasured = 0;  // of the transfers; for full() those of the lane's owner
  Usage& operator+=(const Usage& other);
  Usage& operator-=(const Usage& other);
  bool operator==(const Usage&) const = default;
};
Usage usage_of(const Load& load, const LimitScope& scope, const LaneKey& lane);
// The scopes that a lane is in, from the widest.
std::vector<LimitScope> scopes_of(const LaneKey& lane);

// What a rate still allows, in bytes: what is admitted is taken from it at once, and below 0
// nothing is admitted until it is paid, nor of an owner while it is not known how much an attempt
// of that owner will send. So the mean is kept over any time: no more is admitted in it than rate *
// (time + rate_saved_for) and one attempt of each owner.
struct Allowance {
  double bytes = 0;
  Instant at{};
};
Allowance allowance_at(Allowance before, std::uint64_t rate, Instant now);
Instant paid_at(const Allowance& allowance, std::uint64_t rate);
// What an attempt that begins now will send, as far as sizes are known.
std::uint64_t bytes_to_send(const Transfer& transfer);

enum class Bound : std::uint8_t {
  none,
  transfers,
  streams,
  sessions,
  rate,
  size,  // what has just begun is not measured: it is not known what is left of the rate
};
// Which bound leaves no room for another attempt of the lane. What needs more sessions than there
// may be goes alone, so that nothing waits for ever.
Bound full(const Bounds& bounds, const Usage& used, const Usage& needed,
           const Allowance& allowance);

// "link ftp://a:21 -> ftp://b:21 has its 4 transfers at once (limit set 2026-11-26 by uid:0)"
std::string sentence(const Limit& limit, const Bounds& held, Bound bound);

}  // namespace rft
