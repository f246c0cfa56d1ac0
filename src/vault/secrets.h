// What the vault keeps under its seal: the kinds of credential and their one form in bytes.
#pragma once
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "base/secret.h"

namespace rft::vault {

struct X509Proxy {
  Secret pem;  // as read_credential gives it
  bool operator==(const X509Proxy&) const = default;
};

struct Password {
  std::string user;
  Secret password;
  bool operator==(const Password&) const = default;
};

using CredentialSecret = std::variant<X509Proxy, Password>;

std::string_view kind(const CredentialSecret& secret);  // "x509_proxy" or "password"

// A user name or password that can be sent as a USER or PASS command: not longer than
// login_bytes_max, no NUL, CR or LF, the user not empty. Else invalid_credential.
inline constexpr std::size_t login_bytes_max = 1024;
Result<Password> make_password(std::string_view user, std::string_view password);

// One form for one value: a version byte, a kind byte, then each field after its length as u32 in
// network order. from_bytes refuses (invalid_credential) whatever to_bytes does not make.
Secret to_bytes(const CredentialSecret& secret);
Result<CredentialSecret> from_bytes(const Secret& bytes);

}  // namespace rft::vault
