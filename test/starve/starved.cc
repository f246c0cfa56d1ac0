#include "starve/starved.h"

#include <cstdlib>
#include <new>
#include <utility>

namespace {

thread_local std::size_t left = 0;
thread_local bool failed = false;

void* allocate_or_none(std::size_t size) noexcept {
  if (left > 0 && --left == 0) {
    failed = true;
    return nullptr;
  }
  return std::malloc(size == 0 ? 1 : size);
}

void* allocate(std::size_t size) {
  void* const memory = allocate_or_none(size);
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
void* operator new(std::size_t size, const std::nothrow_t& /*none*/) noexcept {
  return allocate_or_none(size);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*none*/) noexcept {
  return allocate_or_none(size);
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
