// What a transfer's saved state means for the queue, the counters and the timers.
#include <algorithm>
#include <utility>

#include "core/credential.h"
#include "core/retry.h"
#include "engine/world.h"

namespace rft {
namespace {

constexpr Duration timer_least = 50ms;

std::uint32_t streams_of(const Strand& strand) {
  return strand.granting ? strand.streams_granted : strand.transfer->file.streams;
}

template <class Counts, class Key>
void less(Counts& counts, const Key& key) {
  const auto found = counts.find(key);
  if (--found->second == 0) counts.erase(found);
}

}  // namespace

Instant Engine::World::instant_of(WallTime wall) const {
  const Now now = clock.now();
  return now.instant + std::max(Duration{0}, wall - now.wall);
}

// A credential that has expired is still the one that a transfer waits for: its lane does not
// change by the passing of time.
LaneKey Engine::World::lane_of(const Transfer& transfer) const {
  constexpr WallTime before_any_end{};
  const Request& request = transfer.request;
  const auto mine = credentials_of(request.owner);
  const auto credential = [&](const Endpoint& endpoint, const std::optional<Uuid>& wanted) {
    const auto chosen = choose_credential(mine, endpoint, wanted, Side::none, before_any_end);
    return chosen ? *chosen : wanted;
  };
  return {request.owner,
          request.source.endpoint,
          request.destination.endpoint,
          credential(request.source.endpoint, request.options.source_credential),
          credential(request.destination.endpoint, request.options.destination_credential),
          transfer.file.kind == Kind::bundle};
}

EndpointMemory Engine::World::memory_of(const Transfer& transfer) const {
  // Of one that answered since it was down, a turn is waited for, and not the host.
  const auto seen = [&](const Endpoint& endpoint) {
    const auto row = endpoints.find(endpoint);
    const bool logged_in = row != endpoints.end() && row->second.last_login;
    return logged_in || !gates.contains({Hold::endpoint_down, endpoint, "", std::nullopt});
  };
  EndpointMemory memory;
  memory.source_ever_seen = seen(transfer.request.source.endpoint);
  memory.destination_ever_seen = seen(transfer.request.destination.endpoint);
  const Gate* gate = nullptr;
  const GateKey* key = nullptr;
  if (barred_by(lane_of(transfer), &gate, &key) != Hold::none) {
    memory.barred_since = gate->since;
    memory.barred_by = gate->fault;
    memory.barred_by->side =
        key->endpoint == transfer.request.source.endpoint ? Side::source : Side::destination;
  }
  return memory;
}

// What is due and not yet done is looked at again a little later: its save is under way or failed.
void Engine::World::set_timer(Strand& strand, Instant at) {
  at = std::max(at, clock.now().instant + timer_least);
  if (strand.timer && *strand.timer <= at) return;
  if (strand.timer) timers.erase({*strand.timer, *strand.file});
  strand.timer = at;
  timers.insert({at, *strand.file});
}

void Engine::World::fire_timers() {
  const Now now = clock.now();
  std::vector<Uuid> due;
  for (auto at = timers.begin(); at != timers.end() && at->first <= now.instant; ++at) {
    due.push_back(at->second);
  }
  for (const Uuid& file : due) {
    const auto found = by_file.find(file);
    if (found == by_file.end() || !found->second->transfer) continue;
    Strand& strand = *found->second;
    const Transfer& transfer = *strand.transfer;
    const bool over = is_over(transfer, memory_of(transfer), now) && strand.mail.empty();
    const bool look = needs_look(transfer.file) && !strand.granting && !strand.busy &&
                      now.instant >= std::max(strand.next_look, no_start_before) &&
                      !backs_off(transfer.file, now.wall);
    unindex(strand);
    index(strand);
    if (over) {
      deliver(strand, TimeMail{});
    } else if (look) {
      grant(strand);
    }
  }
}

void Engine::World::mark_active(Strand& strand, const LaneKey& lane) {
  ++active;
  ++active_of_owner[lane.owner];
  ++active_of_endpoint[lane.source];
  if (lane.destination != lane.source) ++active_of_endpoint[lane.destination];
  if (lane.bundles) ++active_bundles[lane];
  Occupied place{lane, load_of(*strand.transfer, streams_of(strand))};
  occupy(place);
  strand.occupied = std::make_unique<Occupied>(std::move(place));
  take_destinations(strand);
}

void Engine::World::unmark_active(Strand& strand) {
  if (!strand.occupied) return;
  const Occupied place = std::move(*strand.occupied);
  strand.occupied.reset();
  const LaneKey& lane = place.lane;
  --active;
  less(active_of_owner, lane.owner);
  less(active_of_endpoint, lane.source);
  if (lane.destination != lane.source) less(active_of_endpoint, lane.destination);
  if (lane.bundles) less(active_bundles, lane);
  vacate(place);
}

// A bundle's are unpacked once: what waits at the head of its queue keeps them.
Destinations& Engine::World::destinations(Strand& strand) {
  if (!strand.destinations) strand.destinations = destinations_of(*strand.transfer);
  return *strand.destinations;
}

// All at once, when it is granted, and none while it waits: so no two wait for each other.
void Engine::World::take_destinations(Strand& strand) {
  if (std::exchange(strand.has_destinations, true)) return;
  for (const std::uint64_t one : destinations(strand)) ++busy_destinations[one];
}

void Engine::World::leave_destinations(Strand& strand) {
  if (!std::exchange(strand.has_destinations, false)) return;
  for (const std::uint64_t one : *strand.destinations) less(busy_destinations, one);
  strand.destinations.reset();
}

// What waits has none, but where its rename was ordered and it is not known whether it was done: it
// may be done yet, or what it gave its name be looked for, so nobody else gets that name in
// between. One that comes into memory when they are another's waits for them as all do.
void Engine::World::keep_destinations(Strand& strand) {
  const File* file = strand.transfer ? &strand.transfer->file : nullptr;
  const bool in_doubt = file && file->status == Status::committed && file->publish_ordered;
  if (!in_doubt || is_whole(*file)) return leave_destinations(strand);
  if (strand.has_destinations || !are_free(destinations(strand))) return;
  take_destinations(strand);
}

// A file that was taken out of a bundle goes on by itself: its name is its own.
void Engine::World::leave_to_born(Strand& strand, const std::vector<Transfer>& born) {
  if (!strand.has_destinations || strand.destinations->empty()) return;
  for (const Transfer& young : born) {
    if (young.file.kind != Kind::file) continue;
    for (const std::uint64_t one : destinations_of(young)) {
      const auto mine = std::find(strand.destinations->begin(), strand.destinations->end(), one);
      if (mine == strand.destinations->end()) continue;
      strand.destinations->erase(mine);
      less(busy_destinations, one);
    }
  }
}

void Engine::World::index(Strand& strand) {
  if (strand.transfer) put_in_place(strand);
  if (!strand.occupied) keep_destinations(strand);
  if (strand.transfer) charge(strand);
}

void Engine::World::put_in_place(Strand& strand) {
  const Transfer& transfer = *strand.transfer;
  const File& file = transfer.file;
  if (const auto due = next_deadline(transfer, memory_of(transfer))) {
    set_timer(strand, instant_of(*due));
  }
  if (is_whole(file) && file.status == Status::active) return;
  if (file.status == Status::active) {
    mark_active(strand, lane_of(transfer));
    if (needs_look(file) && !strand.granting) {
      const Now now = clock.now();
      const Instant at = backs_off(file, now.wall) ? instant_of(*file.not_before) : now.instant;
      set_timer(strand, std::max({at, strand.next_look, no_start_before}));
    }
    return;
  }
  live.erase(file.id);
  if (file.status != Status::committed || awaits_others(file)) return;
  ranks[strand.owner].insert(file.rank);
  if (strand.granting && is_whole(file)) return;
  if (strand.granting) return mark_active(strand, lane_of(transfer));
  const Now now = clock.now();
  if (backs_off(file, now.wall)) {
    set_timer(strand, instant_of(*file.not_before));
    return;
  }
  queue.add(lane_of(transfer), {file.priority, file.rank, file.id});
}

void Engine::World::unindex(Strand& strand) {
  unmark_active(strand);
  unqueue(strand);
}

void Engine::World::unqueue(Strand& strand) {
  if (strand.timer) timers.erase({*strand.timer, *strand.file});
  strand.timer.reset();
  if (!strand.transfer) return;
  const File& file = strand.transfer->file;
  queue.remove(file.id);
  if (file.status != Status::committed || awaits_others(file)) return;
  auto mine = ranks.find(strand.owner);
  if (mine == ranks.end()) return;
  if (const auto rank = mine->second.find(file.rank); rank != mine->second.end()) {
    mine->second.erase(rank);
  }
  if (mine->second.empty()) ranks.erase(mine);
}

}  // namespace rft
