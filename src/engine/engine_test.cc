// The engine with a store in memory. What comes of crashes and of lost answers is shown by the
// simulation.
#include "engine/engine.h"

#include <gtest/gtest.h>

#include <deque>

#include "engine/engine_for_tests.h"
#include "store/memory.h"

namespace rft {
namespace {

struct World {
  World() {
    engine.start([](Result<void>) {});
    run();
  }
  void run() {
    while (!posted.empty()) {
      const auto task = std::move(posted.front());
      posted.pop_front();
      task();
    }
  }
  std::deque<std::function<void()>> posted;
  ClockInHand clock;
  RecordedMovers movers;
  MemoryStore store{Uuid{}, [this](std::function<void()> task) { posted.push_back(task); }};
  Engine engine{store, movers, clock, Limits{}, "instance"};
};

TEST(Engine, a_part_that_pruning_left_behind_is_deleted_in_this_life) {
  World world;
  LedgerPart part;
  part.owner = "uid:1";
  part.destination = parse_url("ftp://b/d/file").value();
  part.epochs = {2, 1};
  part.since = world.clock.now().wall;
  world.engine.parts_discarded({part});
  EXPECT_LE(world.engine.next_wake(), world.clock.instant);
  world.engine.tick();
  ASSERT_EQ(world.movers.started.size(), 1U);
  world.engine.mover_up(world.movers.started[0], part.owner, {});
  ASSERT_EQ(world.movers.orders.size(), 1U);
  EXPECT_EQ(std::get<RemoveOrder>(world.movers.orders[0]).epochs, part.epochs);
}

}  // namespace
}  // namespace rft
