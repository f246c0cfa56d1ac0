// The fault matrix: every fault at every moment of a transfer, what is promised, and how often a
// run hit it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "sim/weather.h"

namespace rft::sim {

// Cells with a promise that no world hit.
std::vector<std::string> cells_not_hit(const Hits& hits);
// docs/faults.md. Without hits: as the table is, to compare.
std::string matrix_text(const Hits& hits, std::uint64_t worlds);
// The same without the counts.
std::string without_counts(const std::string& text);

}  // namespace rft::sim
