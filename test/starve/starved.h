// Memory that runs out: the n-th allocation from now on fails, once. Of the calling thread alone.
#pragma once
#include <cstddef>

namespace rft::starve {

// 0: none fails.
void fail_at(std::size_t nth);
// Whether the allocation that was to fail was asked for.
bool has_failed();

// Between the two none fails and none counts. pause() gives what resume() takes.
std::size_t pause();
void resume(std::size_t left);

}  // namespace rft::starve
