// The functions of the routes of receipts.
#pragma once
#include "api/routes.h"

namespace rft::api {

void get_receipt(World& world, Ask ask, Then then);
void get_service(World& world, Ask ask, Then then);

}  // namespace rft::api
