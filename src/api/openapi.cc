#include "api/openapi.h"

#include <boost/json.hpp>
#include <map>
#include <vector>

#include "api/routes.h"
#include "api/schema.h"
#include "base/error.h"
#include "core/call.h"

namespace rft::api {
namespace {

namespace json = boost::json;

// Any route may answer these: what the table lists comes beside them.
const std::vector<Code> everywhere{Code::invalid_request, Code::unknown_field, Code::busy,
                                   Code::unavailable, Code::internal};

json::object reference(std::string_view schema) {
  return {{"$ref", "#/components/schemas/" + std::string(schema)}};
}

json::array listed(const std::vector<std::string_view>& words) {
  json::array array;
  for (const std::string_view word : words) array.push_back(json::value(word));
  return array;
}

json::object text_type(std::string_view format) {
  json::object type{{"type", "string"}};
  if (!format.empty()) type["format"] = format;
  return type;
}

json::object type_of(const Field& field) {
  switch (field.type) {
    case Type::text:
      return text_type("");
    case Type::secret: {
      json::object type = text_type("password");
      type["writeOnly"] = true;
      return type;
    }
    case Type::time:
      return text_type("date-time");
    case Type::uuid:
      return text_type("uuid");
    case Type::integer:
      return {{"type", "integer"}, {"format", "int64"}};
    case Type::number:
      return {{"type", "number"}};
    case Type::boolean:
      return {{"type", "boolean"}};
    case Type::words:
      return {{"type", "string"}, {"enum", listed(field.words)}};
    case Type::object:
      return reference(field.of);
    case Type::texts:
      return {{"type", "array"}, {"items", text_type("")}};
    case Type::list:
      return {{"type", "array"}, {"items", reference(field.of)}};
  }
  return {};
}

json::object or_null(const json::object& type) {
  if (type.contains("$ref")) {
    return {{"anyOf", json::array{type, json::object{{"type", "null"}}}}};
  }
  json::object both = type;
  both["type"] = json::array{type.at("type"), "null"};
  return both;
}

// What is asked is closed (an unknown field is refused); what is answered may grow.
bool is_asked(const Schema& schema) {
  return schema.name == "Options" || schema.name.ends_with("Request");
}

json::object schema_object(const Schema& schema) {
  json::object properties;
  json::array required;
  for (const Field& field : schema.fields) {
    json::object type = type_of(field);
    if (field.presence == Presence::nullable) type = or_null(type);
    if (!field.says.empty()) type["description"] = field.says;
    properties[field.name] = std::move(type);
    if (field.presence != Presence::optional) required.push_back(json::value(field.name));
  }
  json::object object{{"type", "object"}};
  if (!schema.says.empty()) object["description"] = schema.says;
  object["properties"] = std::move(properties);
  if (!required.empty()) object["required"] = std::move(required);
  if (is_asked(schema)) object["additionalProperties"] = false;
  return object;
}

json::object parameter(std::string_view name, std::string_view in, std::string_view says,
                       bool required, json::object type) {
  return {{"name", name},
          {"in", in},
          {"required", required},
          {"description", says},
          {"schema", std::move(type)}};
}

void add_path_parameters(json::array& parameters, std::string_view pattern) {
  while (true) {
    const std::size_t open = pattern.find('{');
    if (open == std::string_view::npos) return;
    const std::size_t close = pattern.find('}', open);
    const std::string_view name = pattern.substr(open + 1, close - open - 1);
    parameters.push_back(
        name == "handle"
            ? parameter(name, "path", "the transfer's handle", true,
                        {{"type", "string"}, {"pattern", "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$"}})
        : name == "scope"
            ? parameter(name, "path", "all, owner:uid:1000, an endpoint, or endpoint->endpoint",
                        true, text_type(""))
            : parameter(name, "path", "as a list gives it", true, text_type("uuid")));
    pattern.remove_prefix(close);
  }
}

json::array parameters_of(const Route& route) {
  json::array parameters;
  add_path_parameters(parameters, route.pattern);
  for (const QueryField& field : route.query) {
    const bool number =
        field.name == "limit" || (field.name == "after" && route.media == Media::event_stream);
    parameters.push_back(parameter(field.name, "query", field.says, false,
                                   {{"type", number ? "integer" : "string"}}));
  }
  if (route.media == Media::event_stream) {
    parameters.push_back(parameter("Last-Event-ID", "header", "the last event that was seen", false,
                                   {{"type", "integer"}}));
  }
  if (route.changes()) {
    parameters.push_back(parameter("Idempotency-Key", "header",
                                   "under the same key the first answer comes again, for 24 h",
                                   false,
                                   {{"type", "string"},
                                    {"minLength", 1},
                                    {"maxLength", key_length_max},
                                    {"pattern", "^[ -~]+$"}}));
  }
  return parameters;
}

json::object content(std::string_view media, std::string_view schema) {
  json::object body;
  body["schema"] = schema.empty() ? json::object{} : reference(schema);
  json::object media_types;
  media_types[media] = std::move(body);
  return media_types;
}

json::object yes_of(const Route& route, int status) {
  json::object response{{"description", status == 201 ? "made" : status == 204 ? "done" : "yes"}};
  if (route.media == Media::text) {
    response["content"] =
        json::object{{word(Media::text), json::object{{"schema", text_type("")}}}};
  } else if (route.media != Media::none) {
    response["content"] = content(word(route.media), route.answer);
  }
  return response;
}

json::object responses_of(const Route& route) {
  json::object responses;
  for (const int status : route.yes) responses[std::to_string(status)] = yes_of(route, status);
  std::vector<Code> codes = everywhere;
  codes.insert(codes.end(), route.refusals.begin(), route.refusals.end());
  if (route.right > Right::none) codes.push_back(Code::not_authenticated);
  if (route.changes()) codes.push_back(Code::not_allowed);
  std::map<int, std::map<std::string_view, std::string_view>> by_status;
  for (const Code code : codes)
    by_status[entry(code).http][entry(code).word] = entry(code).sentence;
  for (const auto& [status, refusals] : by_status) {
    std::string says;
    for (const auto& [code, sentence] : refusals) {
      says += (says.empty() ? "" : "; ") + std::string(code) + ": " + std::string(sentence);
    }
    responses[std::to_string(status)] = json::object{
        {"description", says}, {"content", content("application/problem+json", "Problem")}};
  }
  return responses;
}

json::object operation(const Route& route) {
  json::object object{{"operationId", route.name}, {"summary", route.says}};
  if (json::array parameters = parameters_of(route); !parameters.empty()) {
    object["parameters"] = std::move(parameters);
  }
  if (!route.request.empty()) {
    const Media media = route.streams_body ? route.media : Media::json;
    object["requestBody"] =
        json::object{{"required", true}, {"content", content(word(media), route.request)}};
  }
  object["responses"] = responses_of(route);
  return object;
}

std::string lower(std::string_view method) {
  std::string text(method);
  for (char& c : text) c = static_cast<char>(c + ('a' - 'A'));
  return text;
}

json::object codes_object() {
  json::object codes;
  for (const Code code : {
#define RFT_CODE(word, http, exit, sentence) Code::word,
#include "base/codes.def"
#undef RFT_CODE
       }) {
    codes[entry(code).word] = json::object{{"status", entry(code).http},
                                           {"exit", entry(code).exit},
                                           {"sentence", entry(code).sentence}};
  }
  return codes;
}

}  // namespace

std::string openapi_document() {
  json::object paths;
  for (const Route& route : routes()) {
    json::value& path = paths[route.pattern];
    if (!path.is_object()) path.emplace_object();
    path.get_object()[lower(route.method)] = operation(route);
  }
  json::object components;
  for (const Schema& schema : schemas()) {
    if (!schema.fields.empty()) components[schema.name] = schema_object(schema);
  }
  json::object document{
      {"openapi", "3.1.0"},
      {"info", json::object{{"title", "RFT: Reliable File Transfer"},
                            {"version", RFT_VERSION},
                            {"description",
                             "HTTP/1.1 over the service's Unix socket. The caller is the "
                             "user at its other end, as the kernel tells."}}},
      {"servers", json::array{json::object{{"url", "/"}}}},
      {"security", json::array{}}};
  document["paths"] = std::move(paths);
  document["components"] = json::object{{"schemas", std::move(components)}};
  document["x-codes"] = codes_object();
  return json::serialize(document);
}

}  // namespace rft::api
