#include "api/requests.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <boost/json.hpp>

#include "api/json.h"
#include "api/schema.h"
#include "core/option.h"

namespace rft::api {
namespace {

namespace json = boost::json;

std::string_view text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (!value) return {};
  return {value->get_string().data(), value->get_string().size()};
}

Result<json::object> read(std::string_view body, std::string_view schema_name) {
  auto object = parse_object(body);
  if (!object) return object;
  auto checked = check(*object, schema(schema_name));
  if (!checked) return tl::unexpected(std::move(checked.error()));
  return object;
}

Submit::What what_from(const json::object& object) {
  const std::string_view kind = text(object, "kind");
  if (kind == "list") return Submit::What::list;
  return kind == "tree" ? Submit::What::tree : Submit::What::file;
}

// Of one file, or of the folder of many.
Result<Url> url_from(const json::object& object, std::string_view name, Submit::What what) {
  const std::string_view given = text(object, name);
  auto url = what == Submit::What::file ? parse_url(given) : parse_folder_url(given);
  if (!url) url.error().detail = fmt::format("{}: {}", name, url.error().detail);
  return url;
}

// As the registry says, but the words of an option are left to core, which refuses with its own.
Schema option_types() {
  Schema types = schema("Options");
  for (Field& field : types.fields) {
    if (field.type == Type::words) field.type = Type::text;
  }
  return types;
}

// As core takes the value of an option: patterns one a line.
std::string option_text(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_int64()) return std::to_string(value.get_int64());
  if (value.is_bool()) return value.get_bool() ? "true" : "false";
  std::string lines;
  if (!value.is_array()) return lines;
  for (const json::value& one : value.get_array()) {
    lines += std::string_view(one.get_string().data(), one.get_string().size());
    lines += '\n';
  }
  return lines;
}

Result<Options> options_from(const json::object& given) {
  static const Schema types = option_types();
  Options options;
  for (const auto& [key, value] : given) {
    auto typed = check(json::object{{key, value}}, types);
    if (!typed && typed.error().code != Code::unknown_field) {
      return tl::unexpected(std::move(typed.error()));
    }
    // Of an unknown option core needs no value to refuse it.
    auto set =
        set_option(options, {key.data(), key.size()}, typed ? option_text(value) : std::string());
    if (!set) return tl::unexpected(std::move(set.error()));
  }
  return options;
}

// A proxy's key or a password in a parsed value: over-written before its memory goes back.
struct Wiped {
  json::object object;
  explicit Wiped(json::object from) : object(std::move(from)) {}
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() {
    for (auto& [key, value] : object) {
      if (value.is_string()) OPENSSL_cleanse(value.get_string().data(), value.get_string().size());
    }
  }
};

Result<void> only(const json::object& object, std::initializer_list<std::string_view> needed,
                  std::initializer_list<std::string_view> allowed) {
  for (const std::string_view name : needed) {
    if (text(object, name).empty()) {
      return fail(Code::missing_field, fmt::format("a credential of kind {} needs the field '{}'",
                                                   text(object, "kind"), name));
    }
  }
  for (const auto& [key, value] : object) {
    const std::string_view name(key.data(), key.size());
    const bool known = name == "kind" || std::count(needed.begin(), needed.end(), name) ||
                       std::count(allowed.begin(), allowed.end(), name);
    if (!known) {
      return fail(Code::invalid_request, fmt::format("a credential of kind {} has no field '{}'",
                                                     text(object, "kind"), name));
    }
  }
  return {};
}

Result<NewCredential> proxy_from(const json::object& object) {
  if (auto fits = only(object, {"pem"}, {"path"}); !fits) {
    return tl::unexpected(std::move(fits.error()));
  }
  return NewProxy{Secret(std::string(text(object, "pem"))), std::string(text(object, "path"))};
}

