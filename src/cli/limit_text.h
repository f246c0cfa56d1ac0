// Limits as people write and read them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/rft.h"

namespace rft::cli {

Result<std::uint64_t> count_from(std::string_view name, std::string_view text);
// "200MB/s", "1.5 GB/s", "5000000": bytes a second; powers of 1000, or of 1024 as MiB.
Result<std::uint64_t> rate_from(std::string_view text);
// `name` is transfers, streams, sessions or rate.
Result<void> set_bound(LimitBounds& bounds, std::string_view name, std::string_view value);
// "mon-fri 08:00-18:00 rate=200MB/s transfers=4"
Result<LimitHours> hours_from(std::string_view text);

std::string limits_text(const std::vector<StoredLimit>& limits);

}  // namespace rft::cli
