// Memory that runs out: the n-th allocation from now on fails, once.
#pragma once
#include <cstddef>

namespace rft::fuzz {

// 0: none fails. Of this thread alone.
void starve_at(std::size_t nth);
// Whether the allocation that was to fail was asked for.
bool has_starved();

}  // namespace rft::fuzz
