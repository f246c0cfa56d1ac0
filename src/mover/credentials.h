// What rftd has handed this mover to log in with: in memory only (P12).
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <variant>

#include "base/result.h"
#include "base/secret.h"
#include "base/uuid.h"
#include "gsi/proxy.h"
#include "vault/secrets.h"

namespace rft::mover {

using Login = std::variant<gsi::Credential, vault::Password>;

struct Held {
  std::uint64_t version = 0;  // another content is another version: its sessions are not mixed
  std::shared_ptr<const Login> login;
};

class Credentials {
 public:
  // Takes the form of vault::to_bytes. The same content again changes nothing; a renewed one takes
  // the place of the old. What cannot be used is told to whoever asks for it.
  void put(const Uuid& id, const Secret& bytes, WallTime now);
  // no_such_credential, or what read_credential and from_bytes say of it.
  Result<Held> get(const Uuid& id) const;

 private:
  struct Entry {
    Secret bytes;
    Result<Held> held;
  };
  std::map<Uuid, Entry> entries_;
  std::uint64_t versions_ = 0;
};

}  // namespace rft::mover
