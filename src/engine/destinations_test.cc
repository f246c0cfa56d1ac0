// Two transfers that would write one name go one after the other, in bundles too.
#include "engine/wholes_for_tests.h"

namespace rft {
namespace {

struct Destinations : testing::Test {
  void list(const std::string& handle, const std::vector<NewFile>& files,
            const Options& options = {}) {
    world.submit(handle, Submit::What::list, options);
    ASSERT_TRUE(world.call(AddFiles{handle, files}));
    ASSERT_TRUE(world.call(Commit{handle}));
  }
  // The one bundle that is ordered now.
  BundleOrder only_bundle() {
    const auto bundles = bundles_of(world.fresh());
    EXPECT_EQ(bundles.size(), 1U);
    return bundles.empty() ? BundleOrder{} : bundles.front();
  }
  bool none_goes() { return world.fresh().empty(); }
  Hold hold(const std::string& handle) {
    std::optional<Hold> found;
    world.engine->why("uid:1", handle, [&](Result<Why> why) { found = why.value().hold; });
    world.run();
    return found.value();
  }
  void end(const BundleOrder& order) { world.move(order, all_done); }
  World world;
};

std::size_t files_of(const BundleOrder& order) {
  return order.items.size();
}

TEST_F(Destinations, of_two_bundles_that_share_a_name_the_second_waits_for_the_first) {
  list("one", lines(0, 3));
  const BundleOrder first = only_bundle();
  list("two", lines(2, 4));
  EXPECT_TRUE(none_goes());
  EXPECT_EQ(hold("two"), Hold::destination_busy);
  list("other", lines(10, 5));
  EXPECT_EQ(files_of(only_bundle()), 5U) << "other names are not waited for";
  end(first);
  const BundleOrder second = only_bundle();
  EXPECT_EQ(files_of(second), 4U);
  end(second);
  world.turn();
  EXPECT_EQ(world.record("two").file.status, Status::done);
}

TEST_F(Destinations, a_bundle_waits_for_a_single_file_and_a_single_file_for_a_bundle) {
  world.commit("f1");
  const auto orders = world.fresh();
  ASSERT_EQ(orders.size(), 1U);
  list("many", lines(0, 3));
  EXPECT_TRUE(none_goes());
  EXPECT_EQ(hold("many"), Hold::destination_busy);
  world.say(std::get<MoveOrder>(orders[0]).task, Done{{}, Verdict::verified, false, 1, 0});
  const BundleOrder bundle = only_bundle();
  world.commit("f2");
  EXPECT_TRUE(none_goes());
  EXPECT_EQ(hold("f2"), Hold::destination_busy);
  end(bundle);
  EXPECT_TRUE(std::holds_alternative<MoveOrder>(world.fresh().at(0)));
}

TEST_F(Destinations, those_that_wait_keep_their_order) {
  for (int n = 1; n <= 4; ++n) list("h" + std::to_string(n), lines(0, n));
  for (std::size_t n = 1; n <= 4; ++n) {
    const BundleOrder next = only_bundle();
    EXPECT_EQ(files_of(next), n);
    end(next);
  }
  EXPECT_TRUE(none_goes());
}

TEST_F(Destinations, a_ring_of_shared_names_comes_to_its_end) {
  list("one", {lines(0, 1)[0], lines(1, 1)[0]});
  list("two", {lines(1, 1)[0], lines(2, 1)[0]});
  list("three", {lines(2, 1)[0], lines(0, 1)[0]});
  world.play(all_done);
  for (const std::string handle : {"one", "two", "three"}) {
    EXPECT_EQ(world.record(handle).file.status, Status::done);
  }
}

TEST_F(Destinations, are_free_when_a_bundle_failed_or_backs_off) {
  list("one", lines(0, 3));
  const BundleOrder first = only_bundle();
  list("two", lines(0, 2));
  EXPECT_TRUE(none_goes());
  Failed failed;
  failed.fault = test_cut;
  world.say(first.task, failed);
  const BundleOrder second = only_bundle();
  EXPECT_EQ(files_of(second), 2U);
  list("three", lines(0, 1));
  EXPECT_TRUE(none_goes());
  world.move(second, [](const BundleItem&) { return Fate::failed; });
  EXPECT_EQ(files_of(only_bundle()), 1U);
}

TEST_F(Destinations, are_free_when_a_bundle_was_stopped) {
  list("one", lines(0, 3));
  const BundleOrder first = only_bundle();
  list("two", lines(0, 2));
  ASSERT_TRUE(world.call(Stop{"one"}));
  EXPECT_TRUE(bundles_of(world.fresh()).empty()) << "its flow's end is not known yet";
  world.say(first.task, Stopped{FlowEnd::known});
  EXPECT_EQ(files_of(only_bundle()), 2U);
}

TEST_F(Destinations, are_taken_again_by_the_first_when_its_mover_died) {
  list("one", lines(0, 3));
  only_bundle();
  list("two", lines(0, 2));
  EXPECT_TRUE(none_goes());
  world.engine->mover_gone(world.movers.started.back(), false, Duration{0});
  world.run();
  const BundleOrder again = only_bundle();
  EXPECT_EQ(files_of(again), 3U);
  end(again);
  EXPECT_EQ(files_of(only_bundle()), 2U);
}

TEST_F(Destinations, of_what_moves_are_taken_after_a_restart) {
  list("one", lines(0, 3));
  const BundleOrder first = only_bundle();
  list("two", lines(0, 2));
  EXPECT_TRUE(none_goes());
  const std::string mover = world.movers.started.back();
  world.start();
  world.turn();
  EXPECT_TRUE(none_goes());
  EXPECT_EQ(hold("two"), Hold::destination_busy);
  world.engine->mover_up(mover, "uid:1", {first.task});
  world.run();
  Outcomes outcomes;
  for (const BundleItem& item : first.items) {
    outcomes.outcomes.push_back({item.number, Fate::done, 1, {}, Verdict::verified, false, {}});
  }
  world.EngineInHand::say(mover, first.task, outcomes);
  world.EngineInHand::say(mover, first.task, Done{});
  std::size_t files = 0;
  for (const BundleOrder& order : bundles_of(world.fresh())) {
    if (order.task.file != first.task.file) files = files_of(order);
  }
  EXPECT_EQ(files, 2U);
}

TEST_F(Destinations, of_a_file_that_was_taken_out_of_a_bundle_are_its_own) {
  list("one", lines(0, 3));
  const BundleOrder bundle = only_bundle();
  Outcomes outcomes;
  outcomes.outcomes = {{1, Fate::apart, bundle_file_max + 1, {}, Verdict::none, false, {}}};
  world.say(bundle.task, outcomes);
  const auto orders = world.fresh();
  ASSERT_EQ(orders.size(), 1U) << "it does not wait for its bundle";
  const Task apart = std::get<MoveOrder>(orders[0]).task;
  world.commit("f1");
  EXPECT_TRUE(none_goes()) << "but others wait for it";
  world.say(bundle.task, Outcomes{});
  EXPECT_TRUE(none_goes());
  world.say(apart, Done{{}, Verdict::verified, false, 1, 0});
  EXPECT_TRUE(std::holds_alternative<MoveOrder>(world.fresh().at(0)));
}

TEST_F(Destinations, are_kept_while_it_is_not_known_whether_a_rename_was_done) {
  list("one", lines(0, 3));
  const BundleOrder first = only_bundle();
  BundleVerified verified;
  for (const BundleItem& item : first.items) {
    verified.items.push_back({item.number, PublishIntent{{10, "1", item.source}, {}}});
  }
  world.say(first.task, verified);
  ASSERT_TRUE(std::holds_alternative<PublishOrder>(world.fresh().at(0)));
  list("two", lines(0, 2));
  Failed failed;
  failed.fault = test_cut;
  failed.publish_unknown = true;
  world.say(first.task, failed);
  EXPECT_TRUE(none_goes());
  EXPECT_EQ(hold("two"), Hold::destination_busy);
  EXPECT_NE(hold("one"), Hold::destination_busy) << "it does not wait for itself";
  world.start();
  EXPECT_TRUE(none_goes()) << "nor after a restart";
  world.clock.instant += 10s;
  const BundleOrder again = only_bundle();
  EXPECT_EQ(files_of(again), 3U);
  end(again);
  EXPECT_EQ(files_of(only_bundle()), 2U);
}

TEST_F(Destinations, are_kept_by_what_the_window_does_not_reach_after_a_restart) {
  const int parts = 12, of_part = static_cast<int>(bundle_items_max);
  list("one", lines(0, parts * of_part));
  std::optional<Task> doubtful;
  for (auto orders = bundles_of(world.fresh()); !orders.empty();
       orders = bundles_of(world.fresh())) {
    for (const BundleOrder& order : orders) {
      Failed failed;
      failed.fault = test_cut;
      const bool is_last =
          order.items.back().destination == lines(parts * of_part - 1, 1)[0].destination.path;
      if (is_last) {
        doubtful = order.task;
        world.say(order.task, BundleVerified{{{0, PublishIntent{{10, "1", "u"}, {}}}}});
        failed.publish_unknown = true;
      }
      world.say(order.task, failed);
    }
  }
  ASSERT_TRUE(doubtful);
  list("two", lines((parts - 1) * of_part, 2));
  ASSERT_TRUE(world.call(ChangePriority{"two", PriorityStep::push}));
  world.start();
  world.clock.instant += 1min;
  bool is_known = false;
  std::size_t of_two = 0;
  for (auto orders = bundles_of(world.fresh()); !orders.empty();
       orders = bundles_of(world.fresh())) {
    for (const BundleOrder& order : orders) {
      is_known = is_known || order.task.file == doubtful->file;
      const bool is_of_two = files_of(order) == 2;
      EXPECT_TRUE(is_known || !is_of_two) << "the name was another's meanwhile";
      of_two += is_of_two ? 1 : 0;
      end(order);
    }
  }
  EXPECT_EQ(of_two, 1U);
}

TEST_F(Destinations, are_not_taken_by_what_changes_nothing) {
  Options plan;
  plan.act = Act::plan;
  list("one", lines(0, 3), plan);
  list("two", lines(0, 3));
  list("three", lines(0, 3), plan);
  EXPECT_EQ(bundles_of(world.fresh()).size(), 3U);
}

TEST_F(Destinations, of_what_is_proven_and_waits_for_others_are_free_and_are_taken_to_publish) {
  Options options;
  options.all_or_none = true;
  list("one", lines(0, static_cast<int>(bundle_items_max) + 1), options);
  const auto parts = bundles_of(world.fresh());
  ASSERT_EQ(parts.size(), 2U);
  const auto prove = [this](const BundleOrder& order) {
    BundleVerified verified;
    for (const BundleItem& item : order.items) {
      verified.items.push_back({item.number, PublishIntent{{10, "1", item.source}, {}}});
    }
    world.say(order.task, verified);
    world.say(order.task, Proven{});
  };
  prove(parts[0]);
  list("two", lines(0, 2));
  const BundleOrder other = only_bundle();
  prove(parts[1]);
  const auto published = bundles_of(world.fresh());
  ASSERT_EQ(published.size(), 1U) << "the part with the names that are taken waits";
  EXPECT_EQ(files_of(published[0]), 1U);
  end(other);
  const BundleOrder last = only_bundle();
  EXPECT_TRUE(last.publish_proven);
  end(last);
  end(published[0]);
  world.turn();
  EXPECT_EQ(world.record("one").file.status, Status::done);
}

}  // namespace
}  // namespace rft
