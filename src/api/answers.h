// What route functions answer with.
#pragma once
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <utility>

#include "api/http.h"
#include "api/problem.h"

namespace rft::api {

inline HttpResponse with_body(int status, std::string media, std::string body) {
  HttpResponse response;
  response.status = status;
  response.headers.emplace_back("Content-Type", std::move(media));
  response.body = std::move(body);
  return response;
}

inline HttpResponse with_json(int status, const boost::json::object& object) {
  return with_body(status, "application/json", boost::json::serialize(object));
}

}  // namespace rft::api
