#include "base/time.h"

#include <fmt/format.h>

#include "base/text.h"

namespace rft {

std::string to_rfc3339(WallTime time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<WallTime> from_rfc3339(std::string_view text) {
  using namespace std::chrono;
  if (text.size() < 20 || text.size() > 40) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return std::nullopt;
  if (text[10] != 'T' && text[10] != 't') return std::nullopt;
  const auto field = [&](std::size_t at, std::size_t length, unsigned most) {
    const auto value = parse_number(text.substr(at, length));
    return value && *value <= most ? std::optional<int>(static_cast<int>(*value)) : std::nullopt;
  };
  const auto y = field(0, 4, 9999), mo = field(5, 2, 12), d = field(8, 2, 31);
  const auto h = field(11, 2, 23), mi = field(14, 2, 59), s = field(17, 2, 60);
  if (!y || !mo || !d || !h || !mi || !s) return std::nullopt;
  const year_month_day date(year(*y), month(static_cast<unsigned>(*mo)),
                            day(static_cast<unsigned>(*d)));
  if (!date.ok()) return std::nullopt;

  std::size_t at = 19;
  int fraction = 0;
  if (text[at] == '.') {
    std::size_t end = at + 1;
    int scale = 100;
    for (; end < text.size() && text[end] >= '0' && text[end] <= '9'; ++end, scale /= 10) {
      fraction += (text[end] - '0') * scale;
    }
    if (end == at + 1) return std::nullopt;
    at = end;
  }
  Duration offset{0};
  const std::string_view zone = text.substr(at);
  if (zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':') {
    const auto oh = field(at + 1, 2, 23), om = field(at + 4, 2, 59);
    if (!oh || !om) return std::nullopt;
    offset = hours(*oh) + minutes(*om);
    if (zone[0] == '-') offset = -offset;
  } else if (zone != "Z" && zone != "z") {
    return std::nullopt;
  }
  return WallTime(sys_days(date) + hours(*h) + minutes(*mi) + seconds(*s) + Duration(fraction) -
                  offset);
}

}  // namespace rft
