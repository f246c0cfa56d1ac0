#include "base/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "base/text.h"

namespace rft {
namespace {

bool plain_in_path(char c) {
  constexpr std::string_view marks = "-._~!$&'()*+,;=:@/";
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         marks.find(c) != std::string_view::npos;
}

std::string percent_encode(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    text += plain_in_path(c) ? std::string(1, c)
                             : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return text;
}

// People type blanks and UTF-8 in paths; RFC 3986 wants them escaped.
std::string escape_what_people_type(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    constexpr std::string_view unwise = " \"<>\\^`{|}";
    const bool escape = byte >= 0x80 || unwise.find(c) != std::string_view::npos;
    escaped += escape ? fmt::format("%{:02X}", byte) : std::string(1, c);
  }
  return escaped;
}

Result<std::uint16_t> port_of(const boost::urls::url_view& view, Scheme scheme) {
  if (!view.has_port() || view.port().empty()) return default_port(scheme);
  const auto port = parse_number(std::string_view(view.port().data(), view.port().size()));
  if (!port || *port == 0 || *port > 65535) {
    return fail(Code::invalid_url, "the port is not a number from 1 to 65535");
  }
  return static_cast<std::uint16_t>(*port);
}

Result<std::string> path_of(std::string_view encoded) {
  // The parser takes "host:junk/x" for an empty port and the path "junk/x".
  if (!encoded.empty() && encoded.front() != '/') {
    return fail(Code::invalid_url, "what follows the host is neither a port nor a path");
  }
  const auto bytes = percent_decode(encoded);
  if (!bytes) return fail(Code::invalid_url, "a % in the path is not followed by two hex digits");
  for (const char c : *bytes) {
    if (c == '\0' || c == '\r' || c == '\n') {
      return fail(Code::invalid_url, "the path holds a NUL, CR or LF byte, which FTP cannot carry");
    }
  }
  std::string_view rest = *bytes;
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view segment = rest.substr(0, rest.find('/'));
    if (segment == "." || segment == "..") {
      return fail(Code::invalid_url, "the path holds a '.' or '..' segment; give the real path");
    }
    rest.remove_prefix(segment.size());
  }
  return percent_encode(*bytes);
}

Result<Scheme> scheme_of(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) {
    return fail(Code::invalid_url,
                "this is no URL: give it as gsiftp://host/path or ftp://host/path");
  }
  const std::string scheme = to_lower(text.substr(0, colon));
  if (scheme == "gsiftp") return Scheme::gsiftp;
  if (scheme == "ftp") return Scheme::ftp;
  return fail(Code::unsupported_scheme,
              fmt::format("the scheme '{}' is neither gsiftp nor ftp", printable(scheme, 32)));
}

Result<Endpoint> endpoint_of(const boost::urls::url_view& view, Scheme scheme) {
  if (view.has_userinfo()) {
    return fail(Code::url_has_user_info,
                "a URL may not carry a user name or password; store them with 'rft cred add'");
  }
  const auto port = port_of(view, scheme);
  if (!port) return tl::unexpected(port.error());
  std::string host = view.host_address();
  if (host.empty()) return fail(Code::invalid_url, "the URL has no host");
  const bool harmless = std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == ':';
  });
  if (!harmless || host.size() > 255) {
    return fail(Code::invalid_url, "the host is neither a name nor an address");
  }
  return Endpoint{scheme, to_lower(host), *port};
}

Result<Url> parse_any(std::string_view text) {
  if (text.size() > url_length_max) {
    return fail(Code::invalid_url, fmt::format("the URL is longer than {} bytes", url_length_max));
  }
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
  if (control) return fail(Code::invalid_url, "the URL holds a control character");
  const auto scheme = scheme_of(text);
  if (!scheme) return tl::unexpected(scheme.error());

  const std::string escaped = escape_what_people_type(text);
  const auto view = boost::urls::parse_uri(escaped);
  if (!view) {
    return fail(Code::invalid_url,
                "the URL does not follow RFC 3986; escape odd characters as %XX");
  }
  if (view->has_query() || view->has_fragment()) {
    return fail(Code::invalid_url, "'?' and '#' belong in a path only as %3F and %23");
  }
  auto endpoint = endpoint_of(*view, *scheme);
  if (!endpoint) return tl::unexpected(endpoint.error());
  const auto encoded = view->encoded_path();
  auto path = path_of(std::string_view(encoded.data(), encoded.size()));
  if (!path) return tl::unexpected(path.error());
  return Url{std::move(*endpoint), std::move(*path)};
}

