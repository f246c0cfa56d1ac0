#include "receipt/key.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>

#include "base/text.h"

namespace rft::receipt {
namespace {

constexpr std::size_t raw_bytes = 32;  // of either key
// RFC 8410, section 4: SEQUENCE { SEQUENCE { OID 1.3.101.112 } BIT STRING (no unused bits) }.
constexpr std::string_view spki_head("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12);

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Digest = std::unique_ptr<EVP_MD_CTX, FreeDigest>;

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* raw(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

Key private_key(const Secret& seed) {
  return Key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(seed.reveal()),
                                          seed.reveal().size()));
}

std::string spki(std::string_view key) {
  return std::string(spki_head).append(key);
}

}  // namespace

Result<PublicKey> PublicKey::parse(std::string_view text) {
  const auto bytes = base64_decode(text);
  const bool known = bytes && bytes->size() == spki_head.size() + raw_bytes &&
                     bytes->starts_with(spki_head) && base64(*bytes) == text;
  if (!known) return fail(Code::invalid_request, "the public key is no Ed25519 key in base64");
  return PublicKey(std::string_view(*bytes).substr(spki_head.size()));
}

Result<PublicKey> PublicKey::from_raw(std::string_view raw) {
  if (raw.size() != raw_bytes) {
    return fail(Code::invalid_request, "an Ed25519 key has 32 octets");
  }
  return PublicKey(raw);
}

std::string PublicKey::text() const {
  return base64(spki(raw_));
}

std::string PublicKey::pem() const {
  return "-----BEGIN PUBLIC KEY-----\n" + text() + "\n-----END PUBLIC KEY-----\n";
}

std::string PublicKey::fingerprint() const {
  return hex(sha256(spki(raw_)));
}

bool PublicKey::verifies(std::string_view message, std::string_view signature) const {
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(raw_), raw_.size()));
  const Digest context(EVP_MD_CTX_new());
  return key && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message),
                          message.size()) == 1;
}

Result<SigningKey> SigningKey::generate() {
  std::string bytes(raw_bytes, '\0');
  const bool drawn = RAND_priv_bytes(raw(bytes), static_cast<int>(bytes.size())) == 1;
  Secret seed(std::move(bytes));
  if (!drawn) return fail(Code::internal, "OpenSSL gives no random bytes");
  return from_seed(std::move(seed));
}

Result<SigningKey> SigningKey::from_seed(Secret seed) {
  if (seed.reveal().size() != raw_bytes) {
    return fail(Code::bad_state, "an Ed25519 key has 32 octets");
  }
  const Key key = private_key(seed);
  std::string bytes(raw_bytes, '\0');
  std::size_t size = bytes.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), raw(bytes), &size) != 1) {
    return fail(Code::internal, "OpenSSL cannot make the public key");
  }
  auto public_key = PublicKey::from_raw(bytes);
  if (!public_key) return tl::unexpected(public_key.error());
  return SigningKey(std::move(seed), std::move(*public_key));
}

Result<std::string> SigningKey::sign(std::string_view message) const {
  const Key key = private_key(seed_);
  const Digest context(EVP_MD_CTX_new());
  std::string signature(signature_bytes, '\0');
  std::size_t size = signature.size();
  const bool done =
      key && context &&
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), raw(signature), &size, raw(message), message.size()) == 1;
  if (!done) return fail(Code::internal, "OpenSSL cannot sign the receipt");
  return signature;
}

}  // namespace rft::receipt
