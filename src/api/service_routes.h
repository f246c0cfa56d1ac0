// The functions of the routes about credentials, links and the service itself.
#pragma once
#include "api/routes.h"

namespace rft::api {

void add_credential(World& world, Ask ask, Then then);
void list_credentials(World& world, Ask ask, Then then);
void remove_credential(World& world, Ask ask, Then then);
void get_links(World& world, Ask ask, Then then);
void get_version(World& world, Ask ask, Then then);
void get_openapi(World& world, Ask ask, Then then);
void get_health(World& world, Ask ask, Then then);
void get_readiness(World& world, Ask ask, Then then);
void get_metrics(World& world, Ask ask, Then then);

}  // namespace rft::api
