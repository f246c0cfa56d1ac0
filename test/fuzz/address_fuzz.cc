// No announced address passes that aims at a special network or a reserved port, and one that
// passes is judged the same again. The first line is the control peer's address.
#include "ftp/address.h"
#include "fuzz.h"
#include "replies.h"

namespace rft {
namespace {

void check(const ftp::DataAddress& announced, std::string_view peer) {
  for (const auto rule : {ftp::AddressRule::own_network, ftp::AddressRule::same_host}) {
    const auto judged = ftp::judge_address(announced, peer, rule);
    if (!judged) continue;
    fuzz::must(judged->port >= ftp::data_port_min, "no reserved port passes");
    fuzz::must(!judged->host.empty(), "what passes has a host");
    fuzz::must(ftp::judge_address(*judged, peer, rule) == *judged, "a judgement stands");
    fuzz::must(ftp::wire_line(ftp::port(*judged)).has_value(), "what passes can be handed on");
    const bool special = judged->host.starts_with("127.") || judged->host.starts_with("169.254.") ||
                         judged->host.starts_with("fe80:") || judged->host == "::1";
    if (special) {
      fuzz::must(!ftp::judge_address(*judged, "192.0.2.7", rule), "nobody is aimed at himself");
    }
  }
}

}  // namespace
}  // namespace rft

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes = rft::fuzz::text_of(data, size);
  const std::string_view peer = rft::fuzz::take_line(bytes);
  const auto reply = rft::fuzz::reply_in(bytes);
  if (!reply) return 0;
  if (const auto address = rft::ftp::pasv_address(*reply)) rft::check(*address, peer);
  if (const auto address = rft::ftp::epsv_address(*reply)) rft::check(*address, peer);
  if (const auto addresses = rft::ftp::spas_addresses(*reply)) {
    rft::fuzz::must(addresses->size() <= rft::ftp::stripes_max, "stripes have a limit");
    for (const rft::ftp::DataAddress& address : *addresses) rft::check(address, peer);
  }
  return 0;
}
