// The engine with a store in memory. What comes of crashes and of lost answers is shown by the
// simulation.
#include "engine/engine.h"

#include <gtest/gtest.h>

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
