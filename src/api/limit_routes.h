// The routes about limits.
#pragma once
#include "api/routes.h"

namespace rft::api {

std::vector<Route> limit_table();

}  // namespace rft::api
