#include "api/json.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"

namespace rft::api {
namespace {

namespace json = boost::json;
using json::error_code;
using View = json::string_view;

constexpr std::size_t name_shown_max = 64;

// Builds the value as it is parsed. Boost's own parser lets the last of two equal keys win, and
// what one reader takes first another takes last: here the second one is refused.
class Builder {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  Builder() { stack_.reset(); }
  json::value release() { return stack_.release(); }
  const std::optional<std::string>& doubled() const { return doubled_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    keys_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t n, error_code&) {
    keys_.pop_back();
    stack_.push_object(n);
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t n, error_code&) {
    stack_.push_array(n);
    return true;
  }
  bool on_key_part(View part, std::size_t, error_code&) {
    key_.append(part.data(), part.size());
    stack_.push_chars(part);
    return true;
  }
  bool on_key(View part, std::size_t, error_code& ec) {
    key_.append(part.data(), part.size());
    if (!keys_.back().insert(key_).second) {
      doubled_ = key_;
      ec = json::error::syntax;
      return false;
    }
    key_.clear();
    stack_.push_key(part);
    return true;
  }
  bool on_string_part(View part, std::size_t, error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(View part, std::size_t, error_code&) {
    stack_.push_string(part);
    return true;
  }
  bool on_number_part(View, error_code&) { return true; }
  bool on_int64(std::int64_t number, View, error_code&) {
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, View, error_code&) {
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double number, View, error_code&) {
    stack_.push_double(number);
    return true;
  }
  bool on_bool(bool value, error_code&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(View, error_code&) { return true; }
  bool on_comment(View, error_code&) { return true; }

 private:
  json::value_stack stack_;
  std::vector<std::set<std::string>> keys_;  // of the objects that are open, outermost first
  std::string key_;
  std::optional<std::string> doubled_;
};

}  // namespace

Result<json::object> parse_object(std::string_view text) {
  json::parse_options options;
  options.max_depth = json_depth_max;
  json::basic_parser<Builder> parser(options);
  error_code ec;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
  if (parser.handler().doubled()) {
    return fail(Code::invalid_request,
                fmt::format("the field '{}' is given twice",
                            printable(*parser.handler().doubled(), name_shown_max)));
  }
  if (ec) {
    return fail(Code::invalid_request,
                fmt::format("this is not JSON: {} at byte {}", ec.message(), read));
  }
  if (read < text.size()) {
    return fail(Code::invalid_request,
                fmt::format("something follows the JSON object at byte {}", read));
  }
  json::value value = parser.handler().release();
  if (!value.is_object()) {
    return fail(Code::invalid_request,
                fmt::format("a JSON object is wanted, this is {}", kind_name(value)));
  }
  return std::move(value.get_object());
}

std::string_view kind_name(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "a boolean";
    case json::kind::int64:
      return "a whole number";
    case json::kind::uint64:
      return "a whole number above 2^63";
    case json::kind::double_:
      return "a number with a fraction or exponent";
    case json::kind::string:
      return "a string";
    case json::kind::array:
      return "a list";
    case json::kind::object:
      return "an object";
  }
  return "unknown";
}

}  // namespace rft::api
