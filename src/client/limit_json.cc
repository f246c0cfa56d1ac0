#include "client/limit_json.h"

#include <boost/json.hpp>

namespace rft::client {
namespace {

namespace json = boost::json;

std::string text(const json::object& from, std::string_view name) {
  const json::value* value = from.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<std::uint64_t> number(const json::object& from, std::string_view name) {
  const json::value* value = from.if_contains(name);
  if (!value || !value->is_number()) return std::nullopt;
  json::error_code ec;
  const auto exact = value->to_number<std::uint64_t>(ec);
  return ec ? std::nullopt : std::optional(exact);
}

LimitBounds bounds(const json::object& from) {
  return {number(from, "transfers"), number(from, "streams"), number(from, "sessions"),
          number(from, "rate")};
}

LimitBounds bounds(const json::object& from, std::string_view name) {
  const json::value* value = from.if_contains(name);
  return value && value->is_object() ? bounds(value->get_object()) : LimitBounds{};
}

void put(json::object& into, std::string_view name, const std::optional<std::uint64_t>& number) {
  if (number) into[name] = *number;
}

void put(json::object& into, const LimitBounds& bounds) {
  put(into, "transfers", bounds.transfers);
  put(into, "streams", bounds.streams);
  put(into, "sessions", bounds.sessions);
  put(into, "rate", bounds.rate);
}

}  // namespace

std::string limit_json(const LimitSpec& spec) {
  json::object body;
  put(body, spec.bounds);
  put(body, "share", spec.share);
  if (!spec.zone.empty()) body["zone"] = spec.zone;
  if (spec.windows.empty()) return json::serialize(body);
  json::array& windows = body["windows"].emplace_array();
  for (const LimitHours& hours : spec.windows) {
    json::object window{{"days", hours.days}, {"from", hours.from}, {"to", hours.to}};
    put(window, hours.bounds);
    windows.push_back(std::move(window));
  }
  return json::serialize(body);
}

void fill(StoredLimit& out, const json::object& in) {
  out.scope = text(in, "scope");
  out.spec.bounds = bounds(in);
  out.spec.zone = text(in, "zone");
  out.spec.share = number(in, "share");
  out.set_at = text(in, "set_at");
  out.set_by = text(in, "set_by");
  out.now = bounds(in, "now");
  out.until = text(in, "until");
  out.used = bounds(in, "used");
  const json::value* windows = in.if_contains("windows");
  if (!windows || !windows->is_array()) return;
  for (const json::value& one : windows->get_array()) {
    if (!one.is_object()) continue;
    const json::object& window = one.get_object();
    out.spec.windows.push_back(
        {text(window, "days"), text(window, "from"), text(window, "to"), bounds(window)});
  }
}

}  // namespace rft::client
