// A TOML file without a character beyond ASCII that means the same.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rft {

// In double quotes such a character becomes its escape, in a comment '?'; a byte order mark is left
// out. Lines keep their numbers. The error is the number of the first line that has one elsewhere,
// that is not UTF-8, or in which a quote begins where no key or value does; also one of a string of
// several lines.
//
// Why: toml++ 3.3 runs into what it holds for unreachable at letters beyond ASCII that stand
// outside a string, as it reads them (fuzz_config); in ASCII it cannot.
Result<std::string, std::size_t> toml_in_ascii(std::string_view text);

}  // namespace rft
