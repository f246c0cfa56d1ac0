#include "api/problem.h"

#include <boost/json.hpp>

namespace rft::api {

std::string problem_json(const Error& error) {
  const CodeEntry& code = entry(error.code);
  boost::json::object object;
  object["type"] = "about:blank";
  object["title"] = code.sentence;
  object["status"] = code.http;
  object["code"] = code.word;
  object["detail"] = error.detail;
  return boost::json::serialize(object);
}

HttpResponse problem(const Error& error) {
  const int status = entry(error.code).http;
  HttpResponse response{.status = status,
                        .headers = {{"Content-Type", "application/problem+json"}},
                        .body = problem_json(error),
                        .stream = nullptr,
                        .taker = nullptr};
  if (status == 429 || status == 503 || status == 507) {
    response.headers.emplace_back("Retry-After", std::to_string(retry_after_seconds));
  }
  return response;
}

}  // namespace rft::api
