// The options of a request by their names, with values as text.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/options.h"

namespace rft {

inline constexpr std::size_t label_length_max = 256;
inline constexpr std::uint32_t streams_limit = 64;
inline constexpr std::uint32_t tries_limit = 1000;

// One option, as the CLI's --option NAME=VALUE and the API give it. Errors: unknown_option,
// invalid_option.
Result<void> set_option(Options& options, std::string_view name, std::string_view value);
std::vector<std::string_view> option_names();

}  // namespace rft
