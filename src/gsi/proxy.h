// Credential: a certificate, its key and its chain, as a user hands them over in PEM: a proxy of
// RFC 3820, a legacy Globus proxy, or an end-entity certificate with its key.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace rft::gsi {

inline constexpr std::size_t credential_bytes_max = 256 * 1024;
inline constexpr std::size_t credential_certificates_max = 32;  // of one chain

struct Credential {
  std::string subject;   // of the first certificate: /O=Grid/CN=Alice/CN=123456
  std::string identity;  // whose it is, without the CNs that proxies add: /O=Grid/CN=Alice
  WallTime not_after;    // the earliest of the chain
  Secret pem;            // certificate, key, chain: the order that the GSI libraries take

  bool expired(WallTime now) const { return not_after <= now; }
};

// Reads what stands in PEM and forgets all else in it. Whether its issuer is trusted is for the
// servers to say.
//   invalid_credential  larger than credential_bytes_max, no PEM, no certificate, no key, a key
//                       with a passphrase, or a key that is not the first certificate's
//   credential_expired  a certificate of the chain has ended
Result<Credential> read_credential(std::string_view pem, WallTime now);

}  // namespace rft::gsi
