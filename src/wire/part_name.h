// The name of a part file: ".rft-<22 base64url characters of its random id>-<epoch>" (design 5.2).
// Never made from the user's name, which may be as long as a server allows.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/uuid.h"

namespace rft {

std::string part_name(const Uuid& part, std::uint32_t epoch);
// That of a file of a bundle. `round` counts within the epoch: what a refusal made void goes again
// under a new name (design 5.5). ".rft-<id>-<epoch>-<item>-<round>"
std::string item_part_name(const Uuid& part, std::uint32_t epoch, std::uint32_t item,
                           std::uint32_t round);
bool is_part_name(std::string_view name);

}  // namespace rft
