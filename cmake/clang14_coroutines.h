// clang 14 looks for the coroutine types in std::experimental, libstdc++ 12 has them in std.
// Included ahead of every file when the compiler is clang before 15; nothing else needs it.
#pragma once
#if defined(__clang__) && __clang_major__ < 15
#define __cpp_impl_coroutine 201902L
#include <coroutine>
namespace std::experimental {
using std::coroutine_handle;
using std::coroutine_traits;
using std::suspend_always;
using std::suspend_never;
}  // namespace std::experimental
#endif
