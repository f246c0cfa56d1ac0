// The shapes of limits; part of the registry in schemas.cc.
#pragma once
#include <vector>

#include "api/schema.h"

namespace rft::api {

std::vector<Schema> limit_schemas();

}  // namespace rft::api
