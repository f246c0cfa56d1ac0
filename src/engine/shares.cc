// Which owner goes first where several contend: the one that has least, for its weight, of what is
// short (P10).
#include <algorithm>
#include <limits>

#include "engine/world.h"

namespace rft {
namespace {

template <class Counts, class Key>
std::int64_t count_of(const Counts& counts, const Key& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

}  // namespace

std::uint32_t Engine::World::weight_of(const std::string& owner) const {
  const auto held = held_limits.find({LimitScope::Kind::owner, owner, {}, {}});
  return held == held_limits.end() ? 1 : held->second.limit.share;
}

// How many more attempts may begin in a scope.
std::int64_t Engine::World::slots_left(const LimitScope& scope) const {
  std::int64_t left = std::numeric_limits<std::int64_t>::max();
  if (scope.kind == LimitScope::Kind::all) {
    left = std::int64_t{limits.active_max} - active;
  } else if (scope.kind == LimitScope::Kind::endpoint) {
    left = limits.active_per_endpoint_max - count_of(active_of_endpoint, scope.source);
  }
  const auto held = held_limits.find(scope);
  if (held == held_limits.end() || !held->second.now.transfers) return left;
  const auto used = usage.find(scope);
  const std::int64_t taken = used == usage.end() ? 0 : used->second.transfers;
  return std::min(left, *held->second.now.transfers - taken);
}

// Of the scopes that owners share, that in which fewest slots are left.
Claim Engine::World::claim_of(const LaneKey& lane) const {
  std::optional<std::pair<std::int64_t, LimitScope>> shortest;
  for (const LimitScope& scope : scopes_of(lane)) {
    if (scope.kind == LimitScope::Kind::owner) continue;
    const std::int64_t left = slots_left(scope);
    if (!shortest || left < shortest->first) shortest.emplace(left, scope);
  }
  const LimitScope& scope = shortest->second;
  const auto has = static_cast<double>(count_of(active_of, std::pair(scope, lane.owner)));
  return {has / weight_of(lane.owner), served.of(lane.owner, scope)};
}

void Engine::World::count_as_served(const LaneKey& lane) {
  for (const LimitScope& scope : scopes_of(lane)) {
    if (scope.kind == LimitScope::Kind::owner) continue;
    served.admitted(lane.owner, scope, weight_of(lane.owner));
  }
}

}  // namespace rft
