// RangeSet: which bytes of a file are confirmed. Half-open 64-bit ranges, sorted, never touching.
// What restart markers are made of (GFD.20), merged across attempts.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rft {

struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  // exclusive
  bool operator==(const Range&) const = default;
};

class RangeSet {
 public:
  RangeSet() = default;
  explicit RangeSet(std::initializer_list<Range> ranges);

  void add(Range range);  // an empty or inverted range adds nothing
  void add(const RangeSet& other);
  void cut(std::uint64_t size);  // forgets what lies at or beyond `size`
  std::uint64_t bytes() const;
  std::uint64_t end() const { return ranges_.empty() ? 0 : ranges_.back().end; }
  bool covers(std::uint64_t size) const;  // [0, size) whole
  bool empty() const { return ranges_.empty(); }
  const std::vector<Range>& ranges() const { return ranges_; }

  // "0-100,200-300", as REST takes it in MODE E; empty for an empty set.
  std::string text() const;
  // Takes text(); nothing where it is malformed, a range is inverted, or more than `most` ranges.
  static std::optional<RangeSet> parse(std::string_view text, std::size_t most = 65536);

  // Pairs of LEB128 varints (gap, length): what the store keeps.
  std::string bytes_form() const;
  static std::optional<RangeSet> from_bytes_form(std::string_view bytes);

  bool operator==(const RangeSet&) const = default;

 private:
  std::vector<Range> ranges_;
};

}  // namespace rft
