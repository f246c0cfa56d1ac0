#include "cli/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/time.h"

namespace rft::cli {
namespace {

constexpr std::size_t shown_max = 4096;
constexpr std::size_t description_column = 30;  // of the parser's help

bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
}

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, starts_character));
}

// With three digits: 1.23, 12.3, 123.
std::string scaled(double value, std::string_view end) {
  constexpr std::array<std::string_view, 7> units{"", "k", "M", "G", "T", "P", "E"};
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  const int digits = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f} {}{}", value, digits, units[unit], end);
}

}  // namespace

std::string bytes(std::uint64_t count) {
  return scaled(static_cast<double>(count), "B");
}

std::string rate(double bytes_per_second) {
  return scaled(std::max(bytes_per_second, 0.0), "B/s");
}

std::string duration(std::uint64_t seconds) {
  if (seconds < 60) return fmt::format("{} s", seconds);
  const std::uint64_t minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{}:{:02}", minutes, seconds % 60);
  const std::uint64_t hours = minutes / 60;
  if (hours < 24) return fmt::format("{}:{:02}:{:02}", hours, minutes % 60, seconds % 60);
  return fmt::format("{} d {:02}:{:02}", hours / 24, hours % 24, minutes % 60);
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "100 %";
  const double share = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  return fmt::format("{} %", std::min(static_cast<int>(share), 100));
}

std::optional<std::uint64_t> seconds_between(std::string_view from, std::string_view to) {
  const auto begin = from_rfc3339(from);
  const auto end = from_rfc3339(to);
  if (!begin || !end || *end < *begin) return std::nullopt;
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(*end - *begin).count());
}

std::string shown(std::string_view text) {
  return printable(text, shown_max);
}

std::string table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  std::string out;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - columns(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

std::string cut(std::string_view text, std::size_t width) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (starts_character(text[i]) && ++seen > width) return std::string(text.substr(0, i));
  }
  return std::string(text);
}

std::string wrapped(std::string_view help, std::size_t width) {
  std::string out;
  for (std::size_t begin = 0; begin < help.size();) {
    const std::size_t end = std::min(help.find('\n', begin), help.size());
    std::string_view line = help.substr(begin, end - begin);
    const std::string indent(line.starts_with(' ') ? description_column : 0, ' ');
    for (std::string lead; !line.empty(); lead = indent) {
      std::size_t most = width - lead.size();
      if (line.size() > most) {
        const std::size_t space = line.rfind(' ', most);
        // A break within the indented part would leave an empty line.
        if (space != std::string_view::npos && line.find_first_not_of(' ') < space) most = space;
      }
      out += lead + std::string(line.substr(0, most));
      line.remove_prefix(std::min(most, line.size()));
      line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
      if (!line.empty()) out += '\n';
    }
    out += '\n';
    begin = end + 1;
  }
  return out;
}

}  // namespace rft::cli
