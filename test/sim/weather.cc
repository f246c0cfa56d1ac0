#include "sim/weather.h"

#include <numeric>

namespace rft::sim {

Weather::Weather(Dice& dice) : dice_(dice) {
  for (const FaultRow& row : fault_rows) {
    const bool off = dice_.chance(500'000);
    const std::uint64_t most = dice_.between(row.millionths / 10, row.millionths);
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
