// How each kind of value stands in a column. What SQLite has no type for is text or JSON.
#pragma once
#include <sqlite3.h>

#include <concepts>
#include <string>
#include <string_view>

#include "store/described.h"

namespace rft::column {

// Octets that are no text: a digest, a sealed secret.
struct Bytes {
  std::string_view view;
};

inline int bind_value(sqlite3_stmt* s, int at, std::string_view text) {
  return sqlite3_bind_text64(s, at, text.empty() ? "" : text.data(), text.size(), SQLITE_TRANSIENT,
                             SQLITE_UTF8);
}
inline int bind_value(sqlite3_stmt* s, int at, const std::string& text) {
  return bind_value(s, at, std::string_view(text));
}
inline int bind_value(sqlite3_stmt* s, int at, Bytes bytes) {
  return sqlite3_bind_blob64(s, at, bytes.view.empty() ? "" : bytes.view.data(), bytes.view.size(),
                             SQLITE_TRANSIENT);
}
template <std::integral T>
int bind_value(sqlite3_stmt* s, int at, T value) {
  return sqlite3_bind_int64(s, at, static_cast<sqlite3_int64>(value));
}
inline int bind_value(sqlite3_stmt* s, int at, WallTime time) {
  return bind_value(s, at, milliseconds(time));
}
inline int bind_value(sqlite3_stmt* s, int at, Duration time) {
  return bind_value(s, at, time.count());
}
inline int bind_value(sqlite3_stmt* s, int at, const Uuid& id) {
  return bind_value(s, at, Bytes{id.raw()});
}
inline int bind_value(sqlite3_stmt* s, int at, const RangeSet& ranges) {
  return bind_value(s, at, Bytes{ranges.bytes_form()});
}
inline int bind_value(sqlite3_stmt* s, int at, const Bundle& bundle) {
  return bind_value(s, at, Bytes{bundle.bytes_form()});
}
inline int bind_value(sqlite3_stmt* s, int at, const Url& url) {
  return bind_value(s, at, url.text());
}
inline int bind_value(sqlite3_stmt* s, int at, const Endpoint& endpoint) {
  return bind_value(s, at, endpoint.text());
}
inline int bind_value(sqlite3_stmt* s, int at, const LimitScope& scope) {
  return bind_value(s, at, scope.text());
}
template <class Enum>
requires std::is_enum_v<Enum>
int bind_value(sqlite3_stmt* s, int at, Enum value) {
  return bind_value(s, at, word(value));
}
template <class T>
int bind_value(sqlite3_stmt* s, int at, const std::vector<T>& values) {
  return bind_value(s, at, boost::json::serialize(codec::to_json(values)));
}
template <codec::Described T>
int bind_value(sqlite3_stmt* s, int at, const T& object) {
  return bind_value(s, at, boost::json::serialize(codec::to_json(object)));
}
template <class T>
int bind_value(sqlite3_stmt* s, int at, const std::optional<T>& value) {
  return value ? bind_value(s, at, *value) : sqlite3_bind_null(s, at);
}

// ---- and back: false where the column holds something else
// ----------------------------------------

inline std::string_view octets(sqlite3_stmt* s, int at) {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(s, at));
  return data ? std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(s, at)))
              : std::string_view();
}
inline bool read(sqlite3_stmt* s, int at, std::string& out) {
  out = octets(s, at);
  return sqlite3_column_type(s, at) != SQLITE_NULL;
}
template <std::integral T>
bool read(sqlite3_stmt* s, int at, T& out) {
  const sqlite3_int64 number = sqlite3_column_int64(s, at);
  out = static_cast<T>(number);
  return sqlite3_column_type(s, at) == SQLITE_INTEGER && static_cast<sqlite3_int64>(out) == number;
}
inline bool read(sqlite3_stmt* s, int at, WallTime& out) {
  sqlite3_int64 count = 0;
  const bool good = read(s, at, count);
  out = wall_time(count);
  return good;
}
inline bool read(sqlite3_stmt* s, int at, Duration& out) {
  sqlite3_int64 count = 0;
  const bool good = read(s, at, count);
  out = Duration(count);
  return good;
}
template <class T, class Parsed>
bool taken(T& out, Parsed parsed) {
  if (!parsed) return false;
  out = std::move(*parsed);
  return true;
}
inline bool read(sqlite3_stmt* s, int at, Uuid& out) {
  return taken(out, Uuid::from_raw(octets(s, at)));
}
inline bool read(sqlite3_stmt* s, int at, RangeSet& out) {
  return taken(out, RangeSet::from_bytes_form(octets(s, at)));
}
inline bool read(sqlite3_stmt* s, int at, Bundle& out) {
  return taken(out, Bundle::from_bytes_form(octets(s, at)));
}
inline bool read(sqlite3_stmt* s, int at, Url& out) {
  return taken(out, url_of_text(octets(s, at)));
}
inline bool read(sqlite3_stmt* s, int at, Endpoint& out) {
  return taken(out, Endpoint::parse(octets(s, at)));
}
inline bool read(sqlite3_stmt* s, int at, LimitScope& out) {
  return taken(out, LimitScope::parse(octets(s, at)));
}
template <class Enum>
requires std::is_enum_v<Enum>
bool read(sqlite3_stmt* s, int at, Enum& out) {
  return taken(out, codec::FromWord<Enum>::parse(octets(s, at)));
}
template <class T>
bool read_json(sqlite3_stmt* s, int at, T& out) {
  boost::json::error_code ec;
  const boost::json::value value = boost::json::parse(octets(s, at), ec);
  return !ec && codec::from_json(value, out);
}
template <class T>
bool read(sqlite3_stmt* s, int at, std::vector<T>& out) {
  return read_json(s, at, out);
}
template <codec::Described T>
bool read(sqlite3_stmt* s, int at, T& out) {
  return read_json(s, at, out);
}
template <class T>
bool read(sqlite3_stmt* s, int at, std::optional<T>& out) {
  out.reset();
  return sqlite3_column_type(s, at) == SQLITE_NULL || read(s, at, out.emplace());
}

}  // namespace rft::column
