// Limits as the service's JSON.
#pragma once
#include <boost/json/object.hpp>
#include <string>

#include "client/limit.h"

namespace rft::client {

std::string limit_json(const LimitSpec& spec);
void fill(StoredLimit& out, const boost::json::object& in);

}  // namespace rft::client
