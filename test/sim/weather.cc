#include "sim/weather.h"

#include <numeric>

namespace rft::sim {

Weather::Weather(std::uint64_t seed, Dice& dice) : dice_(dice) {
  for (const FaultRow& row : fault_rows) {
    std::uint64_t own = seed;
    for (const char letter : row.word) own = own * 31 + static_cast<unsigned char>(letter);
    Dice drawn(own);
    const bool off = drawn.chance(500'000);
    const std::uint64_t most = drawn.between(row.millionths / 10, row.millionths);
    odds_[static_cast<std::size_t>(row.kind)] = off ? 0 : most;
  }
}

bool Weather::strikes(FaultKind kind) {
  if (fair_ || !dice_.chance(odds(kind))) return false;
  ++counts_[static_cast<std::size_t>(kind)];
  return true;
}

std::uint64_t Weather::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

}  // namespace rft::sim
