// Url: a parsed, harmless gsiftp:// or ftp:// URL. Its path is kept percent-encoded, as bytes.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rft {

enum class Scheme : std::uint8_t { gsiftp, ftp };
std::string_view word(Scheme scheme);
std::uint16_t default_port(Scheme scheme);

// An endpoint is scheme + host + port: what a session, a breaker and learnt traits belong to.
struct Endpoint {
  Scheme scheme = Scheme::gsiftp;
  std::string host;  // lower case; an IPv6 address without brackets
  std::uint16_t port = 0;
  std::string text() const;  // gsiftp://host:port
  static Result<Endpoint> parse(std::string_view text);
  auto operator<=>(const Endpoint&) const = default;
};

struct Url {
  Endpoint endpoint;
  std::string path;  // percent-encoded, begins with '/'; "/~/x" is under the log-in folder

  std::string text() const;       // with the port only where it is not the default
  std::string wire_path() const;  // the bytes of the path as a command takes them, 0xFF not doubled
  std::string wire_folder() const;  // wire_path up to and without its last '/', "/" for the root
  std::string wire_name() const;    // what follows the last '/'
  auto operator<=>(const Url&) const = default;
};

inline constexpr std::size_t url_length_max = 8192;

// Refuses: other schemes; user info; query and fragment; control characters; NUL, CR and LF also
// when escaped; "." and ".." segments however escaped; a path that names a folder ("", "/" or
// "x/"); a bad port; anything longer than url_length_max. The error names the URL's fault, never
// its text where that may hold a password.
Result<Url> parse_url(std::string_view text);
// The same for a folder: its path comes out with '/' at the end, given or not.
Result<Url> parse_folder_url(std::string_view text);
// A folder where the text ends with '/', else a file.
Result<Url> parse_file_or_folder_url(std::string_view text);
// What Url::text() wrote, whatever its path: servers have names that nobody may ask for, and what
// became of them is recorded.
Result<Url> url_of_text(std::string_view text);
inline bool names_folder(const Url& url) {
  return !url.path.empty() && url.path.back() == '/';
}

// The same path with another last segment, given as bytes.
Url sibling(const Url& url, std::string_view name);

}  // namespace rft
