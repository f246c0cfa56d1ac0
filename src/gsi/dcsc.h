// The context of a data channel for DCSC: one throw-away certificate that both servers are given,
// so that they authenticate each other without a delegated credential.
#pragma once
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace rft::gsi {

inline constexpr Duration dcsc_lifetime_max = std::chrono::hours(24);
inline constexpr Duration dcsc_backdated =
    std::chrono::minutes(5);  // for servers whose clock is behind

// A fresh EC P-256 key and its self-signed certificate, as the text that follows "DCSC P ": base64
// of certificate, key and the certificate again, which is its own trust anchor. It has no
// extension: servers refuse one that says CA:TRUE. Valid from now - dcsc_backdated to now +
// lifetime, which is clamped to dcsc_lifetime_max. Draws randomness from OpenSSL; fails (internal)
// only where that does. Send it encrypted only: whoever reads it can speak on the data channel.
Result<Secret> make_dcsc_blob(WallTime now, Duration lifetime = dcsc_lifetime_max);

}  // namespace rft::gsi
