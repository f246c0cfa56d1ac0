#include "vault/secrets.h"

#include <array>
#include <cstdint>
#include <optional>

namespace rft::vault {
namespace {

constexpr char form = 1;  // the version byte: a second form would be another number
constexpr char x509_proxy_kind = 'x';
constexpr char password_kind = 'p';
constexpr std::size_t head_bytes = 2;
constexpr std::size_t length_bytes = 4;

auto refuse(std::string detail) {
  return fail(Code::invalid_credential, std::move(detail));
}

void append_field(std::string& bytes, std::string_view field) {
  const auto size = static_cast<std::uint32_t>(field.size());
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>((size >> shift) & 0xff);
  bytes += field;
}

// Takes one field off the front of `rest`.
std::optional<std::string_view> take_field(std::string_view& rest) {
  if (rest.size() < length_bytes) return std::nullopt;
  std::size_t size = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    size = size << 8 | static_cast<std::uint8_t>(rest[i]);
  }
  rest.remove_prefix(length_bytes);
  if (rest.size() < size) return std::nullopt;
  const std::string_view field = rest.substr(0, size);
  rest.remove_prefix(size);
  return field;
}

// All room is taken at once: a string that grows leaves its bytes behind unwiped.
std::string with_room(char kind, std::size_t room) {
  std::string bytes;
  bytes.reserve(head_bytes + room);
  bytes += form;
  bytes += kind;
  return bytes;
}

Secret bytes_of(const X509Proxy& proxy) {
  std::string bytes = with_room(x509_proxy_kind, length_bytes + proxy.pem.reveal().size());
  append_field(bytes, proxy.pem.reveal());
  return Secret(std::move(bytes));
}

Secret bytes_of(const Password& login) {
  std::string bytes = with_room(
      password_kind, 2 * length_bytes + login.user.size() + login.password.reveal().size());
  append_field(bytes, login.user);
  append_field(bytes, login.password.reveal());
  return Secret(std::move(bytes));
}

bool fits_a_command(std::string_view text) {
  return text.size() <= login_bytes_max &&
         text.find_first_of(std::string_view("\0\r\n", 3)) == std::string_view::npos;
}

std::string_view word(const X509Proxy&) {
  return "x509_proxy";
}
std::string_view word(const Password&) {
  return "password";
}

}  // namespace

std::string_view kind(const CredentialSecret& secret) {
  return std::visit([](const auto& value) { return word(value); }, secret);
}

Result<Password> make_password(std::string_view user, std::string_view password) {
  if (user.empty()) return refuse("the user name is empty");
  if (!fits_a_command(user)) {
    return refuse("the user name has a NUL, CR or LF or is longer than " +
                  std::to_string(login_bytes_max) + " bytes");
  }
  if (!fits_a_command(password)) {
    return refuse("the password has a NUL, CR or LF or is longer than " +
                  std::to_string(login_bytes_max) + " bytes");
  }
  return Password{std::string(user), Secret(std::string(password))};
}

Secret to_bytes(const CredentialSecret& secret) {
  return std::visit([](const auto& value) { return bytes_of(value); }, secret);
}

Result<CredentialSecret> from_bytes(const Secret& bytes) {
  const auto unknown = [] { return refuse("the vault's bytes are of no form that is known"); };
  std::string_view rest = bytes.reveal();
  if (rest.size() < head_bytes || rest[0] != form) return unknown();
  const char kind = rest[1];
  rest.remove_prefix(head_bytes);

  const auto first = take_field(rest);
  if (!first) return unknown();
  if (kind == x509_proxy_kind && rest.empty()) return X509Proxy{Secret(std::string(*first))};
  if (kind != password_kind) return unknown();

  const auto second = take_field(rest);
  if (!second || !rest.empty()) return unknown();
  auto login = make_password(*first, *second);
  if (!login) return tl::unexpected(login.error());
  return *std::move(login);
}

}  // namespace rft::vault
