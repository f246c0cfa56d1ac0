// The laws of limits: nothing is admitted beyond what one leaves.
#include <fmt/format.h>

#include <algorithm>

#include "sim/laws.h"

namespace rft::sim {
namespace {

// From the decision to admit until that is stored.
constexpr Duration admission_takes{60'000};

LaneKey lane_of(const Transfer& transfer) {
  return {transfer.request.owner,
          transfer.request.source.endpoint,
          transfer.request.destination.endpoint,
          std::nullopt,
          std::nullopt,
          false};
}

// A stop that must look first is held up by nothing, so what stops is not counted.
Usage active_in(const LimitScope& scope, const MemoryTables& tables) {
  Usage used;
  for (const auto& [id, transfer] : tables.transfers) {
    const File& file = transfer.file;
    if (file.status != Status::active || file.stop_asked || rft::is_whole(file)) continue;
    const LaneKey lane = lane_of(transfer);
    const auto scopes = scopes_of(lane);
    if (std::find(scopes.begin(), scopes.end(), scope) == scopes.end()) continue;
    used += usage_of(load_of(transfer, file.streams), scope, lane);
  }
  return used;
}

template <class T>
void widen(std::optional<T>& bound, const std::optional<T>& other) {
  if (bound) bound = other ? std::optional(std::max(*bound, *other)) : std::nullopt;
}

}  // namespace

void Laws::limits_are(const std::map<LimitScope, Limit>& limits) {
  const Instant since = events_.steps() == 0 ? Instant{} : events_.now();
  for (const auto& [scope, limit] : limits) {
    auto& versions = limits_[scope];
    const bool same = !versions.empty() && versions.back().limit == limit;
    if (!same) versions.push_back({since, limit});
  }
  for (auto& [scope, versions] : limits_) {
    if (!limits.contains(scope) && versions.back().limit) versions.push_back({since, {}});
  }
}

// The widest that held lately, for what is stored now was admitted a little earlier.
Bounds Laws::widest_lately(const std::vector<LimitVersion>& versions) const {
  const auto no_offset = LocalOffset();
  const Instant since = events_.now() - admission_takes;
  std::optional<Bounds> widest;
  if (versions.front().since > since) return {};  // before it there was none
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const bool over = i + 1 < versions.size() && versions[i + 1].since <= since;
    if (over) continue;
    if (!versions[i].limit) return {};
    for (const Duration ago : {Duration(0), admission_takes}) {
      const Bounds held = bounds_at(*versions[i].limit, events_.wall() - ago, no_offset);
      if (!widest) {
        widest = held;
        continue;
      }
      widen(widest->transfers, held.transfers);
      widen(widest->streams, held.streams);
      widen(widest->sessions, held.sessions);
    }
  }
  return widest.value_or(Bounds{});
}

void Laws::check_admission(const Transfer& before, const Transfer& after,
                           const MemoryTables& tables) {
  const bool is_admitted = before.file.status != Status::active &&
                           after.file.status == Status::active && !after.file.stop_asked;
  if (!is_admitted) return;
  if (limits_.empty() || weather_.count(FaultKind::wall_jumps) > 0) return;
  const LaneKey lane = lane_of(after);
  for (const LimitScope& scope : scopes_of(lane)) {
    const auto versions = limits_.find(scope);
    if (versions == limits_.end()) continue;
    const Bounds bounds = widest_lately(versions->second);
    const Usage used = active_in(scope, tables);
    const bool alone = used.transfers == 1;
    const bool beyond = (bounds.transfers && used.transfers > *bounds.transfers) ||
                        (bounds.streams && used.streams > *bounds.streams) ||
                        (bounds.sessions && used.sessions > *bounds.sessions && !alone);
    if (!beyond) continue;
    const auto most = [](const std::optional<std::uint32_t>& bound) {
      return bound ? std::to_string(*bound) : std::string("any");
    };
    break_law("limit", fmt::format("{} was admitted beyond the limit of {}: {} of {} transfers, {} "
                                   "of {} streams, {} of {} sessions",
                                   name_of(after), scope.text(), used.transfers,
                                   most(bounds.transfers), used.streams, most(bounds.streams),
                                   used.sessions, most(bounds.sessions)));
  }
}

}  // namespace rft::sim
