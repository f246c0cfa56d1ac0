#include "ftp/marker.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "base/text.h"
#include "ftp/fault_of.h"

namespace rft::ftp {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// What follows "label:" on a line of the reply.
std::optional<std::string_view> field(const Reply& reply, std::string_view label) {
  for (const std::string& line : reply.lines) {
    const std::string_view text = trimmed(line);
    if (text.size() <= label.size() || text[label.size()] != ':') continue;
    if (!equals_ignoring_case(text.substr(0, label.size()), label)) continue;
    return trimmed(text.substr(label.size() + 1));
  }
  return std::nullopt;
}

std::optional<std::uint64_t> number_field(const Reply& reply, std::string_view label) {
  const std::optional<std::string_view> text = field(reply, label);
  return text ? parse_number(*text) : std::nullopt;
}

// "1795483256.6": seconds since 1970 with a fraction.
std::optional<WallTime> time_field(const Reply& reply) {
  constexpr std::uint64_t seconds_max = 253402300799;  // the end of the year 9999
  const std::optional<std::string_view> text = field(reply, "Timestamp");
  if (!text) return std::nullopt;
  const std::size_t dot = text->find('.');
  const std::optional<std::uint64_t> seconds = parse_number(text->substr(0, dot));
  if (!seconds || *seconds > seconds_max) return std::nullopt;
  std::string fraction(dot == std::string_view::npos ? "" : text->substr(dot + 1));
  fraction.resize(3, '0');
  const std::optional<std::uint64_t> milliseconds = parse_number(fraction);
  if (!milliseconds) return std::nullopt;
  return wall_time(static_cast<long long>(*seconds * 1000 + *milliseconds));
}

tl::unexpected<Fault> unreadable(const Reply& reply) {
  return fault_of(FaultCode::protocol_broken, "the marker cannot be read", reply.text());
}

// "Range Marker 0-100,200-300"; blanks between ranges are no harm.
Result<Marker, Fault> ranges_of(const Reply& reply) {
  constexpr std::string_view label = "Range Marker";
  const std::string_view line = trimmed(reply.lines.front());
  if (line.size() < label.size() || !equals_ignoring_case(line.substr(0, label.size()), label)) {
    return unreadable(reply);
  }
  std::string list(line.substr(label.size()));
  std::erase(list, ' ');
  const std::optional<RangeSet> ranges = RangeSet::parse(list, marker_ranges_max);
  if (!ranges) return unreadable(reply);
  return Marker(*ranges);
}

Result<Marker, Fault> performance_of(const Reply& reply) {
  const std::optional<std::uint64_t> bytes = number_field(reply, "Stripe Bytes Transferred");
  const std::optional<WallTime> at = time_field(reply);
  if (!bytes || !at) return unreadable(reply);
  return Marker(Performance{.at = *at,
                            .stripe = number_field(reply, "Stripe Index").value_or(0),
                            .bytes = *bytes,
                            .stripes = number_field(reply, "Total Stripe Count").value_or(1)});
}

Result<Marker, Fault> progress_of(const Reply& reply) {
  const std::optional<std::uint64_t> bytes = number_field(reply, "Bytes Processed");
  if (!bytes) return unreadable(reply);
  return Marker(ChecksumProgress{*bytes});
}

}  // namespace

Result<Marker, Fault> marker_of(const Reply& reply) {
  if (reply.lines.empty()) return unreadable(reply);
  switch (reply.code) {
    case range_marker:
      return ranges_of(reply);
    case performance_marker:
      return performance_of(reply);
    case checksum_marker:
      return progress_of(reply);
    default:
      return unreadable(reply);
  }
}

}  // namespace rft::ftp