Result<NewCredential> password_from(const json::object& object) {
  if (auto fits = only(object, {"endpoint", "user", "password"}, {}); !fits) {
    return tl::unexpected(std::move(fits.error()));
  }
  auto endpoint = Endpoint::parse(text(object, "endpoint"));
  if (!endpoint) {
    endpoint.error().detail = "endpoint: " + endpoint.error().detail;
    return tl::unexpected(std::move(endpoint.error()));
  }
  return NewPassword{*endpoint, std::string(text(object, "user")),
                     Secret(std::string(text(object, "password")))};
}

}  // namespace

Result<Submit> submit_from(std::string_view body) {
  auto object = read(body, "SubmitRequest");
  if (!object) return tl::unexpected(std::move(object.error()));
  Submit submit;
  if (object->contains("handle")) {
    auto handle = checked_handle(text(*object, "handle"));
    if (!handle) return tl::unexpected(std::move(handle.error()));
    submit.handle = std::move(*handle);
  }
  submit.what = what_from(*object);
  auto source = url_from(*object, "source", submit.what);
  if (!source) return tl::unexpected(std::move(source.error()));
  auto destination = url_from(*object, "destination", submit.what);
  if (!destination) return tl::unexpected(std::move(destination.error()));
  submit.source = std::move(*source);
  submit.destination = std::move(*destination);
  if (const json::value* priority = object->if_contains("priority")) {
    auto number = checked_priority(priority->get_int64());
    if (!number) return tl::unexpected(std::move(number.error()));
    submit.priority = *number;
  }
  if (const json::value* commit = object->if_contains("commit")) submit.commit = commit->get_bool();
  if (const json::value* options = object->if_contains("options")) {
    auto set = options_from(options->get_object());
    if (!set) return tl::unexpected(std::move(set.error()));
    submit.options = std::move(*set);
  }
  return checked_submit(std::move(submit));
}

Result<FileLine> file_line_from(std::string_view body) {
  auto object = read(body, "FileRequest");
  if (!object) return tl::unexpected(std::move(object.error()));
  FileLine line;
  line.source = text(*object, "source");
  line.destination = text(*object, "destination");
  line.checksum = text(*object, "checksum");
  line.is_folder = text(*object, "kind") == "folder";
  if (const json::value* size = object->if_contains("size")) {
    if (size->get_int64() < 0) {
      return fail(Code::invalid_request, "the field 'size' is negative; it is bytes");
    }
    line.size = static_cast<std::uint64_t>(size->get_int64());
  }
  return line;
}

Result<ChangePriority> priority_from(std::string handle, std::string_view body) {
  auto object = read(body, "PriorityRequest");
  if (!object) return tl::unexpected(std::move(object.error()));
  const json::value* number = object->if_contains("priority");
  const json::value* operation = object->if_contains("operation");
  if (number && operation) {
    return fail(Code::invalid_request, "priority and operation are both given; leave one of them");
  }
  if (number) {
    auto to = checked_priority(number->get_int64());
    if (!to) return tl::unexpected(std::move(to.error()));
    return ChangePriority{std::move(handle), *to};
  }
  if (operation) return checked_priority_change(std::move(handle), text(*object, "operation"));
  return fail(Code::missing_field, "the field 'priority' or 'operation' is missing");
}

Result<NewCredential> credential_from(std::string& body) {
  auto object = read(body, "CredentialRequest");
  OPENSSL_cleanse(body.data(), body.size());
  body.clear();
  if (!object) return tl::unexpected(std::move(object.error()));
  const Wiped given(std::move(*object));
  const auto kind = credential_kind_of(text(given.object, "kind"));
  return kind == CredentialKind::password ? password_from(given.object) : proxy_from(given.object);
}

Result<void> nothing_from(std::string_view body) {
  if (body.empty()) return {};
  auto object = read(body, "Nothing");
  if (!object) return tl::unexpected(std::move(object.error()));
  return {};
}

Result<std::string> checked_key(std::optional<std::string_view> given) {
  if (!given) return std::string();
  const std::string_view header = *given;
  const bool good =
      !header.empty() && header.size() <= key_length_max &&
      std::all_of(header.begin(), header.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
  if (good) return std::string(header);
  return fail(Code::invalid_request,
              fmt::format("the header Idempotency-Key must be 1 to {} printable ASCII characters",
                          key_length_max));
}

}  // namespace rft::api
