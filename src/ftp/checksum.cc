#include "ftp/checksum.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "ftp/fault_of.h"

namespace rft::ftp {
namespace {

struct Width {
  std::string_view algorithm;
  std::size_t digits;
};
constexpr std::array widths{Width{"ADLER32", 8}, Width{"CRC32", 8},   Width{"CRC32C", 8},
                            Width{"MD5", 32},    Width{"SHA1", 40},   Width{"SHA224", 56},
                            Width{"SHA256", 64}, Width{"SHA384", 96}, Width{"SHA512", 128}};
constexpr std::size_t digits_max = 128;

// ADLER32 first: the one that WLCG catalogues hold.
constexpr std::array<std::string_view, 4> preferred{"ADLER32", "MD5", "SHA256", "SHA1"};

std::optional<std::size_t> width_of(std::string_view algorithm) {
  for (const Width& width : widths) {
    if (width.algorithm == algorithm) return width.digits;
  }
  return std::nullopt;
}

bool is_hex(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> all;
  while (true) {
    const std::size_t start = text.find_first_not_of(" \t");
    if (start == std::string_view::npos) return all;
    text.remove_prefix(start);
    const std::size_t length = std::min(text.find_first_of(" \t"), text.size());
    all.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
}

// Where in the reply's one telling line the digits stand:
//   CKSM  213 <hex>
//   XMD5  250 <hex>, or 251 "path" <hex>: the last word, for a path may hold anything
//   HASH  213 SHA-256 0-1234 <hex> path: the third word
std::optional<std::string_view> digits_in(ChecksumWay way, std::string_view line) {
  const std::vector<std::string_view> all = words(line);
  if (way == ChecksumWay::hash) return all.size() < 3 ? std::nullopt : std::optional(all[2]);
  if (all.empty()) return std::nullopt;
  return way == ChecksumWay::cksm ? all.front() : all.back();
}

bool has(const std::vector<ChecksumOffer>& offers, std::string_view algorithm) {
  return offer_of(offers, algorithm) != nullptr;
}

}  // namespace

std::string algorithm_name(std::string_view text) {
  std::string name;
  for (const char byte : text) {
    if (byte == '-' || byte == '_') continue;
    name += byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 'a' + 'A') : byte;
  }
  return name;
}

std::optional<std::string> common_checksum(const std::vector<ChecksumOffer>& a,
                                           const std::vector<ChecksumOffer>& b,
                                           std::optional<std::string_view> wish) {
  if (wish) {
    std::string name = algorithm_name(*wish);
    return has(a, name) && has(b, name) ? std::optional(std::move(name)) : std::nullopt;
  }
  for (const std::string_view name : preferred) {
    if (has(a, name) && has(b, name)) return std::string(name);
  }
  std::optional<std::string> first;
  for (const ChecksumOffer& offer : a) {
    if (has(b, offer.algorithm) && (!first || offer.algorithm < *first)) first = offer.algorithm;
  }
  return first;
}

const ChecksumOffer* offer_of(const std::vector<ChecksumOffer>& offers,
                              std::string_view algorithm) {
  const auto found = std::find_if(
      offers.begin(), offers.end(),
      [algorithm](const ChecksumOffer& offer) { return offer.algorithm == algorithm; });
  return found == offers.end() ? nullptr : &*found;
}

std::vector<Command> checksum_commands(const ChecksumOffer& offer, std::string_view path) {
  switch (offer.way) {
    case ChecksumWay::cksm:
      return {{"CKSM", fmt::format("{} 0 -1 {}", offer.word, path)}};
    case ChecksumWay::x:
      return {{offer.word, std::string(path)}};
    case ChecksumWay::hash:
      break;
  }
  return {{"OPTS", fmt::format("HASH {}", offer.word)}, {"HASH", std::string(path)}};
}

Result<std::string, Fault> checksum_value(const ChecksumOffer& offer, const Reply& reply) {
  if (reply.is_positive()) {
    for (const std::string& line : reply.lines) {
      const std::optional<std::string_view> digits = digits_in(offer.way, line);
      if (!digits) continue;
      std::optional<std::string> value = normal_checksum(offer.algorithm, *digits);
      if (value) return *std::move(value);
    }
  }
  return fault_of(FaultCode::protocol_broken,
                  fmt::format("the reply holds no {} checksum", offer.algorithm), reply.text());
}

std::optional<std::string> normal_checksum(std::string_view algorithm, std::string_view hex) {
  if (!is_hex(hex) || hex.size() > digits_max) return std::nullopt;
  const std::optional<std::size_t> width = width_of(algorithm_name(algorithm));
  std::string digits = to_lower(hex);
  if (!width) return digits;
  if (digits.size() > *width) return std::nullopt;
  // Short sums are numbers and some servers print them without leading zeros; digests are not.
  if (digits.size() < *width && *width > 8) return std::nullopt;
  digits.insert(0, *width - digits.size(), '0');
  return digits;
}

}  // namespace rft::ftp
