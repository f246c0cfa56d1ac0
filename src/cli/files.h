// The files of a request, page by page.
#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <string_view>

#include "client/rft.h"

namespace rft::cli {

inline constexpr std::uint64_t every_file = std::numeric_limits<std::uint64_t>::max();

// `seen` gets each file of `status` (empty: of any) as soon as its page has come, `most` of them at
// the most.
Result<void> each_file(Client& client, std::string_view handle, std::string_view status,
                       std::uint64_t most, const std::function<void(const FileRecord&)>& seen);

}  // namespace rft::cli
