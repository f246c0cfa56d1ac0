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
  const auto both = [&](const std::optional<Uuid>& source, const std::optional<Uuid>& destination) {
    if (source) named.push_back({*source, Side::source});
    if (destination && destination != source) named.push_back({*destination, Side::destination});
  };
  if (const auto* move = std::get_if<MoveOrder>(&order)) {
    both(move->source_credential, move->destination_credential);
  } else if (const auto* bundle = std::get_if<BundleOrder>(&order)) {
    both(bundle->source_credential, bundle->destination_credential);
  } else if (const auto* list = std::get_if<ListOrder>(&order)) {
    both(list->source_credential, std::nullopt);
  } else if (const auto* remove = std::get_if<RemoveOrder>(&order)) {
    if (remove->credential) named.push_back({*remove->credential, Side::destination});
  } else if (const auto* probe = std::get_if<ProbeOrder>(&order)) {
    if (probe->credential) named.push_back({*probe->credential, Side::none});
  }
  return named;
}

std::optional<Task> task_of(const Order& order) {
  return std::visit(
      [](const auto& one) -> std::optional<Task> {
        if constexpr (requires { one.task; }) {
          return one.task;
        } else {
          return std::nullopt;
        }
      },
      order);
}

Word refusal_of(const Order& order, const NamedCredential& credential, const Error& why) {
  const Fault fault{fault_code_for(why.code), credential.side, Doing::login, "", why.detail};
  if (const auto* remove = std::get_if<RemoveOrder>(&order)) return Removed{remove->id, fault};
  if (const auto* probe = std::get_if<ProbeOrder>(&order)) {
    return Probed{probe->endpoint, probe->credential, fault};
  }
  Failed failed;
  failed.fault = fault;
  return TaskWord{*task_of(order), first_seq, std::move(failed)};
}

}  // namespace rft
