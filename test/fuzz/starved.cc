#include "starved.h"

#include <cstdlib>
#include <new>

namespace {

thread_local std::size_t left = 0;
thread_local bool starved = false;

void* allocate(std::size_t size) {
  if (left > 0 && --left == 0) {
    starved = true;
    throw std::bad_alloc();
  }
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

namespace rft::fuzz {

void starve_at(std::size_t nth) {
  left = nth;
  if (nth > 0) starved = false;
}

bool has_starved() {
  return starved;
}

}  // namespace rft::fuzz

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
