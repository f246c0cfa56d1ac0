// The closed lists of words, as schemas name them.
#pragma once
#include <string_view>
#include <vector>

#include "base/fault.h"
#include "core/life.h"
#include "wire/words.h"

namespace rft::api {

using Words = std::vector<std::string_view>;

template <class Enum>
Words words_of(std::size_t count) {
  Words all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(word(static_cast<Enum>(i)));
  return all;
}
template <class Array>
Words listed(const Array& words) {
  return {words.begin(), words.end()};
}

inline Words statuses() {
  return words_of<Status>(7);
}
inline Words holds() {
  return words_of<Hold>(11);
}
inline Words doings() {
  return words_of<Doing>(13);
}
inline Words kinds() {
  return {"file", "list", "tree"};
}
inline Words fault_codes() {
  return {
#define RFT_FAULT(word, remedy, hold, sentence) #word,
#include "base/faults.def"
#undef RFT_FAULT
  };
}
inline Words codes() {
  return {
#define RFT_CODE(word, http, exit, sentence) #word,
#include "base/codes.def"
#undef RFT_CODE
  };
}

}  // namespace rft::api
