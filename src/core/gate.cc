#include "core/gate.h"

#include <algorithm>
#include <functional>

namespace rft {
namespace {

Duration next_delay(const Gate& gate, const GateKey& key) {
  if (key.reason == Hold::credential) return credential_probe;
  if (key.reason == Hold::space) return space_probe;
  return gate.delay == Duration{0} ? probe_first : std::min(gate.delay * 2, probe_most);
}

// Spread by endpoint and moment, so that many endpoints behind one cut link are not probed at once.
Duration jittered(Duration delay, const GateKey& key, Now now) {
  const auto hash = std::hash<std::string>()(key.endpoint.text()) +
                    static_cast<std::size_t>(milliseconds(now.wall)) * 2654435761U;
  const auto swing =
      static_cast<std::int64_t>(hash % (2 * probe_jitter_percent + 1)) - probe_jitter_percent;
  return delay + delay * swing / 100;
}

}  // namespace

Gate close_gate(const GateKey& key, const Fault& fault, Now now) {
  Gate gate;
  gate.since = now.wall;
  keep_closed(gate, key, fault, now);
  return gate;
}

void keep_closed(Gate& gate, const GateKey& key, const Fault& fault, Now now) {
  gate.fault = fault;
  gate.probing = false;
  gate.delay = next_delay(gate, key);
  gate.next_probe = now.instant + jittered(gate.delay, key, now);
}

bool probe_due(const Gate& gate, Now now) {
  if (gate.probing) return now.instant - gate.probed_at >= probe_answer_within;
  return now.instant >= gate.next_probe;
}

void probe_sent(Gate& gate, Now now) {
  gate.probing = true;
  gate.probed_at = now.instant;
}

std::optional<GateKey> gate_of(const Fault& fault, const Endpoint& source,
                               const Endpoint& destination, const std::string& owner,
                               const std::optional<Uuid>& source_credential,
                               const std::optional<Uuid>& destination_credential) {
  const FaultEntry& known = entry(fault.code);
  if (known.remedy != Remedy::hold) return std::nullopt;
  const bool at_source = fault.side == Side::source;
  const Endpoint& endpoint = at_source ? source : destination;
  switch (known.hold) {
    case Hold::endpoint_down:
      return GateKey{Hold::endpoint_down, endpoint, "", std::nullopt};
    case Hold::credential:
      return GateKey{Hold::credential, endpoint, owner,
                     at_source ? source_credential : destination_credential};
    case Hold::space:
      return GateKey{Hold::space, destination, owner, std::nullopt};
    default:
      return std::nullopt;
  }
}

}  // namespace rft
