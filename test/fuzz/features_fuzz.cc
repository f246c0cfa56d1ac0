// Whatever a server says to FEAT: lists are bounded, each algorithm stands once, and no offer can
// smuggle a second command in. The first byte chooses whether the reply is to SITE HELP.
#include <set>

#include "ftp/features.h"
#include "fuzz.h"
#include "replies.h"

namespace rft {
namespace {

void check(const ftp::Features& features, const ftp::Reply& reply) {
  fuzz::must(features.checksums.size() <= ftp::feature_list_max, "offers have a limit");
  fuzz::must(features.mlst_facts.size() <= ftp::feature_list_max, "facts have a limit");
  std::set<std::string> algorithms;
  for (const ftp::ChecksumOffer& offer : features.checksums) {
    fuzz::must(algorithms.insert(offer.algorithm).second, "each algorithm stands once");
    for (const ftp::Command& command : ftp::checksum_commands(offer, "/path")) {
      fuzz::must(ftp::wire_line(command).has_value(), "an offer makes commands that can be sent");
    }
    const auto value = ftp::checksum_value(offer, reply);
    fuzz::must(!value || ftp::normal_checksum(offer.algorithm, *value) == *value,
               "a checksum is in its normal form");
  }
}

}  // namespace
}  // namespace rft

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto reply = rft::fuzz::reply_in(rft::fuzz::text_of(data + 1, size - 1));
  if (!reply) return 0;
  rft::ftp::Features features;
  if (data[0] == 'H') {
    rft::ftp::add_site_help(features, *reply);
  } else {
    features = rft::ftp::features_of(*reply);
  }
  rft::check(features, *reply);
  return 0;
}
