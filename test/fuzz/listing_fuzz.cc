// Facts are bounded, named, and the time they tell is that of their text.
#include "ftp/listing.h"
#include "fuzz.h"
#include "replies.h"

namespace rft {
namespace {

void check(const ftp::Facts& facts) {
  fuzz::must(!facts.name.empty(), "facts speak of a name");
  fuzz::must(!facts.mode || *facts.mode <= 07777, "a mode has twelve bits");
  if (facts.modified) {
    fuzz::must(ftp::time_value(facts.modify) == facts.modified, "the time is that of its text");
    fuzz::must(from_rfc3339(to_rfc3339(*facts.modified)) == facts.modified, "the time is a date");
  }
}

}  // namespace
}  // namespace rft

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = rft::fuzz::text_of(data, size);
  if (const auto facts = rft::ftp::facts_of_line(bytes)) rft::check(*facts);
  const auto reply = rft::fuzz::reply_in(bytes);
  if (!reply) return 0;
  if (const auto facts = rft::ftp::mlst_facts(*reply)) rft::check(*facts);
  (void)rft::ftp::size_of(*reply);
  (void)rft::ftp::mdtm_of(*reply);
  return 0;
}
