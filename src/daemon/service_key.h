// The key with which the service signs its receipts: made when it is first asked for, kept sealed
// by the vault, the same one ever after.
#pragma once
#include <optional>
#include <string>

#include "base/result.h"
#include "receipt/key.h"
#include "vault/vault.h"

namespace rft {

class ServiceKey {
 public:
  // `file` in the state folder, whose one owner we are.
  ServiceKey(std::string file, vault::Vault vault)
      : file_(std::move(file)), vault_(std::move(vault)) {}

  // bad_state where the file cannot be read or made, or does not open under this vault's key: then
  // no other key is made, for nobody would know it.
  Result<receipt::SigningKey> get();

 private:
  Result<receipt::SigningKey> read() const;
  Result<receipt::SigningKey> make() const;

  std::string file_;
  vault::Vault vault_;
  std::optional<receipt::SigningKey> key_;
};

}  // namespace rft
