#include "wire/pattern.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"

namespace rft {
namespace {

// The set that begins behind '[': whether it holds `c`, and what follows it. Nothing where it has
// no end: then '[' is a letter like any other.
struct Set {
  bool holds = false;
  std::string_view rest;
};
std::optional<Set> set_of(std::string_view pattern, char c) {
  const bool inverted = pattern.starts_with('!') || pattern.starts_with('^');
  if (inverted) pattern.remove_prefix(1);
  const std::size_t end = pattern.find(']', 1);  // as the first of a set it is one of its letters
  if (end == pattern.npos) return std::nullopt;
  bool holds = false;
  for (std::size_t at = 0; at < end; ++at) {
    const bool range = at + 2 < end && pattern[at + 1] == '-';
    const auto byte = [](char letter) { return static_cast<unsigned char>(letter); };
    if (range) {
      holds = holds || (byte(pattern[at]) <= byte(c) && byte(c) <= byte(pattern[at + 2]));
      at += 2;
    } else {
      holds = holds || pattern[at] == c;
    }
  }
  return Set{holds != inverted, pattern.substr(end + 1)};
}

// One step of both where they agree at their first byte.
bool step(std::string_view& pattern, std::string_view& text) {
  if (text.empty()) return false;
  const char c = text.front();
  if (pattern.front() == '[' && c != '/') {
    if (const auto set = set_of(pattern.substr(1), c)) {
      if (!set->holds) return false;
      pattern = set->rest;
      text.remove_prefix(1);
      return true;
    }
  }
  const bool fits = pattern.front() == '?' ? c != '/' : pattern.front() == c;
  if (!fits) return false;
  pattern.remove_prefix(1);
  text.remove_prefix(1);
  return true;
}

// Goes back to the last star alone: with `**` beside `*` that is still enough, for what a `*` could
// take more of a `**` before it can take too, but for a '/', at which it goes back to that.
bool glob(std::string_view pattern, std::string_view text) {
  struct Star {
    std::string_view pattern, text;
    bool set = false;
  };
  Star one, many;  // "*" and "**"
  const auto take_up = [&](Star& star) {
    star.text.remove_prefix(1);
    pattern = star.pattern;
    text = star.text;
  };
  for (;;) {
    if (pattern.starts_with('*')) {
      const bool deep = pattern.starts_with("**");
      pattern.remove_prefix(std::min(pattern.find_first_not_of('*'), pattern.size()));
      (deep ? many : one) = {pattern, text, true};
      if (deep) one.set = false;
      continue;
    }
    if (pattern.empty() && text.empty()) return true;
    if (!pattern.empty() && step(pattern, text)) continue;
    if (one.set && !one.text.empty() && one.text.front() != '/') {
      take_up(one);
    } else if (many.set && !many.text.empty()) {
      one.set = false;
      take_up(many);
    } else {
      return false;
    }
  }
}

bool any_fits(const std::vector<std::string>& patterns, std::string_view path) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return matches(pattern, path); });
}

std::string bytes_of(std::string_view path) {
  return percent_decode(path).value_or(std::string(path));
}

}  // namespace

bool has_open_set(std::string_view pattern) {
  for (std::size_t open = pattern.find('['); open != pattern.npos; open = pattern.find('[')) {
    const auto set = set_of(pattern.substr(open + 1), '\0');
    if (!set) return true;
    pattern = set->rest;
  }
  return false;
}

bool matches(std::string_view pattern, std::string_view path) {
  const bool about_folders = pattern.ends_with('/');
  if (about_folders) pattern.remove_suffix(1);
  if (about_folders && !path.ends_with('/')) return false;
  if (path.ends_with('/')) path.remove_suffix(1);
  if (pattern.starts_with('/')) return glob(pattern.substr(1), path);
  if (pattern.find('/') != pattern.npos) return glob(pattern, path);
  return glob(pattern, path.substr(path.rfind('/') + 1));
}

bool is_wanted_file(const Options& options, std::string_view path) {
  const std::string bytes = bytes_of(path);
  const bool included = options.include.empty() || any_fits(options.include, bytes);
  return included && !any_fits(options.exclude, bytes);
}

bool is_wanted_folder(const Options& options, std::string_view path) {
  return !any_fits(options.exclude, bytes_of(path));
}

}  // namespace rft
