#include "api/limit_json.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <limits>

#include "api/json.h"
#include "api/schema.h"

namespace rft::api {
namespace {

namespace json = boost::json;

// A number that the type cannot hold becomes one that no limit takes: core refuses it by name.
template <class T>
void take(const json::object& from, std::string_view name, std::optional<T>& out) {
  const json::value* value = from.if_contains(name);
  if (!value) return;
  const std::int64_t number = value->get_int64();
  const bool fits =
      number >= 0 && static_cast<std::uint64_t>(number) < std::numeric_limits<T>::max();
  out = fits ? static_cast<T>(number) : std::numeric_limits<T>::max();
}

std::string_view text(const json::object& from, std::string_view name) {
  const json::value* value = from.if_contains(name);
  if (!value) return {};
  return {value->get_string().data(), value->get_string().size()};
}

Bounds bounds_from(const json::object& from) {
  Bounds bounds;
  take(from, "transfers", bounds.transfers);
  take(from, "streams", bounds.streams);
  take(from, "sessions", bounds.sessions);
  take(from, "rate", bounds.rate);
  return bounds;
}

Result<LimitWindow> window_from(const json::value& value) {
  if (!value.is_object()) {
    return fail(Code::invalid_request,
                fmt::format("it is {}; wanted is an object", kind_name(value)));
  }
  const json::object& from = value.get_object();
  if (auto good = check(from, schema("LimitWindow")); !good) return tl::unexpected(good.error());
  const auto days = days_from(text(from, "days"));
  if (!days) return tl::unexpected(days.error());
  const auto begin = minutes_from(text(from, "from"));
  if (!begin) return tl::unexpected(begin.error());
  const auto end = minutes_from(text(from, "to"));
  if (!end) return tl::unexpected(end.error());
  return LimitWindow{*days, *begin, *end, bounds_from(from)};
}

template <class T>
json::value or_null(const std::optional<T>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

void put(json::object& into, const Bounds& bounds) {
  into["transfers"] = or_null(bounds.transfers);
  into["streams"] = or_null(bounds.streams);
  into["sessions"] = or_null(bounds.sessions);
  into["rate"] = or_null(bounds.rate);
}

json::object render(const LimitWindow& window) {
  json::object object{{"days", days_text(window.days)},
                      {"from", minutes_text(window.from)},
                      {"to", minutes_text(window.to)}};
  put(object, window.bounds);
  return object;
}

}  // namespace

Result<Limit> limit_from(const LimitScope& scope, std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return tl::unexpected(object.error());
  if (auto good = check(*object, schema("LimitRequest")); !good)
    return tl::unexpected(good.error());
  Limit limit;
  limit.scope = scope;
  limit.bounds = bounds_from(*object);
  limit.zone = limit_zone_of(text(*object, "zone")).value_or(LimitZone::utc);
  std::optional<std::uint32_t> share;
  take(*object, "share", share);
  limit.share = share.value_or(1);
  const json::value* windows = object->if_contains("windows");
  for (const json::value& one : windows ? windows->get_array() : json::array()) {
    auto window = window_from(one);
    if (!window) {
      return fail(window.error().code,
                  fmt::format("windows[{}]: {}", limit.windows.size(), window.error().detail));
    }
    limit.windows.push_back(*window);
  }
  return limit;
}

json::object render(const LimitState& state, Duration offset) {
  const Limit& limit = state.limit;
  json::object object{{"scope", limit.scope.text()}, {"kind", word(limit.scope.kind)}};
  put(object, limit.bounds);
  json::array windows;
  for (const LimitWindow& window : limit.windows) windows.push_back(render(window));
  object["windows"] = std::move(windows);
  object["zone"] = word(limit.zone);
  object["utc_offset"] = std::chrono::duration_cast<std::chrono::minutes>(offset).count();
  object["share"] = limit.share;
  object["set_at"] = to_rfc3339(limit.set_at);
  object["set_by"] = limit.set_by;
  put(object["now"].emplace_object(), state.now);
  object["until"] = state.until ? json::value(to_rfc3339(*state.until)) : json::value(nullptr);
  object["used"] = json::object{{"transfers", state.used.transfers},
                                {"streams", state.used.streams},
                                {"sessions", state.used.sessions}};
  return object;
}

}  // namespace rft::api
