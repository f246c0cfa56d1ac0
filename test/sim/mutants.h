// Mutants: bugs planted on purpose. Each must be found by some seed, or the laws are blind to it.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rft::sim {

enum class Mutant : std::uint8_t {
  none,
  no_fence,               // words of older epochs are let through
  no_checksum,            // the checksums of both sides are always found equal
  publish_before_verify,  // the final name is given once the flow has ended
  shared_part_name,       // all epochs write under one name
  markers_kept,           // after a checksum that differs the confirmed ranges are kept
  live_movers_not_asked,  // a new rftd takes the movers of the one before it for dead
  early_yes,              // the store says yes before it saved
  orders_forgotten,       // orders are kept in memory only (no outbox)
  stops_unheard,          // a mover takes no notice of an order to stop
  markers_forgotten,      // what earlier epochs confirmed is sent again
};

struct MutantRow {
  Mutant mutant;
  std::string_view word;
};
inline constexpr auto mutant_rows = std::to_array<MutantRow>({
    {Mutant::no_fence, "no_fence"},
    {Mutant::no_checksum, "no_checksum"},
    {Mutant::publish_before_verify, "publish_before_verify"},
    {Mutant::shared_part_name, "shared_part_name"},
    {Mutant::markers_kept, "markers_kept"},
    {Mutant::live_movers_not_asked, "live_movers_not_asked"},
    {Mutant::early_yes, "early_yes"},
    {Mutant::orders_forgotten, "orders_forgotten"},
    {Mutant::stops_unheard, "stops_unheard"},
    {Mutant::markers_forgotten, "markers_forgotten"},
});

inline std::optional<Mutant> mutant_of(std::string_view word) {
  for (const MutantRow& row : mutant_rows) {
    if (row.word == word) return row.mutant;
  }
  return std::nullopt;
}

}  // namespace rft::sim
