// Errors as RFC 9457 application/problem+json, from the registry of codes.
#pragma once
#include <string>

#include "api/http.h"
#include "base/error.h"

namespace rft::api {

// How long a client that was told "not now" (429, 503, 507) should wait, in seconds.
inline constexpr int retry_after_seconds = 2;

HttpResponse problem(const Error& error);
std::string problem_json(const Error& error);

}  // namespace rft::api
