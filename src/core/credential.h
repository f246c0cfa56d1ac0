// Which stored credential a transfer uses at an endpoint.
#pragma once
#include <optional>
#include <vector>

#include "base/result.h"
#include "core/transfer.h"

namespace rft {

// `wanted`: the id that the user named. Else gsiftp takes the owner's x509 credential that was
// handed over last; ftp takes the owner's password for this endpoint, and is anonymous where there
// is none. A fault (credential_missing, credential_expired) is a hold: it ends by itself when one
// comes.
tl::expected<std::optional<Uuid>, Fault> choose_credential(
    const std::vector<CredentialFacts>& of_owner, const Endpoint& endpoint,
    const std::optional<Uuid>& wanted, Side side, WallTime now);

}  // namespace rft
