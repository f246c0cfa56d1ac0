#include "mover/credentials.h"

namespace rft::mover {
namespace {

Result<Login> login_of(const Secret& bytes, WallTime now) {
  const auto secret = vault::from_bytes(bytes);
  if (!secret) return tl::unexpected(secret.error());
  if (const auto* password = std::get_if<vault::Password>(&*secret)) return Login(*password);
  auto credential = gsi::read_credential(std::get<vault::X509Proxy>(*secret).pem.reveal(), now);
  if (!credential) return tl::unexpected(credential.error());
  return Login(std::move(*credential));
}

}  // namespace

void Credentials::put(const Uuid& id, const Secret& bytes, WallTime now) {
  const auto known = entries_.find(id);
  if (known != entries_.end() && known->second.bytes == bytes) return;
  const std::uint64_t version = ++versions_;
  auto held = login_of(bytes, now).map([version](Login login) {
    return Held{version, std::make_shared<const Login>(std::move(login))};
  });
  entries_.insert_or_assign(id, Entry{bytes, std::move(held)});
}

Result<Held> Credentials::get(const Uuid& id) const {
  const auto found = entries_.find(id);
  if (found != entries_.end()) return found->second.held;
  return fail(Code::no_such_credential, "the service has not handed this credential over");
}

}  // namespace rft::mover
