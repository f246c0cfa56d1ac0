// The shapes of the files of a request; part of the registry in schemas.cc.
#pragma once
#include <vector>

#include "api/schema.h"

namespace rft::api {

std::vector<Schema> file_schemas();

}  // namespace rft::api
