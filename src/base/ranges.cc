#include "base/ranges.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "base/varint.h"

namespace rft {
RangeSet::RangeSet(std::initializer_list<Range> ranges) {
  for (const Range& range : ranges) add(range);
}

void RangeSet::add(Range range) {
  if (range.begin >= range.end) return;
  const auto first = std::lower_bound(
      ranges_.begin(), ranges_.end(), range,
      [](const Range& mine, const Range& added) { return mine.end < added.begin; });
  auto last = first;
  for (; last != ranges_.end() && last->begin <= range.end; ++last) {
    range.begin = std::min(range.begin, last->begin);
    range.end = std::max(range.end, last->end);
  }
  ranges_.insert(ranges_.erase(first, last), range);
}

// In one pass: sets of thousands of ranges are added to each other once for every marker.
void RangeSet::add(const RangeSet& other) {
  std::vector<Range> both(ranges_.size() + other.ranges_.size());
  std::merge(ranges_.begin(), ranges_.end(), other.ranges_.begin(), other.ranges_.end(),
             both.begin(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
  ranges_.clear();
  for (const Range& range : both) {
    if (!ranges_.empty() && range.begin <= ranges_.back().end) {
      ranges_.back().end = std::max(ranges_.back().end, range.end);
    } else {
      ranges_.push_back(range);
    }
  }
}

void RangeSet::cut(std::uint64_t size) {
  while (!ranges_.empty() && ranges_.back().begin >= size) ranges_.pop_back();
  if (!ranges_.empty()) ranges_.back().end = std::min(ranges_.back().end, size);
}

std::uint64_t RangeSet::bytes() const {
  std::uint64_t sum = 0;
  for (const Range& range : ranges_) sum += range.end - range.begin;
  return sum;
}

bool RangeSet::covers(std::uint64_t size) const {
  if (size == 0) return true;
  return ranges_.size() == 1 && ranges_[0].begin == 0 && ranges_[0].end >= size;
}

std::string RangeSet::text() const {
  std::string text;
  for (const Range& range : ranges_) {
    if (!text.empty()) text += ',';
    text += fmt::format("{}-{}", range.begin, range.end);
  }
  return text;
}

std::optional<RangeSet> RangeSet::parse(std::string_view text, std::size_t most) {
  RangeSet set;
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == most) return std::nullopt;
    const std::size_t comma = text.find(',');
    const std::string_view piece = text.substr(0, comma);
    const std::size_t dash = piece.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto begin = parse_number(piece.substr(0, dash));
    const auto end = parse_number(piece.substr(dash + 1));
    if (!begin || !end || *begin > *end) return std::nullopt;
    set.add({*begin, *end});
    if (comma == std::string_view::npos) return set;
    text.remove_prefix(comma + 1);
    if (text.empty()) return std::nullopt;
  }
  return set;
}

std::string RangeSet::bytes_form() const {
  std::string out;
  std::uint64_t at = 0;
  for (const Range& range : ranges_) {
    append_varint(out, range.begin - at);
    append_varint(out, range.end - range.begin);
    at = range.end;
  }
  return out;
}

std::optional<RangeSet> RangeSet::from_bytes_form(std::string_view bytes) {
  RangeSet set;
  std::uint64_t at = 0;
  while (!bytes.empty()) {
    const auto gap = take_varint(bytes);
    if (!gap || *gap > std::numeric_limits<std::uint64_t>::max() - at) return std::nullopt;
    const auto length = take_varint(bytes);
    if (!length || *length > std::numeric_limits<std::uint64_t>::max() - at - *gap) {
      return std::nullopt;
    }
    set.add({at + *gap, at + *gap + *length});
    at += *gap + *length;
  }
  return set;
}

}  // namespace rft
