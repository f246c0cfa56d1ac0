// Weather: which faults a world has and how often, drawn from its seed (swarm testing: each kind is
// off in about half of the worlds, so that one kind cannot hide another).
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "sim/dice.h"

namespace rft::sim {

enum class FaultKind : std::uint8_t {
#define RFT_SIM_FAULT(word, millionths, sentence) word,
#include "sim/faults.def"
#undef RFT_SIM_FAULT
};

struct FaultRow {
  FaultKind kind;
  std::string_view word;
  std::uint64_t millionths;  // how often at most
  std::string_view sentence;
};
inline constexpr auto fault_rows = std::to_array<FaultRow>({
#define RFT_SIM_FAULT(word, millionths, sentence) {FaultKind::word, #word, millionths, sentence},
#include "sim/faults.def"
#undef RFT_SIM_FAULT
});

class Weather {
 public:
  // The climate of a world: each kind is drawn by its own word, so that a new kind of fault leaves
  // those of a known seed as they were.
  Weather(std::uint64_t seed, Dice& dice);
  // True where this fault happens now. Counts it.
  bool strikes(FaultKind kind);
  bool has(FaultKind kind) const { return odds(kind) > 0; }
  // How often a kind that the world itself plans happens, in millionths of its moments.
  std::uint64_t odds(FaultKind kind) const { return odds_[static_cast<std::size_t>(kind)]; }
  // From now on nothing goes wrong.
  void clear_up() { fair_ = true; }
  bool fair() const { return fair_; }
  std::uint64_t count(FaultKind kind) const { return counts_[static_cast<std::size_t>(kind)]; }
  std::uint64_t total() const;

 private:
  Dice& dice_;
  bool fair_ = false;
  std::array<std::uint64_t, fault_rows.size()> odds_{};
  std::array<std::uint64_t, fault_rows.size()> counts_{};
};

}  // namespace rft::sim
