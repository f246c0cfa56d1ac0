// The keys of receipts: Ed25519 (RFC 8032), the private one of the service and the public one of
// whoever checks.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace rft::receipt {

inline constexpr std::size_t signature_bytes = 64;

class PublicKey {
 public:
  // Takes text(): the base64 of a SubjectPublicKeyInfo (RFC 8410). invalid_request for any other.
  static Result<PublicKey> parse(std::string_view text);
  // `raw`: the 32 octets of RFC 8032. invalid_request for another number of them.
  static Result<PublicKey> from_raw(std::string_view raw);

  std::string text() const;
  std::string pem() const;          // what `openssl pkey -pubin` reads
  std::string fingerprint() const;  // SHA-256 of the SubjectPublicKeyInfo, 64 lower-case hex digits
  bool verifies(std::string_view message, std::string_view signature) const;

  bool operator==(const PublicKey&) const = default;

 private:
  explicit PublicKey(std::string_view raw) : raw_(raw) {}
  std::string raw_;
};

// Immutable: usable from any thread.
class SigningKey {
 public:
  static Result<SigningKey> generate();  // internal where OpenSSL fails
  // The 32 octets of RFC 8032's private key. bad_state for another number of them.
  static Result<SigningKey> from_seed(Secret seed);

  const Secret& seed() const { return seed_; }
  const PublicKey& public_key() const { return public_; }
  Result<std::string> sign(std::string_view message) const;  // internal where OpenSSL fails

 private:
  SigningKey(Secret seed, PublicKey public_key)
      : seed_(std::move(seed)), public_(std::move(public_key)) {}
  Secret seed_;
  PublicKey public_;
};

}  // namespace rft::receipt
