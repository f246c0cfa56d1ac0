#include "core/choose.h"

#include <gtest/gtest.h>

#include "core/gate.h"

namespace rft {
namespace {

Uuid id(std::uint8_t n) {
  Uuid made;
  made.bytes[15] = n;
  return made;
}

LaneKey lane(const std::string& owner, const std::string& host) {
  return {owner, {Scheme::ftp, host, 21}, {Scheme::ftp, "d", 21}, std::nullopt, std::nullopt};
}

const auto all = [](const auto&) { return true; };
const auto idle = [](const LaneKey&) { return Claim{}; };

TEST(Choosing, priority_goes_first_then_rank) {
  WaitingQueue queue;
  queue.add(lane("a", "x"), {50, 2, id(1)});
  queue.add(lane("a", "x"), {50, 1, id(2)});
  queue.add(lane("a", "y"), {60, 9, id(3)});
  for (const Uuid& expected : {id(3), id(2), id(1)}) {
    const auto next = queue.next(all, all, idle);
    ASSERT_EQ(next, expected);
    queue.remove(*next);
  }
  EXPECT_FALSE(queue.next(all, all, idle));
}

TEST(Choosing, the_owner_with_less_active_work_goes_first_whatever_the_priorities) {
  WaitingQueue queue;
  queue.add(lane("greedy", "x"), {100, 1, id(1)});
  queue.add(lane("modest", "x"), {0, 2, id(2)});
  const auto active = [](const LaneKey& key) {
    return Claim{key.owner == "greedy" ? 5.0 : 0.0, 0};
  };
  EXPECT_EQ(queue.next(all, all, active), id(2));
}

TEST(Choosing, of_owners_with_as_much_the_one_that_was_served_less_goes_first) {
  WaitingQueue queue;
  queue.add(lane("a", "x"), {50, 1, id(1)});
  queue.add(lane("b", "x"), {50, 2, id(2)});
  const auto claim = [](const LaneKey& key) { return Claim{1, key.owner == "a" ? 7.0 : 6.0}; };
  EXPECT_EQ(queue.next(all, all, claim), id(2));
}

TEST(Choosing, a_closed_lane_bars_only_itself) {
  WaitingQueue queue;
  queue.add(lane("a", "down"), {100, 1, id(1)});
  queue.add(lane("a", "up"), {0, 2, id(2)});
  const auto up = [](const LaneKey& key) { return key.source.host == "up"; };
  EXPECT_EQ(queue.next(up, all, idle), id(2));
}

TEST(Choosing, a_file_that_does_not_fit_lets_the_next_one_pass) {
  WaitingQueue queue;
  queue.add(lane("a", "x"), {50, 1, id(1)});
  queue.add(lane("a", "x"), {50, 2, id(2)});
  EXPECT_EQ(queue.next(
                all, [](const Uuid& file) { return file != id(1); }, idle),
            id(2));
}

TEST(Choosing, ahead_counts_the_owners_own_over_all_lanes) {
  WaitingQueue queue;
  queue.add(lane("a", "x"), {50, 1, id(1)});
  queue.add(lane("a", "y"), {70, 9, id(2)});
  queue.add(lane("b", "x"), {99, 0, id(3)});
  queue.add(lane("a", "x"), {50, 5, id(4)});
  EXPECT_EQ(queue.ahead_of(id(4), all), 2U);
  EXPECT_EQ(queue.ahead_of(id(2), all), 0U);
}

TEST(Choosing, what_waits_in_a_closed_lane_is_not_ahead_of_those_in_others) {
  WaitingQueue queue;
  queue.add(lane("a", "closed"), {70, 1, id(1)});
  queue.add(lane("a", "x"), {70, 2, id(2)});
  queue.add(lane("a", "x"), {50, 3, id(3)});
  const auto open = [](const LaneKey& key) { return key.source.host != "closed"; };
  EXPECT_EQ(queue.ahead_of(id(3), open), 1U);
}

TEST(Gates, an_endpoint_is_probed_after_a_second_then_at_doubling_distances_up_to_thirty) {
  const GateKey key{Hold::endpoint_down, {Scheme::ftp, "h", 21}, "", std::nullopt};
  const Fault fault{FaultCode::unreachable, Side::source, Doing::connect, "", ""};
  Now now{Instant{}, wall_time(0)};
  Gate gate = close_gate(key, fault, now);
  Duration expected = probe_first;
  for (int i = 0; i < 10; ++i) {
    const Duration distance = gate.next_probe - now.instant;
    EXPECT_GE(distance, expected * 8 / 10);
    EXPECT_LE(distance, expected * 12 / 10);
    EXPECT_FALSE(probe_due(gate, {gate.next_probe - 1ms, now.wall}));
    now.instant = gate.next_probe;
    EXPECT_TRUE(probe_due(gate, now));
    probe_sent(gate, now);
    EXPECT_FALSE(probe_due(gate, now));
    keep_closed(gate, key, fault, now);
    expected = std::min(expected * 2, probe_most);
  }
}

TEST(Gates, each_kind_of_hold_bars_what_it_is_about) {
  const Endpoint a{Scheme::gsiftp, "a", 1}, b{Scheme::gsiftp, "b", 2};
  const auto key = [&](FaultCode code, Side side) {
    return gate_of({code, side, Doing::login, "", ""}, a, b, "o", id(1), id(2));
  };
  EXPECT_EQ(key(FaultCode::unreachable, Side::source)->endpoint, a);
  EXPECT_EQ(key(FaultCode::unreachable, Side::source)->owner, "");
  EXPECT_EQ(key(FaultCode::login_refused, Side::destination)->credential, id(2));
  EXPECT_EQ(key(FaultCode::destination_full, Side::destination)->reason, Hold::space);
  EXPECT_FALSE(key(FaultCode::cut, Side::source));
}

}  // namespace
}  // namespace rft
