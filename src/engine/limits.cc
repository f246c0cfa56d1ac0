// Limits that administrators set: what they leave room for is asked before anything is granted, of
// a whole lane at once, however much waits in it.
#include <fmt/format.h>

#include <algorithm>

#include "engine/world.h"

namespace rft {
namespace {

constexpr Duration looked_at_every = 10s;  // so that a wall clock that jumped is noticed

// What holds from now on. What was owed to a rate is owed to the next one, too.
void hold(HeldLimit& held, Now now, const LocalOffset& local) {
  const auto before = held.now.rate;
  held.now = bounds_at(held.limit, now.wall, local);
  held.until = next_change(held.limit, now.wall, local);
  if (before && held.now.rate) {
    held.allowance = allowance_at(held.allowance, *before, now.instant);
  } else {
    held.allowance = {0, now.instant};
  }
}

tl::unexpected<Error> not_saved(Saved saved) {
  if (saved == Saved::full) {
    return fail(Code::storage_full, "free space under the service's state folder; then try again");
  }
  return fail(Code::unavailable, "the service's database did not take the limit; try again");
}

}  // namespace

void Engine::World::put_limit(const Limit& limit) {
  HeldLimit& held = held_limits[limit.scope];
  held.limit = limit;
  hold(held, clock.now(), [this](WallTime at) { return clock.local_offset(at); });
  limits_due = Instant{};
}

void Engine::World::look_at_limits() {
  const Now now = clock.now();
  if (held_limits.empty() || now.instant < limits_due) return;
  limits_due = now.instant + looked_at_every;
  for (auto& [scope, held] : held_limits) {
    hold(held, now, [this](WallTime at) { return clock.local_offset(at); });
    if (held.until) limits_due = std::min(limits_due, now.instant + (*held.until - now.wall));
  }
}

std::optional<Instant> Engine::World::next_limit_wake() const {
  if (held_limits.empty()) return std::nullopt;
  const Instant now = clock.now().instant;
  Instant next = limits_due;
  for (const auto& [scope, held] : held_limits) {
    if (!held.now.rate) continue;
    const Instant paid = paid_at(held.allowance, *held.now.rate);
    if (paid > now) next = std::min(next, paid);
  }
  return next;
}

// The first limit that leaves no room in this lane, from the widest. O(log limits).
std::optional<Engine::World::Barrier> Engine::World::limited_by(const LaneKey& lane) const {
  if (held_limits.empty()) return std::nullopt;
  const Instant now = clock.now().instant;
  for (const LimitScope& scope : scopes_of(lane)) {
    const auto held = held_limits.find(scope);
    if (held == held_limits.end()) continue;
    const Bounds& bounds = held->second.now;
    const auto in_use = usage.find(scope);
    Usage used = in_use == usage.end() ? Usage{} : in_use->second;
    // One whose host is mute holds up nobody else.
    const auto mine = unmeasured_of.find({scope, lane.owner});
    used.unmeasured = mine == unmeasured_of.end() ? 0 : mine->second;
    const Allowance allowance =
        bounds.rate ? allowance_at(held->second.allowance, *bounds.rate, now) : Allowance{};
    const Bound bound = full(bounds, used, usage_of(Load{}, scope, lane), allowance);
    if (bound != Bound::none) return Barrier{&held->second, bound};
  }
  return std::nullopt;
}

// As many as are usual, or fewer where a limit leaves fewer.
std::uint32_t Engine::World::streams_for(const LaneKey& lane) const {
  std::uint32_t streams = limits.streams_default;
  if (held_limits.empty()) return streams;
  for (const LimitScope& scope : scopes_of(lane)) {
    const auto held = held_limits.find(scope);
    if (held == held_limits.end() || !held->second.now.streams) continue;
    const auto used = usage.find(scope);
    const std::uint32_t taken = used == usage.end() ? 0 : used->second.streams;
    const std::uint32_t most = *held->second.now.streams;
    streams = std::min(streams, most > taken ? most - taken : 1);
  }
  return streams;
}

void Engine::World::occupy(const Occupied& place) {
  for (const LimitScope& scope : scopes_of(place.lane)) {
    usage[scope] += usage_of(place.load, scope, place.lane);
    ++active_of[{scope, place.lane.owner}];
    if (!place.load.measured) ++unmeasured_of[{scope, place.lane.owner}];
  }
}

void Engine::World::vacate(const Occupied& place) {
  const auto less = [&](auto& counts, const LimitScope& scope) {
    const auto mine = counts.find({scope, place.lane.owner});
    if (--mine->second == 0) counts.erase(mine);
  };
  for (const LimitScope& scope : scopes_of(place.lane)) {
    const auto found = usage.find(scope);
    found->second -= usage_of(place.load, scope, place.lane);
    if (found->second.transfers == 0) usage.erase(found);
    less(active_of, scope);
    if (!place.load.measured) less(unmeasured_of, scope);
  }
}

void Engine::World::take_from_rates(const LaneKey& lane, double bytes) {
  const Instant now = clock.now().instant;
  for (const LimitScope& scope : scopes_of(lane)) {
    const auto found = held_limits.find(scope);
    if (found == held_limits.end() || !found->second.now.rate) continue;
    Allowance& allowance = found->second.allowance;
    allowance = allowance_at(allowance, *found->second.now.rate, now);
    allowance.bytes -= bytes;
  }
}

// An attempt owes what it is expected to send as soon as that is known, and when it has ended what
// it did send.
void Engine::World::charge(Strand& strand) {
  if (held_limits.empty() && !strand.charge) return;
  const Transfer& transfer = *strand.transfer;
  const std::uint64_t sent = transfer.file.bytes_sent + transfer.file.epoch_sent;
  if (strand.occupied) {
    if (!strand.charge) strand.charge = Charge{sent, 0};
    // What is left gets less as it is sent; only where its mover finds more than was known is it
    // more.
    const std::uint64_t known = strand.charge->bytes, left = bytes_to_send(transfer);
    if (left <= known) return;
    strand.charge->bytes = left;
    return take_from_rates(strand.occupied->lane, static_cast<double>(left - known));
  }
  if (!strand.charge) return;
  const Charge charge = *std::exchange(strand.charge, std::nullopt);
  const std::uint64_t did_send = sent - std::min(sent, charge.sent_before);
  take_from_rates(lane_of(transfer),
                  static_cast<double>(did_send) - static_cast<double>(charge.bytes));
}

void Engine::World::explain_limit(const Barrier& barrier, const Strand& strand, Why& why) const {
  const HeldLimit& held = *barrier.held;
  why.hold = Hold::limit;
  why.until = held.until;
  why.sentence = sentence(held.limit, held.now, barrier.bound);
  if (barrier.bound == Bound::rate) {
    const Now now = clock.now();
    const Instant paid = paid_at(held.allowance, *held.now.rate);
    const WallTime room = now.wall + std::max(Duration{0}, paid - now.instant);
    why.until = held.until ? std::min(*held.until, room) : room;
  }
  if (held.until && why.until == held.until) why.sentence += "; then other bounds hold";
  const Uuid& file = strand.transfer->file.id;
  if (!queue.contains(file)) return;
  why.ahead = ahead_of(file, &held);
  why.sentence += fmt::format("; {} of the same owner go first", *why.ahead);
}

LimitState Engine::World::state_of(const HeldLimit& held) const {
  const auto used = usage.find(held.limit.scope);
  return {held.limit, held.now, held.until, used == usage.end() ? Usage{} : used->second};
}

// What was answered `unknown` is stored again as it is known here: what callers were told holds.
void Engine::World::settle_limits() {
  for (const LimitScope& scope : std::exchange(limits_in_doubt, {})) {
    Saving saving;
    const auto held = held_limits.find(scope);
    if (held == held_limits.end()) {
      saving.removed_limits.push_back(scope);
    } else {
      saving.limits.push_back(held->second.limit);
    }
    save(std::move(saving), [this, scope](Saved saved) {
      if (saved != Saved::yes) limits_in_doubt.insert(scope);
    });
  }
}

void Engine::set_limit(Limit limit, std::function<void(Result<LimitState>)> then) {
  if (!world_->open) return then(fail(Code::unavailable, "the service is starting"));
  limit.set_at = world_->clock.now().wall;
  auto checked = checked_limit(std::move(limit));
  if (!checked) return then(tl::unexpected(checked.error()));
  const auto& all = world_->held_limits;
  if (all.size() >= limits_max && all.count(checked->scope) == 0) {
    return then(fail(Code::invalid_limit,
                     fmt::format("there are {} limits already; remove one first", limits_max)));
  }
  Saving saving;
  saving.limits.push_back(*checked);
  world_->save(std::move(saving), [this, limit = *checked, then = std::move(then)](Saved saved) {
    if (saved == Saved::unknown) world_->limits_in_doubt.insert(limit.scope);
    if (saved != Saved::yes) return then(not_saved(saved));
    world_->put_limit(limit);
    world_->schedule();
    then(world_->state_of(world_->held_limits.at(limit.scope)));
  });
}

void Engine::remove_limit(const LimitScope& scope, std::function<void(Result<void>)> then) {
  if (!world_->open) return then(fail(Code::unavailable, "the service is starting"));
  if (world_->held_limits.count(scope) == 0) {
    return then(fail(Code::no_such_limit,
                     fmt::format("there is no limit for '{}'; see 'rft limit ls'", scope.text())));
  }
  Saving saving;
  saving.removed_limits.push_back(scope);
  world_->save(std::move(saving), [this, scope, then = std::move(then)](Saved saved) {
    if (saved == Saved::unknown) world_->limits_in_doubt.insert(scope);
    if (saved != Saved::yes) return then(not_saved(saved));
    world_->held_limits.erase(scope);
    world_->schedule();
    then({});
  });
}

std::vector<LimitState> Engine::limits() const {
  std::vector<LimitState> states;
  for (const auto& [scope, held] : world_->held_limits) states.push_back(world_->state_of(held));
  return states;
}

}  // namespace rft
