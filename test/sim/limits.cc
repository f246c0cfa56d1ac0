// The limits of a world: what its administrator bounds at the beginning and later. They are drawn
// apart, so that a known seed without them is as it was.
#include <fmt/format.h>

#include "sim/world.h"

namespace rft::sim {
namespace {

constexpr std::size_t limits_most = 4;
constexpr Duration closed_most = std::chrono::hours(2);

}  // namespace

LimitScope World::draw_scope() {
  LimitScope scope;
  scope.kind = static_cast<LimitScope::Kind>(limit_dice_.below(4));
  const auto endpoint = [this] { return endpoints_[limit_dice_.below(endpoints_.size())]; };
  if (scope.kind == LimitScope::Kind::owner)
    scope.owner = limit_dice_.chance(500'000) ? "uid:1" : "uid:2";
  if (scope.kind >= LimitScope::Kind::endpoint) scope.source = endpoint();
  if (scope.kind == LimitScope::Kind::link) scope.destination = endpoint();
  return scope;
}

Limit World::draw_limit() {
  Limit limit;
  limit.scope = draw_scope();
  limit.set_by = "uid:0";
  const auto count = [this](std::uint64_t most) {
    return static_cast<std::uint32_t>(limit_dice_.between(1, most));
  };
  Bounds& bounds = limit.bounds;
  if (limit_dice_.chance(600'000)) bounds.transfers = count(3);
  if (limit_dice_.chance(250'000)) bounds.streams = count(8);
  if (limit_dice_.chance(250'000)) bounds.sessions = count(5);
  if (limit_dice_.chance(250'000)) bounds.rate = limit_dice_.between(500'000, 20'000'000);
  if (bounds.empty()) bounds.transfers = 1;
  if (limit.scope.kind == LimitScope::Kind::owner) limit.share = count(5);
  if (!limit_dice_.chance(150'000)) return limit;
  // It opens again within hours, whatever the wall clock does.
  const Duration begin =
      events_.wall().time_since_epoch() + limit_dice_.between(Duration(0), Duration(120'000));
  const Duration end = begin + limit_dice_.between(std::chrono::minutes(1), closed_most);
  const auto minutes = [](Duration time) {
    return static_cast<std::uint16_t>(std::chrono::floor<std::chrono::minutes>(time).count() %
                                      (24 * 60));
  };
  LimitWindow window{0x7f, minutes(begin), minutes(end), {}};
  window.bounds.transfers = 0;
  if (window.from != window.to) limit.windows.push_back(window);
  return limit;
}

void World::set_up_limits() {
  if (!limit_dice_.chance(350'000)) return;
  const std::size_t count = limit_dice_.between(1, limits_most);
  for (std::size_t i = 0; i < count; ++i) {
    const Limit limit = draw_limit();
    say("a limit is set for " + limit.scope.text());
    tables_.limits[limit.scope] = limit;
  }
  laws_.limits_are(tables_.limits);
  if (limit_dice_.chance(500'000)) events_.in(Duration(3'000), [this] { administer(); });
}

void World::administer() {
  if (weather_.fair()) return;
  events_.in(limit_dice_.between(Duration(2'000), Duration(30'000)), [this] { administer(); });
  if (!daemon_ || !daemon_->is_open()) return;
  const auto& stored = tables().limits;
  if (!stored.empty() && limit_dice_.chance(300'000)) {
    const LimitScope scope = stored.begin()->first;
    say("the limit of " + scope.text() + " is removed");
    daemon_->engine().remove_limit(scope, [](const Result<void>&) {});
  } else {
    const Limit limit = draw_limit();
    say("a limit is set for " + limit.scope.text());
    daemon_->engine().set_limit(limit, [](const Result<LimitState>&) {});
  }
  daemon_->look_at_clock();
}

}  // namespace rft::sim