Result<Url> checked_length(Url url) {
  if (url.text().size() > url_length_max) {
    return fail(Code::invalid_url,
                fmt::format("the URL is longer than {} bytes once it is escaped", url_length_max));
  }
  return url;
}

}  // namespace

std::string_view word(Scheme scheme) {
  return scheme == Scheme::gsiftp ? "gsiftp" : "ftp";
}
std::uint16_t default_port(Scheme scheme) {
  return scheme == Scheme::gsiftp ? 2811 : 21;
}

std::string Endpoint::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", word(scheme), v6 ? "[" : "", host, v6 ? "]" : "", port);
}

Result<Endpoint> Endpoint::parse(std::string_view text) {
  const auto scheme = scheme_of(text);
  if (!scheme) return tl::unexpected(scheme.error());
  const auto view = boost::urls::parse_uri(boost::core::string_view(text.data(), text.size()));
  if (!view) return fail(Code::invalid_url, "this is no endpoint: give it as gsiftp://host:port");
  if (!view->encoded_path().empty() && view->encoded_path() != "/") {
    return fail(Code::invalid_url, "an endpoint has no path");
  }
  return endpoint_of(*view, *scheme);
}

std::string Url::text() const {
  std::string text = endpoint.text();
  if (endpoint.port == default_port(endpoint.scheme)) text.erase(text.rfind(':'));
  return text + path;
}

std::string Url::wire_path() const {
  std::string bytes = percent_decode(path).value_or(path);
  // RFC 1738 3.2.2 leaves it open; globus-url-copy and we take "/~/x" as relative to the log-in.
  // Said with "./" before it: of a name that begins with blanks GCT would leave them out.
  if (bytes.rfind("/~/", 0) == 0) bytes.replace(0, 3, "./");
  return bytes;
}

std::string Url::wire_folder() const {
  const std::string bytes = wire_path();
  const std::size_t slash = bytes.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : bytes.substr(0, slash);
}

std::string Url::wire_name() const {
  const std::string bytes = wire_path();
  const std::size_t slash = bytes.rfind('/');
  return slash == std::string::npos ? bytes : bytes.substr(slash + 1);
}

Result<Url> parse_url(std::string_view text) {
  auto url = parse_any(text);
  if (!url) return url;
  if (url->path.empty() || names_folder(*url)) {
    return fail(Code::invalid_url, "the URL names a folder; name the file");
  }
  return checked_length(std::move(*url));
}

Result<Url> parse_folder_url(std::string_view text) {
  auto url = parse_any(text);
  if (!url) return url;
  if (!names_folder(*url)) url->path += '/';
  return checked_length(std::move(*url));
}

Result<Url> url_of_text(std::string_view text) {
  const std::size_t host = text.find("://");
  const std::size_t path = host == text.npos ? text.npos : text.find('/', host + 3);
  if (path == text.npos) return fail(Code::invalid_url, "the URL has no path");
  auto endpoint = Endpoint::parse(text.substr(0, path));
  if (!endpoint) return tl::unexpected(endpoint.error());
  return Url{std::move(*endpoint), std::string(text.substr(path))};
}

Result<Url> parse_file_or_folder_url(std::string_view text) {
  return text.ends_with('/') ? parse_folder_url(text) : parse_url(text);
}

Url sibling(const Url& url, std::string_view name) {
  const std::size_t slash = url.path.rfind('/');
  return Url{url.endpoint, url.path.substr(0, slash + 1) + percent_encode(name)};
}

}  // namespace rft
