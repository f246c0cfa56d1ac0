// Small files that are read whole and replaced whole.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rft {

inline constexpr std::size_t small_file_bytes_max = 4096;

// Nothing where there is no such file; bad_state where it cannot be read or is longer than the
// limit.
Result<std::optional<std::string>> read_small_file(const std::string& path);

// Afterwards the file holds `bytes`, also after a crash of the machine; after an error (bad_state)
// it is as it was. Mode 0600.
Result<void> replace_small_file(const std::string& path, std::string_view bytes);

}  // namespace rft
