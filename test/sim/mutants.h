// Mutants: bugs planted on purpose. Each must be found by some seed, or the laws are blind to it;
// and no two together may hide from them.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rft::sim {

enum class Mutant : std::uint8_t {
#define RFT_SIM_MUTANT(word, sentence) word,
#define RFT_SIM_COVERED_MUTANT(word, sentence, why) word,
#include "sim/mutants.def"
#undef RFT_SIM_MUTANT
#undef RFT_SIM_COVERED_MUTANT
};

struct MutantRow {
  Mutant mutant;
  std::string_view word;
  std::string_view sentence;
  std::string_view covered;  // why it breaks no promise; empty: it must be found
};
inline constexpr auto mutant_rows = std::to_array<MutantRow>({
#define RFT_SIM_MUTANT(word, sentence) {Mutant::word, #word, sentence, ""},
#define RFT_SIM_COVERED_MUTANT(word, sentence, why) {Mutant::word, #word, sentence, why},
#include "sim/mutants.def"
#undef RFT_SIM_MUTANT
#undef RFT_SIM_COVERED_MUTANT
});

// Those of one world.
class Mutants {
 public:
  bool has(Mutant mutant) const { return (bits_ & bit(mutant)) != 0; }
  void add(Mutant mutant) { bits_ |= bit(mutant); }
  bool none() const { return bits_ == 0; }

 private:
  static std::uint64_t bit(Mutant mutant) {
    return std::uint64_t{1} << static_cast<unsigned>(mutant);
  }
  std::uint64_t bits_ = 0;
};
static_assert(mutant_rows.size() <= 64);

inline std::optional<Mutant> mutant_of(std::string_view word) {
  for (const MutantRow& row : mutant_rows) {
    if (row.word == word) return row.mutant;
  }
  return std::nullopt;
}

}  // namespace rft::sim
