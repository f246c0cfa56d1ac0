// Vault: seals credentials for the store. A sealed credential opens only with the key file, which
// stands outside the database, and only as what it was sealed for (P12).
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "base/uuid.h"

namespace rft::vault {

// Whose and which credential the bytes are: bound into the seal, so that a row copied to another
// owner or another id does not open.
struct SealedFor {
  std::string owner;
  Uuid credential;
};

// Immutable after open_or_create: usable from any thread.
class Vault {
 public:
  // The key file of exactly 32 bytes, mode 0600 and ours; made (and synced with its folder) where
  // there is none. Of two that make it at once both end with the same key.
  //   bad_state  it cannot be made or read, or is not as said; the detail says what to do
  static Result<Vault> open_or_create(const std::string& key_file);

  // AES-256-GCM under a fresh random nonce of 96 bits, so at most 2^32 seals under one key.
  // Form: version byte, nonce, ciphertext, tag. Fails (internal) only where OpenSSL does.
  Result<std::string> seal(const Secret& secret, const SealedFor& whose) const;

  // invalid_credential: sealed with another key, for another owner or id, or damaged.
  Result<Secret> open(std::string_view sealed, const SealedFor& whose) const;

 private:
  explicit Vault(Secret key) : key_(std::move(key)) {}
  Secret key_;
};

}  // namespace rft::vault
