// Which names a transfer may write to: what is active has them for itself (docs/decisions/0002).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/transfer.h"

namespace rft {

// Of each name 64 bits: two that are alike by chance wait for each other without need.
using Destinations = std::vector<std::uint64_t>;

// The path without its repeated slashes: a server takes both for one name.
std::string without_repeated_slashes(std::string_view path);

// Of a file its destination, of a bundle those of its files that wait. None of what writes no
// file: plans and checks, listings, and what deletes, for that leaves a file which is not as it was
// listed. Nor of folders, which may be made, or get their modes and times, twice.
Destinations destinations_of(const Transfer& transfer);

}  // namespace rft
