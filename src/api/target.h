// The target of a request, taken apart (RFC 9112 section 3.2, RFC 3986).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace rft::api {

struct Target {
  std::vector<std::string> path;  // segments, percent-decoded; that of "/" is one empty segment
  std::vector<std::pair<std::string, std::string>> query;  // decoded, each name once

  std::optional<std::string_view> value(std::string_view name) const;
};

// invalid_request: an escape that is none, a name twice in the query, neither a path nor a URL.
Result<Target> parse_target(std::string_view text);

}  // namespace rft::api
