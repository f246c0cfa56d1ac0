#include "daemon/order_credentials.h"

#include <type_traits>
#include <variant>

namespace rft {
namespace {

FaultCode fault_code_for(Code code) {
  switch (code) {
    case Code::no_such_credential:
      return FaultCode::credential_missing;
    case Code::credential_expired:
      return FaultCode::credential_expired;
    default:
      return FaultCode::credential_unusable;
  }
}

// The first word of its task: a mover that already works on the task has said it, so that this one
// is stale.
constexpr std::uint64_t first_seq = 1;

}  // namespace

std::vector<NamedCredential> credentials_of(const Order& order) {
  std::vector<NamedCredential> named;
  if (const auto* move = std::get_if<MoveOrder>(&order)) {
    if (move->source_credential) named.push_back({*move->source_credential, Side::source});
    if (move->destination_credential && move->destination_credential != move->source_credential) {
      named.push_back({*move->destination_credential, Side::destination});
    }
  } else if (const auto* remove = std::get_if<RemoveOrder>(&order)) {
    if (remove->credential) named.push_back({*remove->credential, Side::destination});
  } else if (const auto* probe = std::get_if<ProbeOrder>(&order)) {
    if (probe->credential) named.push_back({*probe->credential, Side::none});
  }
  return named;
}

Word refusal_of(const Order& order, const NamedCredential& credential, const Error& why) {
  const Fault fault{fault_code_for(why.code), credential.side, Doing::login, "", why.detail};
  if (const auto* remove = std::get_if<RemoveOrder>(&order)) return Removed{remove->id, fault};
  if (const auto* probe = std::get_if<ProbeOrder>(&order)) {
    return Probed{probe->endpoint, probe->credential, fault};
  }
  Failed failed;
  failed.fault = fault;
  return TaskWord{std::get<MoveOrder>(order).task, first_seq, std::move(failed)};
}

}  // namespace rft
