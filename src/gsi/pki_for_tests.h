// A PKI in memory for tests: a CA, people, hosts and both kinds of proxy, at any times.
#pragma once
#include <openssl/conf.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "base/uuid.h"
#include "gsi/openssl.h"

namespace rft::gsi::pki {

using Names = std::vector<std::pair<std::string, std::string>>;  // {"O", "Grid"}, {"CN", "Alice"}
using Extensions = std::vector<std::pair<int, std::string>>;     // NID and OpenSSL's text for it

struct Issued {
  openssl::Certificate certificate;
  openssl::Key key;
  Names names;
};

struct Times {
  WallTime from;
  WallTime until;
};

inline void demand(bool done) {
  if (!done) throw std::runtime_error("the test's PKI cannot be made");
}

inline void set_name(X509_NAME* name, const Names& names) {
  for (const auto& [type, value] : names) {
    demand(X509_NAME_add_entry_by_txt(name, type.c_str(), MBSTRING_ASC,
                                      reinterpret_cast<const unsigned char*>(value.c_str()), -1, -1,
                                      0) == 1);
  }
}

inline void set_time(ASN1_TIME* field, WallTime time) {
  using std::chrono::seconds;
  demand(ASN1_TIME_set(field, std::chrono::floor<seconds>(time).time_since_epoch().count()));
}

inline openssl::Key small_key() {
  return openssl::Key(EVP_EC_gen("P-256"));
}  // made at once
inline openssl::Key rsa_key() {
  return openssl::Key(EVP_RSA_gen(2048));
}

// Signed by `issuer`, by itself where there is none.
inline Issued issue(const Names& names, const Issued* issuer, Times times,
                    const Extensions& extensions, openssl::Key key = small_key()) {
  Issued made{openssl::Certificate(X509_new()), std::move(key), names};
  X509* certificate = made.certificate.get();
  X509* by = issuer != nullptr ? issuer->certificate.get() : certificate;
  demand(X509_set_version(certificate, X509_VERSION_3) == 1);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), 1 + random_bits()[0]);
  set_name(X509_get_subject_name(certificate), names);
  demand(X509_set_issuer_name(certificate, X509_get_subject_name(by)) == 1);
  set_time(X509_getm_notBefore(certificate), times.from);
  set_time(X509_getm_notAfter(certificate), times.until);
  demand(X509_set_pubkey(certificate, made.key.get()) == 1);
  const std::unique_ptr<CONF, openssl::Free<NCONF_free>> no_configuration(NCONF_new(nullptr));
  for (const auto& [nid, text] : extensions) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, by, certificate, nullptr, nullptr, 0);
    X509V3_set_nconf(&context, no_configuration.get());
    const std::unique_ptr<X509_EXTENSION, openssl::Free<X509_EXTENSION_free>> extension(
        X509V3_EXT_nconf_nid(no_configuration.get(), &context, nid, text.c_str()));
    demand(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
  }
  EVP_PKEY* signer = issuer != nullptr ? issuer->key.get() : made.key.get();
  demand(X509_sign(certificate, signer, EVP_sha256()) > 0);
  return made;
}

inline Issued make_ca(Times times, const std::string& name = "Test CA") {
  return issue({{"O", "Grid"}, {"CN", name}}, nullptr, times,
               {{NID_basic_constraints, "critical,CA:TRUE"},
                {NID_key_usage, "critical,keyCertSign,cRLSign"}});
}

inline Issued make_person(const Issued& ca, const std::string& name, Times times,
                          openssl::Key key = small_key()) {
  return issue({{"O", "Grid"}, {"CN", name}}, &ca, times,
               {{NID_key_usage, "critical,digitalSignature"}}, std::move(key));
}

// `names` are OpenSSL's for subjectAltName: "DNS:server.test,IP:192.0.2.7".
inline Issued make_host(const Issued& ca, const std::string& common_name, const std::string& names,
                        Times times) {
  return issue({{"O", "Grid"}, {"CN", common_name}}, &ca, times,
               {{NID_subject_alt_name, names}, {NID_ext_key_usage, "serverAuth,clientAuth"}});
}

inline Names under(const Issued& issuer, const std::string& common_name) {
  Names names = issuer.names;
  names.emplace_back("CN", common_name);
  return names;
}

inline Issued make_proxy(const Issued& issuer, Times times, openssl::Key key = small_key()) {
  return issue(under(issuer, "123456"), &issuer, times,
               {{NID_key_usage, "critical,digitalSignature"},
                {NID_proxyCertInfo, "critical,language:id-ppl-inheritAll"}},
               std::move(key));
}

inline Issued make_legacy_proxy(const Issued& issuer, Times times) {
  return issue(under(issuer, "proxy"), &issuer, times, {});
}

inline std::string pem_of(const Issued& issued) {
  const auto out = openssl::wiped_buffer();
  demand(PEM_write_bio_X509(out.get(), issued.certificate.get()) == 1);
  return std::string(openssl::view(out));
}

inline std::string key_pem_of(const Issued& issued) {
  const auto out = openssl::wiped_buffer();
  demand(PEM_write_bio_PrivateKey(out.get(), issued.key.get(), nullptr, nullptr, 0, nullptr,
                                  nullptr) == 1);
  return std::string(openssl::view(out));
}

// With a passphrase: in PKCS #8 or, `traditional`, under the older PEM header.
inline std::string encrypted_key_pem_of(const Issued& issued, bool traditional) {
  const auto out = openssl::wiped_buffer();
  const auto write = traditional ? PEM_write_bio_PrivateKey_traditional : PEM_write_bio_PrivateKey;
  char passphrase[] = "passphrase";
  demand(write(out.get(), issued.key.get(), EVP_aes_128_cbc(), nullptr, 0, nullptr, passphrase) ==
         1);
  return std::string(openssl::view(out));
}

}  // namespace rft::gsi::pki
