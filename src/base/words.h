// Enumerations as words: an array of words in the order of the enumerators, both ways.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace rft {

template <class Enum>
std::optional<Enum> enumerator_of(std::string_view word, std::span<const std::string_view> words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

template <class Enum>
std::string_view word_of(Enum value, std::span<const std::string_view> words) {
  return words[static_cast<std::size_t>(value)];
}

}  // namespace rft
