// The names of the parts of a bundle's files.
#pragma once
#include <string>
#include <vector>

#include "base/url.h"
#include "wire/message.h"

namespace rft::mover {

// Within an epoch a file has two names that its bytes may go to, in turns: a name is written again
// only after the flow that wrote it is known to have ended. So whoever cleans up knows them all.
inline constexpr std::uint32_t item_rounds = 2;

// Beside the final name; a path as a server takes it.
std::string item_part(const std::string& final_name, const Uuid& part, std::uint32_t epoch,
                      std::uint32_t item, std::uint32_t round);

// All that epochs may have left of an item.
std::vector<std::string> item_parts(const std::string& final_name, const Uuid& part,
                                    const std::vector<std::uint32_t>& epochs, std::uint32_t item);

}  // namespace rft::mover
