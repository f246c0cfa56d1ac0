// Dice: all chance of a world, from its seed. No distribution of the standard library: those differ
// between libraries, and a seed must mean the same run everywhere.
#pragma once
#include <array>
#include <cstdint>

#include "base/time.h"

namespace rft::sim {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  // SplitMix64.
  std::uint64_t roll() {
    std::uint64_t mixed = (state_ += 0x9E3779B97F4A7C15ULL);
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
    return mixed ^ (mixed >> 31);
  }
  std::uint64_t below(std::uint64_t limit) { return limit == 0 ? 0 : roll() % limit; }
  std::uint64_t between(std::uint64_t least, std::uint64_t most) {
    return least + below(most - least + 1);
  }
  Duration between(Duration least, Duration most) {
    return least + Duration(static_cast<std::int64_t>(
                       below(static_cast<std::uint64_t>((most - least).count()) + 1)));
  }
  // True `millionths` times in a million.
  bool chance(std::uint64_t millionths) { return millionths != 0 && below(1'000'000) < millionths; }

  std::array<std::uint8_t, 10> bits() {
    std::array<std::uint8_t, 10> bits{};
    const std::uint64_t low = roll();
    const std::uint64_t high = roll();
    for (std::size_t i = 0; i < 8; ++i) bits[i] = static_cast<std::uint8_t>(low >> (8 * i));
    bits[8] = static_cast<std::uint8_t>(high);
    bits[9] = static_cast<std::uint8_t>(high >> 8);
    return bits;
  }

 private:
  std::uint64_t state_;
};

}  // namespace rft::sim
