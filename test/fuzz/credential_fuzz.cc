// What a user hands over as proxy, certificate and key: accepted it is bounded, has not ended and
// reads the same again. Names between @ stand for the PEM of a PKI that is made at the start: so no
// key stands in the corpus, and the fuzzer moves whole certificates about.
#include <map>

#include "fuzz.h"
#include "gsi/pki_for_tests.h"
#include "gsi/proxy.h"

namespace rft {
namespace {

constexpr WallTime now{std::chrono::seconds{1'800'000'000}};

std::map<std::string_view, std::string> pem_by_name() {
  using namespace gsi::pki;
  const Times good{now - 24h, now + 24h};
  const Times past{now - 48h, now - 24h};
  const Issued ca = make_ca(good);
  const Issued person = make_person(ca, "Alice", good);
  const Issued proxy = make_proxy(person, good);
  return {{"@ca@", pem_of(ca)},
          {"@person@", pem_of(person)},
          {"@person_key@", key_pem_of(person)},
          {"@locked_key@", encrypted_key_pem_of(person, true)},
          {"@proxy@", pem_of(proxy)},
          {"@proxy_key@", key_pem_of(proxy)},
          {"@legacy@", pem_of(make_legacy_proxy(person, good))},
          {"@ended@", pem_of(make_proxy(person, past))}};
}

std::string expand(std::string_view text) {
  static const auto pems = pem_by_name();
  std::string out;
  while (!text.empty()) {
    const std::size_t next = text.find('@', 1);
    const bool closed = text.front() == '@' && next != std::string_view::npos;
    const auto found = closed ? pems.find(text.substr(0, next + 1)) : pems.end();
    const std::size_t taken = found != pems.end() ? next + 1 : std::min(next, text.size());
    out += found != pems.end() ? std::string_view(found->second) : text.substr(0, taken);
    text.remove_prefix(taken);
  }
  return out;
}

}  // namespace
}  // namespace rft

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rft;
  const auto read = gsi::read_credential(expand(fuzz::text_of(data, size)), now);
  if (!read) {
    fuzz::must(!read.error().detail.empty(), "a refusal says why");
    fuzz::must(read.error().detail.find("PRIVATE KEY") == std::string::npos,
               "no refusal repeats a key");
    return 0;
  }
  fuzz::must(!read->expired(now), "nothing that has ended is accepted");
  const auto again = gsi::read_credential(read->pem.reveal(), now);
  fuzz::must(again.has_value(), "what was kept is accepted again");
  fuzz::must(again->subject == read->subject && again->pem == read->pem,
             "a credential reads the same again");
  return 0;
}
