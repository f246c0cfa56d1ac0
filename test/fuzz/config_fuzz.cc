// The configuration: what is accepted is described as a file that means the same.
#include "daemon/config.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config = rft::parse_config(rft::fuzz::text_of(data, size), "rftd.toml");
  if (!config) {
    rft::fuzz::must(config.error().code == rft::Code::invalid_config, "the code says what it is");
    rft::fuzz::must(config.error().detail.find("rftd.toml") != std::string::npos,
                    "an error names the file");
    return 0;
  }
  const std::string described = rft::describe(*config);
  const auto again = rft::parse_config(described, "described");
  rft::fuzz::must(again.has_value(), "what we describe we accept");
  rft::fuzz::must(rft::describe(*again) == described, "a description means the same");
  return 0;
}
