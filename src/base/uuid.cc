#include "base/uuid.h"

#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace rft {

std::string Uuid::text() const {
  std::string text = hex(raw());
  for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  return text;
}

std::optional<Uuid> Uuid::from_raw(std::string_view raw) {
  if (raw.size() != 16) return std::nullopt;
  Uuid id;
  std::copy(raw.begin(), raw.end(), id.bytes.begin());
  return id;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (text[i] == '-')) return std::nullopt;
    if (!dash) digits += text[i];
  }
  const auto raw = hex_decode(digits);
  return raw ? from_raw(*raw) : std::nullopt;
}

Uuid Uuid::v7(WallTime now, const std::array<std::uint8_t, 10>& random) {
  Uuid id;
  const auto time = static_cast<std::uint64_t>(milliseconds(now));
  for (std::size_t i = 0; i < 6; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(time >> (40 - 8 * i));
  }
  std::copy(random.begin(), random.end(), id.bytes.begin() + 6);
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x70);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
  return id;
}

std::array<std::uint8_t, 10> random_bits() {
  std::array<std::uint8_t, 10> bits;
  // A machine without randomness must not hand out ids that collide.
  if (RAND_bytes(bits.data(), static_cast<int>(bits.size())) != 1) std::abort();
  return bits;
}

}  // namespace rft
