#include "cli/limit_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "cli/figures.h"

namespace rft::cli {
namespace {

tl::unexpected<Error> refused(std::string detail) {
  return fail(Code::invalid_limit, std::move(detail));
}

std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

// What a number of this unit is to be multiplied with.
std::optional<double> factor_of(std::string_view unit) {
  constexpr std::string_view letters = "kMGT";
  if (unit.ends_with("/s")) unit.remove_suffix(2);
  if (unit.ends_with('B')) unit.remove_suffix(1);
  const double base = unit.ends_with('i') ? 1024 : 1000;
  if (unit.ends_with('i')) unit.remove_suffix(1);
  if (unit.empty()) return base == 1000 ? std::optional(1.0) : std::nullopt;
  const char letter = unit.front() == 'K' ? 'k' : unit.front();
  const std::size_t at = letters.find(letter);
  if (unit.size() != 1 || at == std::string_view::npos) return std::nullopt;
  return std::pow(base, static_cast<double>(at + 1));
}

std::vector<std::string> words_of(const LimitBounds& bounds) {
  std::vector<std::string> words;
  if (bounds.transfers) words.push_back(fmt::format("transfers={}", *bounds.transfers));
  if (bounds.streams) words.push_back(fmt::format("streams={}", *bounds.streams));
  if (bounds.sessions) words.push_back(fmt::format("sessions={}", *bounds.sessions));
  if (bounds.rate) words.push_back(fmt::format("rate={}", rate(static_cast<double>(*bounds.rate))));
  return words;
}

std::string bounds_text(const LimitBounds& bounds) {
  const auto words = words_of(bounds);
  return words.empty() ? "-" : fmt::format("{}", fmt::join(words, " "));
}

}  // namespace

Result<std::uint64_t> count_from(std::string_view name, std::string_view text) {
  if (const auto count = parse_number(text)) return *count;
  return refused(fmt::format("{}: '{}' is no number", name, shown(text)));
}

Result<std::uint64_t> rate_from(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
  const auto factor = factor_of(unit);
  constexpr double most = 1e18;
  const bool good = error == std::errc() && factor && number > 0 && number * *factor < most;
  if (good) return static_cast<std::uint64_t>(std::llround(number * *factor));
  return refused(fmt::format("'{}' is no rate; one is written as 200MB/s", shown(text)));
}

Result<void> set_bound(LimitBounds& bounds, std::string_view name, std::string_view value) {
  std::optional<std::uint64_t>* bound = name == "transfers"  ? &bounds.transfers
                                        : name == "streams"  ? &bounds.streams
                                        : name == "sessions" ? &bounds.sessions
                                        : name == "rate"     ? &bounds.rate
                                                             : nullptr;
  if (!bound) {
    return refused(fmt::format("'{}' bounds nothing; there are transfers, streams, sessions, rate",
                               shown(name)));
  }
  const auto number = name == "rate" ? rate_from(value) : count_from(name, value);
  if (!number) return tl::unexpected(number.error());
  *bound = *number;
  return {};
}

Result<LimitHours> hours_from(std::string_view text) {
  LimitHours hours;
  std::string_view rest = text;
  hours.days = take_word(rest);
  const std::string_view span = take_word(rest);
  const std::size_t dash = span.find('-');
  if (hours.days.empty() || dash == std::string_view::npos) {
    return refused(
        fmt::format("'{}' names no hours; they are written as 'mon-fri 08:00-18:00 "
                    "rate=200MB/s transfers=4'",
                    shown(text)));
  }
  hours.from = span.substr(0, dash);
  hours.to = span.substr(dash + 1);
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    const std::size_t at = std::min(word.find('='), word.size());
    const std::string_view value = at < word.size() ? word.substr(at + 1) : std::string_view();
    auto set = set_bound(hours.bounds, word.substr(0, at), value);
    if (!set) return tl::unexpected(set.error());
  }
  return hours;
}

std::string limits_text(const std::vector<StoredLimit>& limits) {
  if (limits.empty()) return "";
  std::vector<Row> rows{{"SCOPE", "SHARE", "NOW", "USED", "UNTIL", "SET", "BY"}};
  for (const StoredLimit& one : limits) {
    rows.push_back({shown(one.scope), one.spec.share ? std::to_string(*one.spec.share) : "",
                    bounds_text(one.now), bounds_text(one.used), shown(one.until),
                    shown(one.set_at), shown(one.set_by)});
  }
  std::string text = table(rows);
  for (const StoredLimit& one : limits) {
    for (const LimitHours& hours : one.spec.windows) {
      text += fmt::format("{}: {} {}-{} {} {}\n", shown(one.scope), shown(hours.days),
                          shown(hours.from), shown(hours.to), shown(one.spec.zone),
                          bounds_text(hours.bounds));
    }
    if (one.spec.windows.empty()) continue;
    text += fmt::format("{}: otherwise {}\n", shown(one.scope), bounds_text(one.spec.bounds));
  }
  return text;
}

}  // namespace rft::cli
