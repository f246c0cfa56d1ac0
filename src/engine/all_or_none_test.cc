// Requests that are all or none: nothing is published before all is proven.
#include "engine/wholes_for_tests.h"

namespace rft {
namespace {

struct AllOrNone : testing::Test {
  AllOrNone() { options.all_or_none = true; }
  // A list of so many bundles, committed.
  void begin(int files) {
    world.submit("h", Submit::What::list, options);
    for (int first = 0; first < files; first += 5'120) {
      ASSERT_TRUE(world.call(AddFiles{"h", lines(first, std::min(5'120, files - first))}));
    }
    ASSERT_TRUE(world.call(Commit{"h"}));
  }
  void prove(const BundleOrder& order) {
    ASSERT_TRUE(order.prove_only);
    BundleVerified verified;
    for (const BundleItem& item : order.items) {
      verified.items.push_back({item.number, PublishIntent{{10, "1", item.source}, {}}});
    }
    world.say(order.task, verified);
    world.say(order.task, Proven{});
  }
  void publish(const BundleOrder& order) {
    EXPECT_FALSE(order.prove_only);
    EXPECT_TRUE(order.publish_proven);
    for (const BundleItem& item : order.items) EXPECT_TRUE(item.intent);
    world.move(order, all_done);
  }
  std::size_t publish_orders() {
    return static_cast<std::size_t>(
        std::count_if(world.movers.orders.begin(), world.movers.orders.end(),
                      [](const Order& one) { return std::holds_alternative<PublishOrder>(one); }));
  }
  Options options;
  World world;
};

TEST_F(AllOrNone, all_are_proven_then_it_is_decided_then_all_are_published) {
  begin(1'500);  // three bundles
  const auto first = bundles_of(world.fresh());
  ASSERT_EQ(first.size(), 3U);
  prove(first[0]);
  prove(first[1]);
  EXPECT_TRUE(bundles_of(world.fresh()).empty()) << "two wait for the third";
  EXPECT_FALSE(world.record("h").file.publish_ordered);
  prove(first[2]);
  const auto second = bundles_of(world.fresh());
  EXPECT_TRUE(world.record("h").file.publish_ordered);
  ASSERT_EQ(second.size(), 3U);
  EXPECT_EQ(publish_orders(), 0U);
  for (const BundleOrder& order : second) publish(order);
  world.turn();
  EXPECT_EQ(world.record("h").file.status, Status::done);
  EXPECT_EQ(world.record("h").file.tally.done, 1'500U);
}

TEST_F(AllOrNone, more_parts_than_the_window_holds_are_proven_before_any_is_published) {
  begin(40 * static_cast<int>(bundle_items_max));
  std::size_t proven = 0;
  for (;;) {
    const auto orders = bundles_of(world.fresh());
    if (orders.empty() || !orders[0].prove_only) {
      EXPECT_EQ(proven, 40U);
      std::size_t published = 0;
      for (auto next = orders; !next.empty(); next = bundles_of(world.fresh())) {
        for (const BundleOrder& order : next) {
          publish(order);
          ++published;
        }
      }
      EXPECT_EQ(published, 40U);
      break;
    }
    for (const BundleOrder& order : orders) {
      prove(order);
      ++proven;
    }
  }
  EXPECT_EQ(world.record("h").file.status, Status::done);
}

TEST_F(AllOrNone, one_that_fails_keeps_all_others_unpublished_and_their_parts_go) {
  begin(1'500);
  const auto orders = bundles_of(world.fresh());
  ASSERT_EQ(orders.size(), 3U);
  prove(orders[0]);
  world.move(orders[1], [](const BundleItem&) { return Fate::failed; });
  world.turn();
  EXPECT_EQ(world.record("h").file.status, Status::active) << "the third is with its mover";
  prove(orders[2]);
  const auto more = world.fresh();
  EXPECT_TRUE(bundles_of(more).empty());
  const Transfer whole = world.record("h");
  EXPECT_EQ(whole.file.status, Status::failed);
  EXPECT_EQ(whole.file.tally.failed, 1'500U);
  EXPECT_EQ(whole.file.fault->code, FaultCode::some_files_failed);
  std::size_t removed = 0;
  for (const Order& order : world.movers.orders) {
    if (const auto* one = std::get_if<RemoveOrder>(&order)) removed += one->items.size();
  }
  EXPECT_EQ(removed, orders[0].items.size() + orders[2].items.size());
  // All of it goes again, for nothing of it is left.
  ASSERT_TRUE(world.call(Commit{"h"}));
  const auto again = bundles_of(world.fresh());
  ASSERT_EQ(again.size(), 3U);
  for (const BundleOrder& order : again) {
    EXPECT_FALSE(order.items[0].intent);
    prove(order);
  }
  for (const BundleOrder& order : bundles_of(world.fresh())) publish(order);
  world.turn();
  EXPECT_EQ(world.record("h").file.status, Status::done);
}

TEST_F(AllOrNone, what_was_proven_and_what_was_decided_outlive_the_service) {
  const auto dies = [this] {
    const std::vector<std::string> before = world.movers.started;
    world.start();
    for (const std::string& mover : before) world.engine->mover_gone(mover, true, Duration{0});
    world.run();
  };
  begin(1'500);
  const auto first = bundles_of(world.fresh());
  prove(first[0]);
  prove(first[1]);
  dies();
  const auto last = bundles_of(world.fresh());
  ASSERT_EQ(last.size(), 1U) << "two are proven";
  prove(last[0]);
  const auto publishing = bundles_of(world.fresh());
  ASSERT_EQ(publishing.size(), 3U);
  publish(publishing[0]);
  dies();
  const auto again = bundles_of(world.fresh());
  ASSERT_EQ(again.size(), 2U) << "it was decided: the others are published";
  for (const BundleOrder& order : again) publish(order);
  world.turn();
  EXPECT_EQ(world.record("h").file.status, Status::done);
}

TEST_F(AllOrNone, a_part_whose_mover_dies_when_all_is_proven_proves_nothing_twice) {
  begin(3);
  const auto first = bundles_of(world.fresh());
  BundleVerified verified;
  for (const BundleItem& item : first[0].items) {
    verified.items.push_back({item.number, PublishIntent{{10, "1", item.source}, {}}});
  }
  world.say(first[0].task, verified);
  world.say(first[0].task, Failed{test_cut, FlowEnd::known, {}, {}, 0, false});
  world.clock.instant += 1min;
  const auto second = bundles_of(world.fresh());
  ASSERT_EQ(second.size(), 1U);
  EXPECT_TRUE(second[0].prove_only);
  EXPECT_TRUE(second[0].items.empty());
  world.say(second[0].task, Done{});
  const auto third = bundles_of(world.fresh());
  ASSERT_EQ(third.size(), 1U);
  publish(third[0]);
  world.turn();
  EXPECT_EQ(world.record("h").file.status, Status::done);
}

TEST_F(AllOrNone, a_stop_before_the_decision_publishes_nothing_and_a_commit_goes_on) {
  begin(1'000);
  const auto orders = bundles_of(world.fresh());
  ASSERT_EQ(orders.size(), 2U);
  prove(orders[0]);
  ASSERT_TRUE(world.call(Stop{"h"}));
  world.turn();
  world.say(orders[1].task, Stopped{});
  world.turn();
  EXPECT_EQ(world.record("h").file.status, Status::user_stop_partial_trans);
  ASSERT_TRUE(world.call(Commit{"h"}));
  const auto again = bundles_of(world.fresh());
  ASSERT_EQ(again.size(), 1U) << "the other is proven";
  prove(again[0]);
  const auto published = bundles_of(world.fresh());
  ASSERT_EQ(published.size(), 2U);
  for (const BundleOrder& order : published) publish(order);
  world.turn();
  EXPECT_EQ(world.record("h").file.status, Status::done);
}

}  // namespace
}  // namespace rft
