// Who is granted a mover now, and why another is not: one set of predicates for both.
#include <fmt/format.h>

#include <algorithm>

#include "core/retry.h"
#include "engine/world.h"

namespace rft {

// The closed gate before a lane, or none. A gate of space lets its canary through (see fits).
Hold Engine::World::barred_by(const LaneKey& lane, const Gate** gate, const GateKey** key) const {
  const GateKey keys[] = {
      {Hold::endpoint_down, lane.source, "", std::nullopt},
      {Hold::endpoint_down, lane.destination, "", std::nullopt},
      {Hold::credential, lane.source, lane.owner, lane.source_credential},
      {Hold::credential, lane.destination, lane.owner, lane.destination_credential},
      {Hold::space, lane.destination, lane.owner, std::nullopt},
  };
  for (const GateKey& one : keys) {
    const auto found = gates.find(one);
    if (found == gates.end()) continue;
    if (gate) *gate = &found->second;
    if (key) *key = &found->first;
    return one.reason;
  }
  return Hold::none;
}

bool Engine::World::within_limits(const LaneKey& lane) const {
  const auto count = [](const auto& counts, const auto& key) {
    const auto found = counts.find(key);
    return found == counts.end() ? 0U : found->second;
  };
  if (lane.bundles && count(active_bundles, lane) >= limits.bundles_per_link_max) return false;
  return active < limits.active_max &&
         count(active_of_owner, lane.owner) < limits.active_per_owner_max &&
         count(active_of_endpoint, lane.source) < limits.active_per_endpoint_max &&
         count(active_of_endpoint, lane.destination) < limits.active_per_endpoint_max;
}

// Two transfers of ours to one destination go one after the other.
bool Engine::World::fits(const Uuid& file) {
  Strand& strand = *by_file.at(file);
  if (!strand.transfer || strand.busy) return false;
  if (strand.has_destinations) return true;
  Destinations& all = destinations(strand);
  const auto taken = std::find_if(all.begin(), all.end(), [this](std::uint64_t one) {
    return busy_destinations.contains(one);
  });
  if (taken == all.end()) return true;
  std::iter_swap(all.begin(), taken);  // what it waits for is the first that is asked about again
  return false;
}

bool Engine::World::are_free(const Destinations& names) const {
  return std::none_of(names.begin(), names.end(),
                      [this](std::uint64_t one) { return busy_destinations.contains(one); });
}

bool Engine::World::awaits_destination(const Strand& strand) const {
  if (strand.has_destinations) return false;
  return !are_free(strand.destinations ? *strand.destinations : destinations_of(*strand.transfer));
}

void Engine::World::grant(Strand& strand) {
  if (is_whole(strand.transfer->file)) {
    unindex(strand);
    strand.granting = true;
    return deliver(strand, GrantMail{""});
  }
  const bool alone = strand.transfer->file.mover_deaths >= mover_deaths_at_once;
  const auto mover = mover_for(strand.owner, alone);
  if (!mover) return;
  movers[*mover].files.insert(*strand.file);
  const LaneKey lane = lane_of(*strand.transfer);
  strand.streams_granted = streams_for(lane);
  count_as_served(lane);
  unindex(strand);
  strand.granting = true;
  index(strand);
  deliver(strand, GrantMail{*mover, strand.streams_granted});
}

void Engine::World::schedule() {
  if (!open) return;
  look_at_limits();
  tend_wholes();
  if (clock.now().instant < no_start_before) return;
  const auto admits = [&](const LaneKey& lane) {
    return within_limits(lane) && barred_by(lane, nullptr, nullptr) == Hold::none &&
           !limited_by(lane);
  };
  for (const auto& [key, file] : std::exchange(canaries, {})) {
    const auto found = by_file.find(file);
    if (found == by_file.end() || !queue.contains(file) || !fits(file)) continue;
    if (limited_by(lane_of(*found->second->transfer))) {
      canaries.emplace(key, file);  // it goes as soon as there is room
    } else {
      grant(*found->second);
    }
  }
  while (active < limits.active_max) {
    const auto next = queue.next(
        admits, [&](const Uuid& file) { return fits(file); },
        [&](const LaneKey& lane) { return claim_of(lane); });
    if (!next) return;
    grant(*by_file.at(*next));
  }
}

// How many of the same owner go before it. What a gate bars, or a limit that it does not wait for
// itself (`awaited`), goes later, whatever its priority.
std::uint64_t Engine::World::ahead_of(const Uuid& file, const HeldLimit* awaited) const {
  return queue.ahead_of(file, [&](const LaneKey& lane) {
    if (barred_by(lane, nullptr, nullptr) != Hold::none) return false;
    const auto barrier = limited_by(lane);
    return !barrier || barrier->held == awaited;
  });
}

Why Engine::World::why_whole(const Transfer& whole) const {
  const auto sums = wholes.find(whole.request.id);
  const Strand* part = sums == wholes.end() ? nullptr : telling_part(sums->second);
  const std::string count = sums == wholes.end()
                                ? ""
                                : fmt::format(" ({} of {} files have ended)",
                                              sums->second.sums.ended(), sums->second.sums.files);
  if (part == nullptr)
    return {whole.file.status, Hold::none, "its parts are read" + count, {}, {}, {}};
  Why why = this->why(*part);
  why.status = all_wait(whole) ? Status::committed : whole.file.status;
  why.sentence += count;
  return why;
}

Why Engine::World::why(const Strand& strand) const {
  const Transfer& transfer = *strand.transfer;
  const File& file = transfer.file;
  Why why{file.status, file.hold, "", file.not_before, std::nullopt, file.fault};
  if (is_whole(file) && file.status == Status::active && !file.stop_asked)
    return why_whole(transfer);
  if (file.status != Status::committed) {
    why.sentence = file.status == Status::active && file.stop_asked
                       ? "its user asked to stop it; it waits for its mover to confirm"
                   : file.status == Status::active   ? "it is moving"
                   : file.status == Status::inactive ? "it was submitted and not committed"
                   : file.fault                      ? sentence(*file.fault)
                                                     : "it is final";
    return why;
  }
  if (strand.granting) {
    why.hold = Hold::turn;
    why.sentence = "it is being given to a mover";
    return why;
  }
  const Gate* gate = nullptr;
  const GateKey* key = nullptr;
  const LaneKey lane = lane_of(transfer);
  const Now now = clock.now();
  if (const Hold hold = barred_by(lane, &gate, &key); hold != Hold::none) {
    why.hold = hold;
    why.fault = gate->fault;
    why.until = now.wall + std::max(Duration{0}, gate->next_probe - now.instant);
    why.sentence = fmt::format("{} is held for all since {}: {}", key->endpoint.text(),
                               to_rfc3339(gate->since), sentence(gate->fault));
  } else if (file.not_before && !queue.contains(file.id)) {
    why.hold = Hold::back_off;
    why.sentence = fmt::format("the last try failed ({}); the next starts at {}", file.hold_detail,
                               to_rfc3339(*file.not_before));
  } else if (!open) {
    why.hold = Hold::turn;
    why.sentence = "the service is starting";
  } else if (now.instant < no_start_before) {
    why.hold = Hold::turn;
    why.sentence = "movers do not start; see the service's log";
  } else if (const auto barrier = limited_by(lane)) {
    explain_limit(*barrier, strand, why);
  } else if (awaits_destination(strand)) {
    why.hold = Hold::destination_busy;
    why.sentence = "another transfer to the same destination goes first";
  } else {
    why.hold = Hold::turn;
    why.ahead = ahead_of(file.id, nullptr);
    why.sentence = fmt::format(
        "it waits for its turn: {} of the same owner go first; {} of at "
        "most {} transfers are active",
        *why.ahead, active, limits.active_max);
    why.until.reset();
  }
  return why;
}

}  // namespace rft
