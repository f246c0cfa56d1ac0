// A marker that parses says what REST would say back.
#include "ftp/marker.h"
#include "fuzz.h"
#include "replies.h"

namespace rft {
namespace {

void check(const ftp::Marker& marker) {
  const auto* ranges = std::get_if<RangeSet>(&marker);
  if (!ranges) return;
  fuzz::must(ranges->ranges().size() <= ftp::marker_ranges_max, "ranges have a limit");
  fuzz::must(RangeSet::parse(ranges->text()) == *ranges, "a marker survives the way back");
}

}  // namespace
}  // namespace rft

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto reply = rft::fuzz::reply_in(rft::fuzz::text_of(data, size));
  if (!reply) return 0;
  const auto marker = rft::ftp::marker_of(*reply);
  if (marker) {
    rft::fuzz::must(rft::ftp::is_marker(*reply), "only markers are read as markers");
    rft::check(*marker);
  }
  return 0;
}
