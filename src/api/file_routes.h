// The functions of the routes under /v1/transfers/{handle}/files.
#pragma once
#include "api/routes.h"

namespace rft::api {

void add_files(World& world, Ask ask, Then then);
void get_files(World& world, Ask ask, Then then);

}  // namespace rft::api
