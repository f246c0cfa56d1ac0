// A URL that parses is harmless and survives being written and read again.
#include "base/url.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto url = rft::parse_url(rft::fuzz::text_of(data, size));
  if (!url) return 0;
  rft::fuzz::must(rft::parse_url(url->text()) == *url, "a URL survives the way back");
  rft::fuzz::must(rft::Endpoint::parse(url->endpoint.text()) == url->endpoint,
                  "an endpoint survives the way back");
  const std::string path = url->wire_path();
  rft::fuzz::must(path.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos,
                  "no path can begin another command");
  rft::fuzz::must(!url->wire_name().empty(), "a URL names a file");
  const rft::Url part = rft::sibling(*url, ".rft-part");
  rft::fuzz::must(part.wire_folder() == url->wire_folder(), "a sibling stands in the same folder");
  rft::fuzz::must(part.wire_name() == ".rft-part", "a sibling has its name");
  return 0;
}
