// Gate: an outage that is known once, not per transfer. It bars new work, costs no tries, and is
// probed until what it waits for is there again. Pure: `now` is an argument.
#pragma once
#include <compare>
#include <optional>
#include <string>

#include "base/fault.h"
#include "base/time.h"
#include "base/url.h"
#include "base/uuid.h"

namespace rft {

inline constexpr Duration probe_first = 1s;  // after an endpoint was found down, then doubling
inline constexpr Duration probe_most = 30s;
inline constexpr int probe_jitter_percent = 20;
inline constexpr Duration credential_probe = 60s;  // a full server may say what a refusal says
inline constexpr Duration space_probe = 60s;
inline constexpr Duration space_patience = std::chrono::hours(1);
inline constexpr Duration probe_answer_within = 60s;

// What is barred: an endpoint for all (endpoint_down), a credential at an endpoint for its owner
// (credential), or a destination for an owner (space).
struct GateKey {
  Hold reason = Hold::endpoint_down;
  Endpoint endpoint;
  std::string owner;               // empty with endpoint_down
  std::optional<Uuid> credential;  // with Hold::credential; none: it is missing
  auto operator<=>(const GateKey&) const = default;
};

struct Gate {
  WallTime since{};
  Fault fault;
  Instant next_probe{};
  Duration delay{0};     // between the last two probes
  bool probing = false;  // a probe was sent and has not answered
  Instant probed_at{};
};

Gate close_gate(const GateKey& key, const Fault& fault, Now now);
// A probe, or a transfer that had been granted before, failed the same way.
void keep_closed(Gate& gate, const GateKey& key, const Fault& fault, Now now);
bool probe_due(const Gate& gate, Now now);
void probe_sent(Gate& gate, Now now);

// The gate that a fault closes; nothing where its remedy is no hold.
std::optional<GateKey> gate_of(const Fault& fault, const Endpoint& source,
                               const Endpoint& destination, const std::string& owner,
                               const std::optional<Uuid>& source_credential,
                               const std::optional<Uuid>& destination_credential);

}  // namespace rft
