#include "core/credential.h"

#include <fmt/format.h>

namespace rft {
namespace {

tl::unexpected<Fault> lacks(FaultCode code, Side side, std::string detail) {
  return tl::unexpected(Fault{code, side, Doing::login, "", std::move(detail)});
}

const CredentialFacts* named(const std::vector<CredentialFacts>& all, const Uuid& id) {
  for (const CredentialFacts& facts : all) {
    if (facts.id == id) return &facts;
  }
  return nullptr;
}

const CredentialFacts* fitting(const std::vector<CredentialFacts>& all, const Endpoint& endpoint) {
  const bool gsi = endpoint.scheme == Scheme::gsiftp;
  const CredentialFacts* best = nullptr;
  for (const CredentialFacts& facts : all) {
    const bool fits = gsi ? facts.kind == CredentialKind::x509_proxy
                          : facts.kind == CredentialKind::password && facts.endpoint == endpoint;
    if (fits && (!best || best->renewed_at < facts.renewed_at)) best = &facts;
  }
  return best;
}

}  // namespace

tl::expected<std::optional<Uuid>, Fault> choose_credential(
    const std::vector<CredentialFacts>& of_owner, const Endpoint& endpoint,
    const std::optional<Uuid>& wanted, Side side, WallTime now) {
  const CredentialFacts* chosen = wanted ? named(of_owner, *wanted) : fitting(of_owner, endpoint);
  // A list has one for all its files, and a proxy is for those over gsiftp.
  const bool is_for_others =
      chosen && endpoint.scheme == Scheme::ftp && chosen->kind == CredentialKind::x509_proxy;
  if (is_for_others) chosen = fitting(of_owner, endpoint);
  if (wanted && !chosen && !is_for_others) {
    return lacks(FaultCode::credential_missing, side,
                 fmt::format("credential {} is not stored any more; add it again or submit anew",
                             wanted->text()));
  }
  if (!chosen && endpoint.scheme == Scheme::ftp) return std::nullopt;
  if (!chosen) {
    return lacks(FaultCode::credential_missing, side,
                 "make a proxy (grid-proxy-init) and hand it over with 'rft cred add'");
  }
  const bool wrong_kind =
      endpoint.scheme == Scheme::gsiftp && chosen->kind != CredentialKind::x509_proxy;
  if (wrong_kind) {
    return lacks(
        FaultCode::credential_missing, side,
        fmt::format("credential {} is a password; gsiftp needs a proxy", chosen->id.text()));
  }
  if (chosen->not_after && *chosen->not_after <= now) {
    return lacks(FaultCode::credential_expired, side,
                 fmt::format("{} expired at {}; renew the proxy", chosen->subject,
                             to_rfc3339(*chosen->not_after)));
  }
  return chosen->id;
}

}  // namespace rft
