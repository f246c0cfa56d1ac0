// The hours of limits.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/words.h"
#include "core/limit.h"

namespace rft {
namespace {

constexpr std::array<std::string_view, 7> day_names{"mon", "tue", "wed", "thu",
                                                    "fri", "sat", "sun"};
constexpr std::array<std::string_view, 2> zones{"UTC", "local"};
constexpr std::uint8_t every_day = 0x7f;
constexpr std::uint16_t minutes_of_day = 24 * 60;
constexpr Duration day = std::chrono::hours(24);

tl::unexpected<Error> no_days(std::string_view text) {
  return fail(Code::invalid_limit,
              fmt::format("'{}' names no days; they are written as mon-fri, sat,sun or daily",
                          printable(text, 64)));
}

std::optional<unsigned> day_of(std::string_view name) {
  for (unsigned i = 0; i < day_names.size(); ++i) {
    if (equals_ignoring_case(name, day_names[i])) return i;
  }
  return std::nullopt;
}

// "mon", or "fri-mon", which goes over the end of the week.
std::optional<std::uint8_t> days_of_range(std::string_view range) {
  const std::size_t dash = range.find('-');
  const auto first = day_of(range.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : day_of(range.substr(dash + 1));
  if (!first || !last) return std::nullopt;
  unsigned days = 0;
  for (unsigned at = *first;; at = (at + 1) % 7) {
    days |= 1U << at;
    if (at == *last) return static_cast<std::uint8_t>(days);
  }
}

bool has_day(std::uint8_t days, std::int64_t number) {
  const std::int64_t weekday = ((number + 3) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
  return (days >> weekday & 1) != 0;
}

struct Span {
  Duration begin, end;  // since the epoch, in the limit's own hours
};
// Of the window that begins on a day.
Span span_of(const LimitWindow& window, std::int64_t number) {
  const Duration begin = day * number + std::chrono::minutes(window.from);
  const Duration end = day * number + std::chrono::minutes(window.to);
  return {begin, window.to > window.from ? end : end + day};
}

std::int64_t day_number(Duration local) {
  return std::chrono::floor<std::chrono::days>(local).count();
}

bool holds(const LimitWindow& window, Duration local) {
  const std::int64_t today = day_number(local);
  for (const std::int64_t number : {today - 1, today}) {
    const Span span = span_of(window, number);
    if (has_day(window.days, number) && local >= span.begin && local < span.end) return true;
  }
  return false;
}

Duration offset_at(const Limit& limit, WallTime at, const LocalOffset& local) {
  return limit.zone == LimitZone::local && local ? local(at) : Duration{0};
}

// Hours that the clocks leave out, or have twice, are taken by the offset that holds around them.
WallTime utc_of(const Limit& limit, Duration hours, const LocalOffset& local) {
  const WallTime near{hours - offset_at(limit, WallTime{hours}, local)};
  return WallTime{hours - offset_at(limit, near, local)};
}

}  // namespace

std::string_view word(LimitZone zone) {
  return word_of(zone, zones);
}
std::optional<LimitZone> limit_zone_of(std::string_view word) {
  return enumerator_of<LimitZone>(word, zones);
}

Result<std::uint8_t> days_from(std::string_view text) {
  if (equals_ignoring_case(text, "daily")) return every_day;
  unsigned days = 0;
  for (std::string_view rest = text;;) {
    const std::size_t comma = rest.find(',');
    const auto range = days_of_range(rest.substr(0, comma));
    if (!range) return no_days(text);
    days |= *range;
    if (comma == std::string_view::npos) return static_cast<std::uint8_t>(days);
    rest.remove_prefix(comma + 1);
  }
}

std::string days_text(std::uint8_t days) {
  if (days == every_day) return "daily";
  std::string text;
  for (unsigned first = 0; first < day_names.size(); ++first) {
    if ((days >> first & 1) == 0) continue;
    unsigned last = first;
    while (last + 1 < day_names.size() && (days >> (last + 1) & 1) != 0) ++last;
    if (!text.empty()) text += ',';
    text += day_names[first];
    if (last > first) text.append(last == first + 1 ? "," : "-").append(day_names[last]);
    first = last;
  }
  return text;
}

Result<std::uint16_t> minutes_from(std::string_view text) {
  const bool shaped = text.size() == 5 && text[2] == ':';
  const auto hours = shaped ? parse_number(text.substr(0, 2)) : std::nullopt;
  const auto minutes = shaped ? parse_number(text.substr(3)) : std::nullopt;
  if (hours && minutes && *minutes < 60 && *hours * 60 + *minutes <= minutes_of_day) {
    return static_cast<std::uint16_t>(*hours * 60 + *minutes);
  }
  return fail(Code::invalid_limit,
              fmt::format("'{}' is no time of the day from 00:00 to 24:00", printable(text, 64)));
}

std::string minutes_text(std::uint16_t minutes) {
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

Bounds bounds_at(const Limit& limit, WallTime at, const LocalOffset& local) {
  if (limit.windows.empty()) return limit.bounds;
  const Duration hours = at.time_since_epoch() + offset_at(limit, at, local);
  for (const LimitWindow& window : limit.windows) {
    if (holds(window, hours)) return window.bounds;
  }
  return limit.bounds;
}

std::optional<WallTime> next_change(const Limit& limit, WallTime now, const LocalOffset& local) {
  constexpr std::int64_t days_ahead = 8;  // a week, and what began the day before
  std::vector<WallTime> edges;
  const std::int64_t today = day_number(now.time_since_epoch() + offset_at(limit, now, local));
  for (const LimitWindow& window : limit.windows) {
    for (std::int64_t number = today - 1; number <= today + days_ahead; ++number) {
      if (!has_day(window.days, number)) continue;
      const Span span = span_of(window, number);
      edges.push_back(utc_of(limit, span.begin, local));
      edges.push_back(utc_of(limit, span.end, local));
    }
  }
  std::sort(edges.begin(), edges.end());
  const Bounds held = bounds_at(limit, now, local);
  const auto next = std::find_if(edges.begin(), edges.end(), [&](WallTime edge) {
    return edge > now && bounds_at(limit, edge, local) != held;
  });
  return next == edges.end() ? std::nullopt : std::optional(*next);
}

}  // namespace rft
