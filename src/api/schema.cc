#include "api/schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

#include "api/json.h"
#include "base/text.h"

namespace rft::api {
namespace {

namespace json = boost::json;

constexpr std::size_t name_shown_max = 64;

bool is_one_line(const json::value& value) {
  return value.is_string() && value.get_string().find('\n') == json::string::npos;
}

bool fits(const json::value& value, Type type) {
  switch (type) {
    case Type::integer:
      return value.is_int64();
    case Type::number:
      return value.is_number();
    case Type::boolean:
      return value.is_bool();
    case Type::object:
      return value.is_object();
    case Type::list:
      return value.is_array();
    case Type::texts:
      return value.is_array() &&
             std::all_of(value.get_array().begin(), value.get_array().end(), is_one_line);
    case Type::text:
    case Type::secret:
    case Type::time:
    case Type::uuid:
    case Type::words:
      return value.is_string();
  }
  return false;
}

std::string wanted(const Field& field) {
  switch (field.type) {
    case Type::integer:
      return "a whole number";
    case Type::number:
      return "a number";
    case Type::boolean:
      return "true or false";
    case Type::object:
      return "an object";
    case Type::list:
      return "a list";
    case Type::texts:
      return "a list of strings of one line each";
    case Type::time:
      return "a string with a time like 2026-12-31T18:00:00Z";
    case Type::uuid:
      return "a string with an id";
    case Type::words:
      return fmt::format("one of the strings {}", fmt::join(field.words, ", "));
    case Type::text:
    case Type::secret:
      return "a string";
  }
  return "another type";
}

std::string names_of(const Schema& schema) {
  std::vector<std::string_view> names;
  for (const Field& field : schema.fields) names.push_back(field.name);
  return names.empty() ? "no fields" : fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

const Schema& schema(std::string_view name) {
  const auto found = std::find_if(schemas().begin(), schemas().end(),
                                  [&](const Schema& one) { return one.name == name; });
  if (found == schemas().end()) throw std::logic_error(fmt::format("no schema '{}'", name));
  return *found;
}

Result<void> check(const json::object& object, const Schema& schema) {
  for (const auto& [key, value] : object) {
    const std::string_view name(key.data(), key.size());
    const auto field = std::find_if(schema.fields.begin(), schema.fields.end(),
                                    [&](const Field& one) { return one.name == name; });
    if (field == schema.fields.end()) {
      return fail(Code::unknown_field,
                  fmt::format("there is no field '{}' here; there are: {}",
                              printable(name, name_shown_max), names_of(schema)));
    }
    const bool good =
        fits(value, field->type) &&
        (field->type != Type::words ||
         std::count(field->words.begin(), field->words.end(),
                    std::string_view(value.get_string().data(), value.get_string().size())) == 1);
    if (!good) {
      return fail(Code::invalid_request,
                  fmt::format("the field '{}' is {}; wanted is {}", name,
                              field->type == Type::words && value.is_string() ? "another word"
                                                                              : kind_name(value),
                              wanted(*field)));
    }
  }
  for (const Field& field : schema.fields) {
    if (field.presence == Presence::required && !object.contains(field.name)) {
      return fail(Code::missing_field, fmt::format("the field '{}' is missing", field.name));
    }
  }
  return {};
}

}  // namespace rft::api
