// Limits as JSON, both ways; the shapes stand in limit_schemas.cc.
#pragma once
#include <boost/json/object.hpp>
#include <string_view>

#include "engine/engine.h"

namespace rft::api {

// LimitRequest. Who sets it and when is not part of it.
Result<Limit> limit_from(const LimitScope& scope, std::string_view body);
// `offset`: what the hours of the limit's zone are ahead of UTC now.
boost::json::object render(const LimitState& state, Duration offset);

}  // namespace rft::api
