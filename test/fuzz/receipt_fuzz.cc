// Whatever is read as a receipt is refused or good to its last byte: what is good is not good any
// more without its last line, nor with one more, nor under another key. The seeds are signed with
// the key of the tests, which a fuzzer cannot sign with.
#include <fmt/format.h>

#include <sstream>
#include <string>

#include "fuzz.h"
#include "receipt/checker.h"

namespace rft {
namespace {

Result<receipt::Summary> checked(const std::string& text, const std::string& key = {}) {
  std::istringstream in(text);
  return receipt::check(in, key);
}

}  // namespace
}  // namespace rft

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using rft::checked;
  using rft::fuzz::must;
  const std::string text(rft::fuzz::text_of(data, size));
  const auto good = checked(text);
  if (!good) {
    const std::string& why = good.error().detail;
    must(why.starts_with("line ") && why.size() < 1000, "a refusal names its line, and is short");
    return 0;
  }
  const rft::receipt::Totals& totals = good->totals;
  must(totals.files == totals.done + totals.failed + totals.skipped + totals.waiting,
       "every file has one fate");
  must(!checked(text + "\n"), "nothing follows a seal");
  must(!checked(text.substr(0, text.size() - 1)), "nothing is missing");
  must(!checked(text.substr(0, text.rfind('\n', text.size() - 2) + 1)), "a seal is needed");
  must(!checked(text, std::string(64, '0')), "a foreign key is told");
  const auto pinned = checked(text, good->fingerprint);
  must(!pinned || *pinned == *good, "a pinned key changes nothing");
  return 0;
}
