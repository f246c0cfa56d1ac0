// Bugs that are planted in the core itself: its functions of those names stand behind ours (see
// CMakeLists.txt), which do as they do where no such bug is planted.
#pragma once
#include "sim/mutants.h"

namespace rft::sim {

// Those of the world that this thread runs from now on.
void plant(Mutants mutants);

}  // namespace rft::sim
