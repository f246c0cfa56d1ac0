// The caller's own proxy: where it is by the rules of the Globus toolkit, and its text.
#pragma once
#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace rft::client {

inline constexpr std::size_t proxy_length_max = 256 * 1024;

struct ProxyText {
  std::string path;  // absolute
  Secret pem;
};

struct ProxyPlace {
  std::string path;
  bool chosen = false;  // by X509_USER_PROXY: its absence is an error
};

ProxyPlace proxy_place();  // X509_USER_PROXY, else /tmp/x509up_u<uid>

// Nothing where no file stands at the usual place. The text is not judged: the service does that.
//   invalid_credential  the chosen file is not there; or it is no file, too large, or not readable
Result<std::optional<ProxyText>> read_proxy(const ProxyPlace& place);

bool needs_proxy(std::string_view url);  // gsiftp, in upper or lower case

}  // namespace rft::client
