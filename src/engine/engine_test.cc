// The engine with a store in memory. What comes of crashes and of lost answers is shown by the
// simulation.
#include "engine/engine.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/retry.h"
#include "engine/engine_for_tests.h"

namespace rft {
namespace {

struct World : EngineInHand {
  // A committed transfer and its mover, which was ordered to move it.
  Task grant(const std::string& handle) {
    commit(handle);
    return std::get<MoveOrder>(movers.orders.back()).task;
  }
  std::vector<Task> stopped() const {
    std::vector<Task> tasks;
    for (const Order& order : movers.orders) {
      if (const auto* stop = std::get_if<StopOrder>(&order)) tasks.push_back(stop->task);
    }
    return tasks;
  }
};

TEST(Engine, a_part_that_pruning_left_behind_is_deleted_in_this_life) {
  World world;
  LedgerPart part;
  part.owner = "uid:1";
  part.destination = parse_url("ftp://b/d/file").value();
  part.epochs = {2, 1};
  part.since = world.clock.now().wall;
  world.engine->parts_discarded({part});
  EXPECT_LE(world.engine->next_wake(), world.clock.instant);
  world.engine->tick();
  ASSERT_EQ(world.movers.started.size(), 1U);
  world.engine->mover_up(world.movers.started[0], part.owner, {});
  ASSERT_EQ(world.movers.orders.size(), 1U);
  EXPECT_EQ(std::get<RemoveOrder>(world.movers.orders[0]).epochs,
            (std::vector<std::uint32_t>{1, 2}))
      << "oldest first: a rename that is done meanwhile leads to a younger name";
}

// At most two may be open, and none moves.
struct SmallWorld : EngineInHand {
  SmallWorld() : EngineInHand({.active_max = 0, .open_max = 2}) {}
  Answer ask(Call call, const std::string& key = "") {
    std::optional<Answer> answer;
    engine->call({"uid:1", "uid:1"}, std::move(call), key,
                 [&](const Answer& got) { answer = got; });
    run();
    return answer.value();
  }
  static Submit one(const std::string& handle, bool commit) {
    Submit call;
    call.handle = handle;
    call.source = parse_url("ftp://a/s/" + handle).value();
    call.destination = parse_url("ftp://b/d/" + handle).value();
    call.commit = commit;
    return call;
  }
};

TEST(Engine, beyond_what_may_be_open_nothing_is_committed_and_nothing_is_lost) {
  SmallWorld world;
  EXPECT_TRUE(world.ask(SmallWorld::one("a", true)));
  EXPECT_TRUE(world.ask(SmallWorld::one("b", true)));
  EXPECT_TRUE(world.ask(SmallWorld::one("c", false))) << "it is not in memory";
  EXPECT_EQ(world.ask(Commit{"c"}, "key").error().code, Code::busy);
  EXPECT_EQ(world.ask(SmallWorld::one("d", true)).error().code, Code::busy);
  EXPECT_TRUE(world.ask(Commit{"a"})) << "it is open already";
  EXPECT_TRUE(world.ask(SmallWorld::one("b", true)));
  EXPECT_EQ(world.ask(Clear{"d"}).error().code, Code::no_such_transfer);
  ASSERT_TRUE(world.ask(Stop{"a"}));
  EXPECT_TRUE(world.ask(Commit{"c"}, "key")) << "that it was refused is not kept";
  EXPECT_EQ(world.ask(Commit{"a"}).error().code, Code::busy);
}

TEST(Engine, of_what_may_be_open_one_owner_leaves_a_quarter_to_the_others) {
  EngineInHand world({.active_max = 0, .open_max = 8});
  const auto ask = [&](const std::string& owner, const std::string& handle) {
    std::optional<Answer> answer;
    world.engine->call({owner, owner}, SmallWorld::one(handle, true), "",
                       [&](const Answer& got) { answer = got; });
    world.run();
    return answer.value();
  };
  for (const char* handle : {"a", "b", "c", "d", "e", "f"}) EXPECT_TRUE(ask("uid:1", handle));
  EXPECT_EQ(ask("uid:1", "g").error().code, Code::busy);
  EXPECT_TRUE(ask("uid:2", "a"));
  EXPECT_TRUE(ask("uid:2", "b"));
  EXPECT_EQ(ask("uid:2", "c").error().code, Code::busy);
}

TEST(Engine, what_is_being_saved_counts_as_open_and_what_was_not_saved_does_not) {
  SmallWorld world;
  std::vector<Answer> answers;
  for (const char* handle : {"a", "b", "c"}) {
    world.engine->call({"uid:1", "uid:1"}, SmallWorld::one(handle, true), "",
                       [&](const Answer& got) { answers.push_back(got); });
  }
  world.run();
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(std::count_if(answers.begin(), answers.end(), [](const Answer& a) { return !!a; }), 2);
  ASSERT_TRUE(world.ask(Stop{"a"}));
  world.store.disturb(1, Saved::full);
  EXPECT_EQ(world.ask(SmallWorld::one("d", true)).error().code, Code::storage_full);
  EXPECT_TRUE(world.ask(SmallWorld::one("d", true)));
  EXPECT_EQ(world.ask(SmallWorld::one("e", true)).error().code, Code::busy);
}

TEST(Engine, a_restart_with_more_than_may_be_open_moves_them_all) {
  EngineInHand world;
  for (const char* handle : {"a", "b", "c", "d"}) world.commit(handle);
  world.limits.open_max = 2;
  world.start();
  for (const char* handle : {"e", "f"}) world.commit(handle);
  EXPECT_EQ(world.engine->totals().active + world.engine->totals().waiting, 4U);
}

TEST(Engine, a_mover_at_work_on_an_epoch_that_is_over_is_told_to_stop_until_it_has) {
  World world;
  const Task task = world.grant("h");
  world.say(world.movers.started[0], task, Moving{RangeSet{{0, 1}}});
  EXPECT_EQ(world.movers.acknowledged, 1);
  world.engine->call({"uid:1", "uid:1"}, Stop{"h"}, "", [](const Answer&) {});
  world.run();
  world.clock.instant += stop_within + 1s;
  world.engine->tick();
  world.run();
  ASSERT_EQ(world.stopped(), std::vector{task}) << "the user's stop";

  world.say(world.movers.started[0], task, Moving{RangeSet{{0, 2}}});
  EXPECT_EQ(world.stopped(), (std::vector{task, task}));
  EXPECT_EQ(world.movers.acknowledged, 1) << "it would not repeat it";
  world.say(world.movers.started[0], task, Stopped{});
  EXPECT_EQ(world.stopped().size(), 2U);
  EXPECT_EQ(world.movers.acknowledged, 2);
}

TEST(Engine, a_mover_that_comes_back_in_the_middle_of_a_save_is_told_to_stop_after_it) {
  World world;
  const Task task = world.grant("h");
  world.engine->call({"uid:1", "uid:1"}, Stop{"h"}, "", [](const Answer&) {});
  world.run();
  world.clock.instant += stop_within + 1s;
  world.engine->tick();
  world.run();
  const std::size_t before = world.stopped().size();
  world.engine->call({"uid:1", "uid:1"}, Commit{"h"}, "", [](const Answer&) {});
  world.engine->mover_up(world.movers.started[0], "uid:1", {task});
  world.run();
  EXPECT_EQ(world.stopped().size(), before + 1);
  EXPECT_EQ(world.stopped().back(), task);
}

TEST(Engine, what_is_held_on_a_credential_does_not_count_among_those_that_go_first) {
  World world;
  world.limits.active_max = 1;
  world.start();
  const Task refused = world.grant("refused");
  world.commit("held_too");
  Failed failed;
  failed.fault = {FaultCode::login_refused, Side::source, Doing::login, "", ""};
  world.say(world.movers.started[0], refused, failed);
  world.commit("moves", "c");
  world.commit("next", "c");
  world.commit("last", "c");
  std::optional<Why> why;
  world.engine->why("uid:1", "last", [&](Result<Why> got) { why = got.value(); });
  world.run();
  ASSERT_TRUE(why);
  EXPECT_EQ(why->hold, Hold::turn);
  EXPECT_EQ(why->ahead, 1U) << why->sentence;
}

TEST(Engine, nothing_more_is_granted_to_a_mover_whose_lease_has_ended) {
  World world;
  const Task task = world.grant("h");
  Failed ended;
  ended.fault = {FaultCode::lease_ended, Side::none, Doing::move, "", ""};
  world.say(world.movers.started[0], task, ended);
  world.clock.instant += 1min;
  const Task next = world.grant("g");
  EXPECT_EQ(world.movers.started.size(), 2U);
  EXPECT_NE(next, task);
}

}  // namespace
}  // namespace rft
