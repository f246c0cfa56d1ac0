#include "starve/starved.h"

#include <cstdlib>
#include <new>
#include <utility>

namespace {

thread_local std::size_t left = 0;
thread_local bool failed = false;

void* allocate(std::size_t size) {
  if (left > 0 && --left == 0) {
    failed = true;
    throw std::bad_alloc();
  }
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

namespace rft::starve {

void fail_at(std::size_t nth) {
  left = nth;
  if (nth > 0) failed = false;
}

bool has_failed() {
  return failed;
}

std::size_t pause() {
  return std::exchange(left, 0);
}

void resume(std::size_t rest) {
  left = rest;
}

}  // namespace rft::starve

void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
