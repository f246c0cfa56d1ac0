#include "mover/credentials.h"

namespace rft::mover {
namespace {

Result<std::shared_ptr<const Login>> login_of(const vault::CredentialSecret& secret, WallTime now) {
  if (const auto* password = std::get_if<vault::Password>(&secret)) {
    return std::make_shared<const Login>(*password);
  }
  auto credential =
      gsi::read_credential(std::get<vault::X509Proxy>(secret).pem.reveal(), now);
  if (!credential) return tl::unexpected(credential.error());
  return std::make_shared<const Login>(std::move(*credential));
}

}  // namespace

Result<void> Credentials::put(const Uuid& id, const Secret& bytes, WallTime now) {
  const auto known = entries_.find(id);
  if (known != entries_.end() && known->second.bytes == bytes) return {};
  const auto secret = vault::from_bytes(bytes);
  if (!secret) return tl::unexpected(secret.error());
  auto login = login_of(*secret, now);
  if (!login) return tl::unexpected(login.error());
  entries_[id] = Entry{bytes, Held{++versions_, std::move(*login)}};
  return {};
}

std::optional<Held> Credentials::get(const Uuid& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? std::nullopt : std::optional(found->second.held);
}

}  // namespace rft::mover
