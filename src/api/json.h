// JSON from outside, read strictly: RFC 8259 and UTF-8, no key twice in one object, bounded depth.
#pragma once
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string_view>

#include "base/result.h"

namespace rft::api {

inline constexpr std::size_t json_depth_max = 8;

// An object and nothing else. The error (invalid_request) tells where the text breaks the rules and
// repeats nothing of it but the name of a doubled field: a value may be a secret.
Result<boost::json::object> parse_object(std::string_view text);

// "a string", "a whole number", ...: what a value is, for errors.
std::string_view kind_name(const boost::json::value& value);

}  // namespace rft::api
