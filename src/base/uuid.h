// Uuid: 16 bytes; UUIDv7 (RFC 9562 5.7) where we make one, so that ids sort by birth.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace rft {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  bool is_nil() const { return bytes == std::array<std::uint8_t, 16>{}; }
  std::string text() const;  // 36 characters, lower case
  std::string_view raw() const { return {reinterpret_cast<const char*>(bytes.data()), 16}; }
  static std::optional<Uuid> parse(std::string_view text);
  static std::optional<Uuid> from_raw(std::string_view raw);
  // `random` supplies the 74 bits that are not time.
  static Uuid v7(WallTime now, const std::array<std::uint8_t, 10>& random);
  auto operator<=>(const Uuid&) const = default;
};

std::array<std::uint8_t, 10> random_bits();  // from the kernel; the one impure function of base

}  // namespace rft

template <>
struct std::hash<rft::Uuid> {
  std::size_t operator()(const rft::Uuid& id) const noexcept {
    return std::hash<std::string_view>()(id.raw());
  }
};
