#include "gsi/proxy.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <vector>

#include "base/text.h"
#include "gsi/openssl.h"

namespace rft::gsi {
namespace {

using openssl::Bio;
using openssl::Key;

constexpr std::size_t name_length_max = 1024;
constexpr std::string_view legacy_proxy_info = "1.3.6.1.4.1.3536.1.222";  // before RFC 3820

struct Parsed {
  std::vector<openssl::Certificate> chain;  // the first is the one that the key belongs to
  Key key;
};

auto refuse(std::string detail) {
  return fail(Code::invalid_credential, std::move(detail));
}

// One block between BEGIN and END, wiped when it goes.
struct Block {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  Block() = default;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() {
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, static_cast<std::size_t>(size));
  }
  bool is_encrypted() const {
    return std::string_view(name) == PEM_STRING_PKCS8 ||
           std::string_view(header).find("ENCRYPTED") != std::string_view::npos;
  }
  bool is_certificate() const {
    return std::string_view(name) == PEM_STRING_X509 ||
           std::string_view(name) == PEM_STRING_X509_OLD;
  }
  bool is_key() const { return std::string_view(name).ends_with("PRIVATE KEY"); }
};

Result<void> take(const Block& block, Parsed& into) {
  const unsigned char* data = block.data;
  if (block.is_certificate()) {
    if (into.chain.size() == credential_certificates_max) {
      return refuse("the credential holds more than " +
                    std::to_string(credential_certificates_max) + " certificates");
    }
    openssl::Certificate certificate(d2i_X509(nullptr, &data, block.size));
    if (!certificate) return refuse("a certificate in the PEM text cannot be read");
    into.chain.push_back(std::move(certificate));
  } else if (block.is_key()) {
    if (block.is_encrypted()) {
      return refuse("the private key has a passphrase; make a proxy of it first (grid-proxy-init)");
    }
    if (into.key) return refuse("the credential holds more than one private key");
    into.key = Key(d2i_AutoPrivateKey(nullptr, &data, block.size));
    if (!into.key) return refuse("the private key in the PEM text cannot be read");
  }
  return {};
}

Result<Parsed> parse(std::string_view pem) {
  Parsed parsed;
  Bio text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  for (;;) {
    Block block;
    if (PEM_read_bio(text.get(), &block.name, &block.header, &block.data, &block.size) != 1) break;
    if (auto taken = take(block, parsed); !taken) return tl::unexpected(taken.error());
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!at_end) return refuse("the PEM text is damaged or cut short");
  if (parsed.chain.empty() && !parsed.key) {
    return refuse("this is not PEM: neither a certificate nor a private key stands in it");
  }
  if (parsed.chain.empty()) return refuse("the credential has a private key but no certificate");
  if (!parsed.key) return refuse("the credential has a certificate but no private key");
  if (X509_check_private_key(parsed.chain.front().get(), parsed.key.get()) != 1) {
    return refuse("the private key does not belong to the first certificate");
  }
  return parsed;
}

std::string text_of(const X509_NAME* name) {
  const std::unique_ptr<char, void (*)(char*)> line(X509_NAME_oneline(name, nullptr, 0),
                                                    [](char* text) { OPENSSL_free(text); });
  return line ? printable(line.get(), name_length_max) : std::string();
}

bool has_legacy_proxy_info(const X509* certificate) {
  const std::unique_ptr<ASN1_OBJECT, openssl::Free<ASN1_OBJECT_free>> oid(
      OBJ_txt2obj(legacy_proxy_info.data(), 1));
  return X509_get_ext_by_OBJ(certificate, oid.get(), -1) >= 0;
}

// The oldest proxies have no extension: their subject is their issuer's with CN=proxy behind it.
bool is_named_as_proxy(const X509* certificate) {
  const std::string subject = text_of(X509_get_subject_name(certificate));
  const std::string issuer = text_of(X509_get_issuer_name(certificate));
  return subject == issuer + "/CN=proxy" || subject == issuer + "/CN=limited proxy";
}

bool is_proxy(X509* certificate) {
  return (X509_get_extension_flags(certificate) & EXFLAG_PROXY) != 0 ||
         has_legacy_proxy_info(certificate) || is_named_as_proxy(certificate);
}

X509* issuer_of(const X509* proxy, const std::vector<openssl::Certificate>& chain) {
  for (const auto& candidate : chain) {
    if (candidate.get() != proxy &&
        X509_NAME_cmp(X509_get_subject_name(candidate.get()), X509_get_issuer_name(proxy)) == 0) {
      return candidate.get();
    }
  }
  return nullptr;
}

// Up from proxy to proxy to the certificate of a person; no longer than the chain, should it loop.
Result<std::string> identity_of(const std::vector<openssl::Certificate>& chain) {
  X509* certificate = chain.front().get();
  for (std::size_t steps = 0; steps < chain.size(); ++steps) {
    if (!is_proxy(certificate)) return text_of(X509_get_subject_name(certificate));
    X509* issuer = issuer_of(certificate, chain);
    if (issuer == nullptr) {
      return refuse("the proxy's chain lacks the certificate of its issuer " +
                    text_of(X509_get_issuer_name(certificate)));
    }
    certificate = issuer;
  }
  return refuse("the proxy's chain has no certificate of a person at its end");
}

std::optional<WallTime> end_of(const X509* certificate) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) return std::nullopt;
  return std::chrono::time_point_cast<Duration>(
      std::chrono::system_clock::from_time_t(timegm(&parts)));
}

Result<WallTime> earliest_end(const std::vector<openssl::Certificate>& chain) {
  WallTime earliest = WallTime::max();
  for (const auto& certificate : chain) {
    const auto end = end_of(certificate.get());
    if (!end) return refuse("a certificate in the PEM text has no readable time of expiry");
    earliest = std::min(earliest, *end);
  }
  return earliest;
}

Result<Secret> canonical_pem(const Parsed& parsed) {
  const Bio out = openssl::wiped_buffer();
  bool written = PEM_write_bio_X509(out.get(), parsed.chain.front().get()) == 1 &&
                 PEM_write_bio_PrivateKey(out.get(), parsed.key.get(), nullptr, nullptr, 0, nullptr,
                                          nullptr) == 1;
  for (auto next = parsed.chain.begin() + 1; written && next != parsed.chain.end(); ++next) {
    written = PEM_write_bio_X509(out.get(), next->get()) == 1;
  }
  if (!written) return refuse("the credential cannot be written as PEM");
  return Secret(std::string(openssl::view(out)));
}

}  // namespace

Result<Credential> read_credential(std::string_view pem, WallTime now) {
  const openssl::ErrorsCleared errors;
  if (pem.size() > credential_bytes_max) {
    return refuse("the credential is longer than " + std::to_string(credential_bytes_max) +
                  " bytes");
  }
  const auto parsed = parse(pem);
  if (!parsed) return tl::unexpected(parsed.error());
  auto identity = identity_of(parsed->chain);
  if (!identity) return tl::unexpected(identity.error());
  const auto not_after = earliest_end(parsed->chain);
  if (!not_after) return tl::unexpected(not_after.error());
  if (*not_after <= now) {
    return fail(Code::credential_expired, "the credential of " + *identity + " ended at " +
                                              to_rfc3339(*not_after) + "; make a new one");
  }
  auto canonical = canonical_pem(*parsed);
  if (!canonical) return tl::unexpected(canonical.error());
  return Credential{text_of(X509_get_subject_name(parsed->chain.front().get())),
                    *std::move(identity), *not_after, *std::move(canonical)};
}

}  // namespace rft::gsi
