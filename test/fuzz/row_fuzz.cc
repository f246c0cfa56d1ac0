// Values that stand in rows as JSON or as bytes: what is read is written the same, and what a
// damaged database holds is refused. The first byte chooses the kind.
#include "base/ranges.h"
#include "fuzz.h"
#include "store/rows.h"
#include "wire/frame.h"

namespace {

template <class Read, class Write>
void survives(std::string_view text, const Read& read, const Write& write) {
  const auto value = read(text);
  if (!value) return;
  const std::string written = write(*value);
  const auto again = read(written);
  rft::fuzz::must(again.has_value(), "what we write we read");
  rft::fuzz::must(write(*again) == written, "a stored value survives the way back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text = rft::fuzz::text_of(data + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      survives(text, rft::options_from_json, rft::options_json);
      break;
    case 1:
      survives(text, rft::order_from_json, rft::order_json);
      break;
    case 2:
      survives(text, rft::fault_from_json, rft::fault_json);
      break;
    case 3:
      survives(text, rft::answer_from_json, rft::answer_json);
      break;
    default:
      survives(text, rft::RangeSet::from_bytes_form,
               [](const rft::RangeSet& ranges) { return ranges.bytes_form(); });
  }
  return 0;
}
