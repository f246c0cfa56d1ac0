// The name of a part file: ".rft-<22 base64url characters of its random id>-<epoch>" (design 5.2).
// Never made from the user's name, which may be as long as a server allows.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/uuid.h"

namespace rft {

std::string part_name(const Uuid& part, std::uint32_t epoch);
bool is_part_name(std::string_view name);

}  // namespace rft
