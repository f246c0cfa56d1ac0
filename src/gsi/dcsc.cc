#include "gsi/dcsc.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "gsi/openssl.h"

namespace rft::gsi {
namespace {

using openssl::Certificate;
using openssl::Key;

constexpr std::size_t random_bytes = 16;  // of the name, and as many of the serial number

bool set_time(ASN1_TIME* field, WallTime time) {
  return ASN1_TIME_set(field,
                       std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count()) !=
         nullptr;
}

bool set_serial(X509* certificate, const unsigned char* bytes) {
  const std::unique_ptr<BIGNUM, openssl::Free<BN_free>> number(
      BN_bin2bn(bytes, static_cast<int>(random_bytes), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

// Subject and issuer are one name, and no two certificates have the same.
bool set_name(X509* certificate, const std::string& common_name) {
  X509_NAME* name = X509_get_subject_name(certificate);
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                    reinterpret_cast<const unsigned char*>(common_name.c_str()), -1,
                                    -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1;
}

Certificate self_signed(EVP_PKEY* key, WallTime from, WallTime until) {
  std::array<unsigned char, 2 * random_bytes> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) return nullptr;
  random[0] &= 0x7f;  // RFC 5280 4.1.2.2: a serial number is positive
  const std::string name =
      hex({reinterpret_cast<const char*>(random.data()) + random_bytes, random_bytes});

  Certificate certificate(X509_new());
  const bool made = certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
                    set_serial(certificate.get(), random.data()) &&
                    set_name(certificate.get(), name) &&
                    set_time(X509_getm_notBefore(certificate.get()), from) &&
                    set_time(X509_getm_notAfter(certificate.get()), until) &&
                    X509_set_pubkey(certificate.get(), key) == 1 &&
                    X509_sign(certificate.get(), key, EVP_sha256()) > 0;
  return made ? std::move(certificate) : nullptr;
}

}  // namespace

Result<Secret> make_dcsc_blob(WallTime now, Duration lifetime) {
  const openssl::ErrorsCleared errors;
  const WallTime until = now + std::clamp(lifetime, Duration(0), dcsc_lifetime_max);
  const Key key(EVP_EC_gen("P-256"));
  const auto certificate = key ? self_signed(key.get(), now - dcsc_backdated, until) : nullptr;
  const auto out = openssl::wiped_buffer();
  const bool written =
      certificate && PEM_write_bio_X509(out.get(), certificate.get()) == 1 &&
      PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1 &&
      PEM_write_bio_X509(out.get(), certificate.get()) == 1;
  if (!written)
    return fail(Code::internal, "OpenSSL cannot make a certificate for the data channel");
  return Secret(base64(openssl::view(out)));
}

}  // namespace rft::gsi
