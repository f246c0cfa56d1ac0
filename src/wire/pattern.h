// Which names of a tree are wanted: shell-like patterns over percent-decoded paths.
//
// "*" and "?" stand for any bytes but '/', "**" for any bytes, "[a-z]" for one of a set. A pattern
// without '/' is about the last name of a path, at any depth; one with '/' is about the whole path
// below the tree's root. One that ends with '/' is about folders alone, and so about all below
// them.
#pragma once
#include <cstddef>
#include <string_view>

#include "wire/options.h"

namespace rft {

inline constexpr std::size_t patterns_max = 256;               // of include or exclude
inline constexpr std::size_t patterns_octets_max = 32U << 10;  // they ride in every order

// Whether a '[' of it has no ']': a set that was meant is hardly the letter.
bool has_open_set(std::string_view pattern);

bool matches(std::string_view pattern, std::string_view path);

// `path` is percent-encoded and below the root. A file is wanted where one of `include` fits (all
// are where there is none) and none of `exclude`.
bool is_wanted_file(const Options& options, std::string_view path);
// `path` ends with '/'. A folder that is excluded is not listed.
bool is_wanted_folder(const Options& options, std::string_view path);

}  // namespace rft
