#include "gsi/protection.h"

#include "base/text.h"

namespace rft::gsi {

Privacy privacy_of(std::string_view line, Privacy asked) {
  const std::string_view verb = line.substr(0, line.find_first_of(" \r\n"));
  return equals_ignoring_case(verb, "DCSC") ? Privacy::encrypted : asked;
}

Result<std::string, Fault> GsiProtection::protect(std::string_view line) {
  const Privacy privacy = privacy_of(line, privacy_);
  const auto record = context_.wrap(line, privacy);
  if (!record) return tl::unexpected(record.error());
  return (privacy == Privacy::encrypted ? "ENC " : "MIC ") + base64(*record) + "\r\n";
}

Result<std::string, Fault> GsiProtection::unprotect(std::string_view token) {
  const auto record = base64_decode(token);
  if (!record) {
    Fault fault;
    fault.code = FaultCode::protocol_broken;
    fault.detail = "a protected reply is not base64";
    return tl::unexpected(std::move(fault));
  }
  return context_.unwrap(*record);
}

}  // namespace rft::gsi
