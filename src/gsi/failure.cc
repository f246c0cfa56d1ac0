#include "gsi/failure.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"

namespace rft::gsi {
namespace {

bool has_any(std::string_view words, std::span<const std::string_view> signs) {
  return std::any_of(signs.begin(), signs.end(), [words](std::string_view sign) {
    return words.find(sign) != std::string_view::npos;
  });
}

constexpr std::array<std::string_view, 4> expired = {"expired", "has ended", "not yet valid",
                                                     "Expired"};
constexpr std::array<std::string_view, 7> unknown_server = {
    "Authorization denied",       "certificate verify failed",
    "self-signed certificate",    "self signed",
    "unable to get local issuer", "unable to get issuer",
    "name of the remote entity"};

}  // namespace

FaultCode classify(Step step, std::string_view words) {
  const bool is_expired = has_any(words, expired);
  if (step == Step::import_credential) {
    return is_expired ? FaultCode::credential_expired : FaultCode::credential_unusable;
  }
  if (step == Step::message) return FaultCode::protocol_broken;
  if (words.find("alert") != std::string_view::npos) {
    return is_expired ? FaultCode::credential_expired : FaultCode::credential_unusable;
  }
  return has_any(words, unknown_server) ? FaultCode::untrusted_host : FaultCode::protocol_broken;
}

std::string tidy(std::string_view words) {
  std::string line;
  for (const char c : words) {
    const bool blank = c == '\n' || c == '\r' || c == '\t' || c == ' ';
    if (!blank) line += c;
    if (blank && !line.empty() && line.back() != ' ') line += ' ';
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return printable(line, detail_length_max);
}

}  // namespace rft::gsi
