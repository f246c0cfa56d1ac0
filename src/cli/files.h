// The files of a request, page by page.
#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <string_view>

#include "cli/context.h"

namespace rft::cli {

inline constexpr std::uint64_t every_file = std::numeric_limits<std::uint64_t>::max();

// `seen` gets each file of `status` (empty: of any) as soon as its page has come, `most` of them at
// the most.
Result<void> each_file(Client& client, std::string_view handle, std::string_view status,
                       std::uint64_t most, const std::function<void(const FileRecord&)>& seen);

// Prints them, each as it comes: there may be millions.
void list_files(Context& context, Client& client, const std::string& handle,
                std::string_view status = {}, std::uint64_t most = every_file);

}  // namespace rft::cli
