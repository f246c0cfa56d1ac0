// Requests as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "base/text.h"
#include "client/json.h"

namespace rft::client {
namespace {

namespace json = boost::json;

json::value cut(std::string_view text, std::string_view separators) {
  json::array lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find_first_of(separators));
    if (!line.empty()) lines.push_back(json::value(json::string(line)));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return lines;
}

// The options that the API takes as numbers, truths and lists; what is none goes as it is, for the
// service to refuse by name.
json::value option_value(std::string_view name, std::string_view value) {
  if (name == "include" || name == "exclude") return cut(value, "\n");
  if (name == "preserve") return cut(value, ",\n");
  const bool flag = name == "skip_errors" || name == "all_or_none" || name == "delete_extra";
  if (flag && (value == "true" || value == "false")) return value == "true";
  const bool numeric = name == "max_tries" || name == "streams_max";
  const auto number = numeric ? parse_number(value) : std::nullopt;
  return number ? json::value(*number) : json::value(json::string(value));
}

}  // namespace

std::string transfer_json(const TransferSpec& spec, bool commit) {
  json::object body;
  if (!spec.handle.empty()) body["handle"] = spec.handle;
  body["source"] = spec.source;
  body["destination"] = spec.destination;
  if (spec.kind != TransferSpec::Kind::file) {
    body["kind"] = spec.kind == TransferSpec::Kind::list ? "list" : "tree";
  }
  if (spec.priority) body["priority"] = *spec.priority;
  if (commit) body["commit"] = true;
  if (!spec.options.empty()) {
    json::object& options = body["options"].emplace_object();
    for (const auto& [name, value] : spec.options) options[name] = option_value(name, value);
  }
  return json::serialize(body);
}

std::string line_json(const NewFileLine& line) {
  json::object object{{"source", line.source}};
  if (!line.destination.empty()) object["destination"] = line.destination;
  if (line.size) object["size"] = *line.size;
  if (!line.checksum.empty()) object["checksum"] = line.checksum;
  if (!line.kind.empty()) object["kind"] = line.kind;
  return json::serialize(object);
}

std::string priority_json(std::string_view to) {
  long long number = 0;  // of any sign: the service tells what it takes
  const auto [end, error] = std::from_chars(to.data(), to.data() + to.size(), number);
  if (error == std::errc() && end == to.data() + to.size()) {
    return json::serialize(json::object{{"priority", number}});
  }
  return json::serialize(json::object{{"operation", json::string(to)}});
}

Secret proxy_json(std::string_view pem, std::string_view path) {
  return Secret(json::serialize(json::object{
      {"kind", "x509_proxy"}, {"pem", json::string(pem)}, {"path", json::string(path)}}));
}

Secret password_json(std::string_view endpoint, std::string_view user, std::string_view password) {
  return Secret(json::serialize(json::object{{"kind", "password"},
                                             {"endpoint", json::string(endpoint)},
                                             {"user", json::string(user)},
                                             {"password", json::string(password)}}));
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~:@").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace rft::client
