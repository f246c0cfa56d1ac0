// Values to JSON and back, by their described members. A member that is missing has its default,
// one that is unknown is passed over: what the versions N and N-1 of the wire need.
#pragma once
#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11.hpp>
#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/fault.h"
#include "base/ranges.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"
#include "base/url.h"
#include "base/uuid.h"

namespace rft::codec {

namespace json = boost::json;

// An enumeration takes part by its word() and by this, its way back.
template <class Enum>
struct FromWord;

template <class T>
concept Described = boost::describe::has_describe_members<T>::value;

template <Described T>
json::value to_json(const T& object);
template <Described T>
bool from_json(const json::value& value, T& object);

inline json::value to_json(bool value) {
  return value;
}
template <std::integral T>
requires(!std::same_as<T, bool>) json::value to_json(T value) {
  return value;
}
inline json::value to_json(const std::string& value) {
  return json::string(value);
}
inline json::value to_json(const Secret& value) {
  return json::string(base64(value.reveal()));
}
inline json::value to_json(const Uuid& value) {
  return json::string(value.text());
}
inline json::value to_json(const RangeSet& value) {
  return json::string(value.text());
}
inline json::value to_json(const Url& value) {
  return json::string(value.text());
}
inline json::value to_json(const Endpoint& value) {
  return json::string(value.text());
}
inline json::value to_json(WallTime value) {
  return milliseconds(value);
}
inline json::value to_json(Duration value) {
  return value.count();
}
template <class Enum>
requires std::is_enum_v<Enum> json::value to_json(Enum value) {
  return json::string(word(value));
}
template <class T>
json::value to_json(const std::optional<T>& value) {
  return value ? to_json(*value) : json::value(nullptr);
}
template <class T>
json::value to_json(const std::vector<T>& values) {
  json::array array;
  for (const T& value : values) array.push_back(to_json(value));
  return array;
}

inline bool from_json(const json::value& value, bool& out) {
  if (!value.is_bool()) return false;
  out = value.get_bool();
  return true;
}
template <std::integral T>
requires(!std::same_as<T, bool>) bool from_json(const json::value& value, T& out) {
  boost::json::error_code ec;
  out = value.to_number<T>(ec);
  return !ec;
}
template <class T, class Parse>
bool from_text(const json::value& value, T& out, Parse parse) {
  if (!value.is_string()) return false;
  auto parsed = parse(std::string_view(value.get_string().data(), value.get_string().size()));
  if (!parsed) return false;
  out = std::move(*parsed);
  return true;
}
inline bool from_json(const json::value& value, std::string& out) {
  return from_text(value, out, [](std::string_view t) { return std::optional(std::string(t)); });
}
inline bool from_json(const json::value& value, Secret& out) {
  std::string bytes;
  if (!from_text(value, bytes, [](std::string_view t) { return base64_decode(t); })) return false;
  out = Secret(std::move(bytes));
  return true;
}
inline bool from_json(const json::value& value, Uuid& out) {
  return from_text(value, out, [](std::string_view t) { return Uuid::parse(t); });
}
inline bool from_json(const json::value& value, RangeSet& out) {
  return from_text(value, out, [](std::string_view t) { return RangeSet::parse(t); });
}
inline bool from_json(const json::value& value, Url& out) {
  return from_text(value, out, [](std::string_view t) { return url_of_text(t); });
}
inline bool from_json(const json::value& value, Endpoint& out) {
  return from_text(value, out, [](std::string_view t) { return Endpoint::parse(t); });
}
inline bool from_json(const json::value& value, WallTime& out) {
  long long count = 0;
  if (!from_json(value, count)) return false;
  out = wall_time(count);
  return true;
}
inline bool from_json(const json::value& value, Duration& out) {
  long long count = 0;
  if (!from_json(value, count)) return false;
  out = Duration(count);
  return true;
}
template <class Enum>
requires std::is_enum_v<Enum>
bool from_json(const json::value& value, Enum& out) {
  return from_text(value, out, [](std::string_view t) { return FromWord<Enum>::parse(t); });
}
template <class T>
bool from_json(const json::value& value, std::optional<T>& out) {
  if (value.is_null()) {
    out.reset();
    return true;
  }
  T inner{};
  if (!from_json(value, inner)) return false;
  out = std::move(inner);
  return true;
}
template <class T>
bool from_json(const json::value& value, std::vector<T>& out) {
  if (!value.is_array()) return false;
  out.clear();
  for (const json::value& element : value.get_array()) {
    T inner{};
    if (!from_json(element, inner)) return false;
    out.push_back(std::move(inner));
  }
  return true;
}

// What must be there: an empty one names nothing.
template <class T>
inline constexpr bool has_no_default = std::is_same_v<T, Url> || std::is_same_v<T, Endpoint>;

template <class T>
using MembersOf = boost::describe::describe_members<T, boost::describe::mod_public>;

template <Described T>
json::value to_json(const T& object) {
  json::object members;
  boost::mp11::mp_for_each<MembersOf<T>>(
      [&](auto member) { members[member.name] = to_json(object.*member.pointer); });
  return members;
}

template <Described T>
bool from_json(const json::value& value, T& object) {
  if (!value.is_object()) return false;
  bool good = true;
  boost::mp11::mp_for_each<MembersOf<T>>([&](auto member) {
    using Member = std::decay_t<decltype(object.*member.pointer)>;
    const json::value* found = value.get_object().if_contains(member.name);
    if (found ? !from_json(*found, object.*member.pointer) : has_no_default<Member>) good = false;
  });
  return good;
}

}  // namespace rft::codec
