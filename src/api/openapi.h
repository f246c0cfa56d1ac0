// The OpenAPI 3.1 document, made from the registries: routes, schemas and codes.
#pragma once
#include <string>

namespace rft::api {

std::string openapi_document();

}  // namespace rft::api
