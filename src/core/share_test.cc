#include "core/share.h"

#include <gtest/gtest.h>

#include <deque>

#include "core/choose.h"

namespace rft {
namespace {

const LimitScope everything;

// Owners that always have work waiting contend for slots; each attempt takes one round.
struct Contest {
  std::map<std::string, std::uint32_t> weights;
  std::size_t slots = 1;
  ServedTimes served{};
  std::map<std::string, int> active{}, admitted{};
  std::deque<std::string> running{};

  std::string next() const {
    const auto claim = [this](const std::string& owner) {
      const auto found = active.find(owner);
      const double has = found == active.end() ? 0 : found->second;
      return Claim{has / weights.at(owner), served.of(owner, everything)};
    };
    std::string best = weights.begin()->first;
    for (const auto& [owner, weight] : weights) {
      if (claim(owner) < claim(best)) best = owner;
    }
    return best;
  }
  void round() {
    if (running.size() == slots) {
      --active[running.front()];
      running.pop_front();
    }
    while (running.size() < slots) {
      const std::string owner = next();
      served.admitted(owner, everything, weights.at(owner));
      ++active[owner];
      ++admitted[owner];
      running.push_back(owner);
    }
  }
};

TEST(Shares, slots_are_shared_by_weight) {
  Contest contest{{{"a", 3}, {"b", 1}}, 8};
  for (int i = 0; i < 100; ++i) contest.round();
  EXPECT_EQ(contest.active["a"], 6);
  EXPECT_EQ(contest.active["b"], 2);
}

TEST(Shares, turns_are_shared_by_weight_where_there_is_one_slot) {
  Contest contest{{{"a", 3}, {"b", 1}}, 1};
  for (int i = 0; i < 400; ++i) contest.round();
  EXPECT_EQ(contest.admitted["a"], 300);
  EXPECT_EQ(contest.admitted["b"], 100);
}

TEST(Shares, of_equal_weight_take_turns) {
  Contest contest{{{"a", 1}, {"b", 1}, {"c", 1}}, 1};
  for (int i = 0; i < 300; ++i) contest.round();
  for (const char* owner : {"a", "b", "c"}) EXPECT_EQ(contest.admitted[owner], 100) << owner;
}

TEST(Shares, nobody_starves_whatever_the_weights_are) {
  for (const std::size_t slots : {1U, 2U, 5U}) {
    Contest contest{{{"a", 1000}, {"b", 1}, {"c", 1000}, {"d", 1}}, slots};
    for (int i = 0; i < 10'000; ++i) contest.round();
    EXPECT_GE(contest.admitted["b"], 2) << slots;
    EXPECT_GE(contest.admitted["d"], 2) << slots;
  }
}

TEST(Shares, who_was_away_has_saved_nothing_up) {
  Contest contest{{{"a", 1}}, 1};
  for (int i = 0; i < 1'000; ++i) contest.round();
  contest.weights["b"] = 1;
  contest.admitted.clear();
  for (int i = 0; i < 100; ++i) contest.round();
  EXPECT_EQ(contest.admitted["b"], 50);
}

TEST(Shares, what_is_remembered_is_bounded) {
  ServedTimes served;
  for (std::size_t i = 0; i < ServedTimes::owners_in_scopes_max + 10; ++i) {
    served.admitted(std::to_string(i), everything, 1);
  }
  EXPECT_LE(served.size(), ServedTimes::owners_in_scopes_max);
}

}  // namespace
}  // namespace rft
