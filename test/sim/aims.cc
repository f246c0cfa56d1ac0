// Aims: most worlds aim at one cell of the fault matrix: where a transfer comes to that moment,
// that fault strikes. So the rare ones are seen too.
#include <algorithm>

#include "sim/world.h"

namespace rft::sim {
namespace {

constexpr std::uint64_t aim_is_taken = 700'000;
constexpr Duration within_a_moment{40};

bool is_of_a_flow(FaultKind kind) {
  return kind == FaultKind::server_loses_blocks || kind == FaultKind::server_full ||
         (kind >= FaultKind::data_fails && kind <= FaultKind::marker_lies);
}

bool is_of_the_store(FaultKind kind) {
  return kind <= FaultKind::store_slow;
}

}  // namespace

void World::entered(const Uuid& what, Moment moment) {
  const auto& aim = weather_.aim();
  if (weather_.fair() || !aim || aims_left_ == 0) return;
  const bool of_a_log_in =
      aim->kind == FaultKind::login_refused || aim->kind == FaultKind::server_busy;
  const Moment stop_in = aim->moment == Moment::in_doubt                  ? Moment::publishing
                         : aim->moment == Moment::stopping && of_a_log_in ? Moment::connecting
                                                                          : aim->moment;
  if (stop_in != aim->moment && moment == stop_in) return stop_soon(what);
  if (aim->moment != moment) return;
  if (!dice_.chance(aim_is_taken)) return;
  --aims_left_;
  const Strikes strikes = fault_rows[static_cast<std::size_t>(aim->kind)].strikes;
  if (strikes == Strikes::coin) weather_.arm(what);
  // So that the order to stop does not arrive before the fault.
  if (moment == Moment::stopping && is_of_a_flow(aim->kind)) strike(FaultKind::line_lost, what);
  events_.in(dice_.between(Duration(0), within_a_moment), [this, what] { take_aim(what); });
}

// A stop that comes while a rename is under way is what leaves a doubt.
void World::stop_soon(const Uuid& what) {
  events_.in(dice_.between(Duration(0), within_a_moment), [this, what] {
    const auto transfer = transfer_of(what);
    if (transfer && !weather_.fair())
      begin_call(*transfer, Stop{transfers_[*transfer].submit.handle});
  });
}

void World::take_aim(const Uuid& what) {
  const Cell aim = *weather_.aim();
  if (weather_.fair() || moments_.of(what) != aim.moment) return;
  const auto transfer = transfer_of(what);
  switch (fault_rows[static_cast<std::size_t>(aim.kind)].strikes) {
    case Strikes::coin:
      if (is_of_the_store(aim.kind) && transfer) aim_call(*transfer, aim.moment);
      if (aim.kind == FaultKind::server_loses_blocks) strike(FaultKind::server_down, what);
      return;
    case Strikes::user:
      if (transfer) aim_call(*transfer, aim.moment);
      return;
    case Strikes::state:
      if (aim.kind == FaultKind::writes_late) return servers_.wake_old_flows();
      if (aim.kind == FaultKind::movers_barred) strike(FaultKind::mover_killed, std::nullopt);
      [[fallthrough]];
    case Strikes::nemesis:
      weather_.happened(aim.kind, std::nullopt);
      return strike(aim.kind, what);
  }
}

// The call that the aim is about, or one that has something to save or to read at this moment.
void World::aim_call(std::size_t number, Moment moment) {
  const Submit& submit = transfers_[number].submit;
  switch (weather_.aim()->kind) {
    case FaultKind::user_submits:
      return begin_call(number, submit);
    case FaultKind::user_commits:
      return begin_call(number, Commit{submit.handle});
    case FaultKind::user_clears:
      return begin_call(number, Clear{submit.handle});
    case FaultKind::user_changes_priority:
      return begin_call(number, ChangePriority{submit.handle, PriorityStep::push});
    case FaultKind::user_stops:
      return begin_call(number, Stop{submit.handle});
    default:
      break;
  }
  switch (moment) {
    case Moment::inactive:
    case Moment::failed:
      return begin_call(number, Commit{submit.handle});
    case Moment::queued:
    case Moment::backing_off:
    case Moment::held:
    case Moment::stopped:
      return begin_call(number, ChangePriority{submit.handle, PriorityStep::increase});
    case Moment::done:
      return begin_call(number, Clear{submit.handle});
    default:
      return begin_call(number, Stop{submit.handle});
  }
}

std::optional<std::size_t> World::transfer_of(const Uuid& what) const {
  const MemoryTables& tables = this->tables();
  std::pair<std::string, std::string> key;
  if (const auto request = tables.requests.find(what); request != tables.requests.end()) {
    const Request& of = tables.transfers.at(request->second).request;
    key = {of.owner, of.handle};
  } else if (const auto part = tables.ledger.find(what); part != tables.ledger.end()) {
    key = {part->second.owner, part->second.handle};
  }
  key.second.resize(std::min(key.second.find('/'), key.second.size()));  // a part is its whole's
  for (std::size_t i = 0; i < transfers_.size(); ++i) {
    const UserTransfer& one = transfers_[i];
    if (one.caller.owner == key.first && one.submit.handle == key.second) return i;
  }
  return std::nullopt;
}

std::optional<std::string> World::mover_of(const Uuid& what) const {
  const auto request = tables().requests.find(what);
  if (request == tables().requests.end()) return std::nullopt;
  const std::string& mover = tables().transfers.at(request->second).file.mover;
  return machine_.movers.contains(mover) ? std::optional(mover) : std::nullopt;
}

Server& World::server_for(FaultKind kind, const std::optional<Uuid>& aimed) {
  const auto transfer = aimed ? transfer_of(*aimed) : std::nullopt;
  if (!transfer) return servers_.at(endpoints_[dice_.below(endpoints_.size())]);
  const Submit& submit = transfers_[*transfer].submit;
  const bool either = kind == FaultKind::server_down || kind == FaultKind::login_refused;
  const bool source = either && weather_.aim()->moment != Moment::looking_back &&
                      weather_.aim()->moment != Moment::removing &&
                      weather_.aim()->kind != FaultKind::server_loses_blocks &&
                      dice_.chance(500'000);
  return servers_.at(source ? submit.source.endpoint : submit.destination.endpoint);
}

}  // namespace rft::sim
