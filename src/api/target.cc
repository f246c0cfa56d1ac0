#include "api/target.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace rft::api {
namespace {

constexpr std::size_t shown_max = 64;

tl::unexpected<Error> bad_escape(std::string_view part) {
  return fail(Code::invalid_request, fmt::format("'{}' has a % without two hexadecimal digits",
                                                 printable(part, shown_max)));
}

// Takes what stands before the first `mark` off the text, and the mark.
std::string_view cut(std::string_view& text, char mark) {
  const std::size_t at = text.find(mark);
  const std::string_view head = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return head;
}

// A client that speaks through a proxy sends the whole URL: its path is what counts here.
std::string_view without_authority(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme)) continue;
    const std::size_t slash = text.find('/', scheme.size());
    return slash == std::string_view::npos ? "/" : text.substr(slash);
  }
  return text;
}

Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> query;
  while (!text.empty()) {
    std::string_view pair = cut(text, '&');
    const std::string_view name_text = cut(pair, '=');
    auto name = percent_decode(name_text);
    auto value = percent_decode(pair);
    if (!name || !value) return bad_escape(name ? pair : name_text);
    const bool twice = std::any_of(query.begin(), query.end(),
                                   [&](const auto& one) { return one.first == *name; });
    if (twice) {
      return fail(Code::invalid_request,
                  fmt::format("the query names '{}' twice", printable(*name, shown_max)));
    }
    query.emplace_back(std::move(*name), std::move(*value));
  }
  return query;
}

}  // namespace

std::optional<std::string_view> Target::value(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Result<Target> parse_target(std::string_view text) {
  text = without_authority(text);
  if (!text.starts_with('/')) return fail(Code::invalid_request, "the target is not a path");
  std::string_view path = cut(text, '?');
  Target target;
  while (!path.empty()) {
    path.remove_prefix(1);  // its '/'
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    auto decoded = percent_decode(segment);
    if (!decoded) return bad_escape(segment);
    target.path.push_back(std::move(*decoded));
  }
  auto query = parse_query(text);
  if (!query) return tl::unexpected(std::move(query.error()));
  target.query = std::move(*query);
  return target;
}

}  // namespace rft::api
