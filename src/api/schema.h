// The shapes of what the API takes and gives, as data: requests are checked against them, and the
// OpenAPI document is made from them. /v1 only grows: a field is never renamed nor taken away.
#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rft::api {

enum class Type : std::uint8_t {
  text,
  secret,   // text that is taken and never given
  integer,  // 64 bits
  number,
  boolean,
  time,  // RFC 3339
  uuid,
  words,   // one of `words`
  object,  // of the schema `of`
  list,    // of objects of the schema `of`
  texts,   // a list of strings, each one line
};

enum class Presence : std::uint8_t {
  optional,
  required,  // in an answer: always there
  nullable,  // always there, perhaps null
};

struct Field {
  std::string_view name;
  Type type = Type::text;
  Presence presence = Presence::optional;
  std::string_view says = {};
  std::string_view of = {};
  std::vector<std::string_view> words = {};
};

struct Schema {
  std::string_view name;
  std::string_view says;
  std::vector<Field> fields;
};

const std::vector<Schema>& schemas();
const Schema& schema(std::string_view name);  // of a name that exists

// Refuses, naming it: a field that the schema does not have (unknown_field), a required one that
// lacks (missing_field), one of another type than is wanted (invalid_request).
Result<void> check(const boost::json::object& object, const Schema& schema);

}  // namespace rft::api
