// Range sets are sorted, apart, and the same after both forms of writing. The first byte chooses
// whether the rest is text or the store's bytes.
#include "base/ranges.h"
#include "fuzz.h"

namespace rft {
namespace {

void check(const RangeSet& set) {
  std::uint64_t last = 0, sum = 0;
  for (const Range& range : set.ranges()) {
    fuzz::must(range.begin < range.end, "no range is empty");
    fuzz::must(sum == 0 || range.begin > last, "ranges are sorted and apart");
    last = range.end;
    sum += range.end - range.begin;
  }
  fuzz::must(set.bytes() == sum && set.end() == last, "a set knows its size");
  fuzz::must(RangeSet::parse(set.text()) == set, "the text survives the way back");
  fuzz::must(RangeSet::from_bytes_form(set.bytes_form()) == set, "the bytes survive the way back");
  RangeSet twice = set;
  twice.add(set);
  fuzz::must(twice == set, "adding again adds nothing");
  twice.cut(last / 2);
  fuzz::must(twice.end() <= last / 2, "what was cut is gone");
}

}  // namespace
}  // namespace rft

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest = rft::fuzz::text_of(data + 1, size - 1);
  const auto set =
      data[0] == 'B' ? rft::RangeSet::from_bytes_form(rest) : rft::RangeSet::parse(rest, 4096);
  if (set) rft::check(*set);
  return 0;
}
