// What is seen of a request of many files is a fold over its parts (design, section 2).
#include "engine/wholes_for_tests.h"

namespace rft {
namespace {

const Fault down{FaultCode::unreachable, Side::source, Doing::connect, "", ""};

struct SeenWorld : World {
  using World::World;
  Found found(const std::string& handle) {
    std::optional<Found> found;
    engine->find("uid:1", handle, [&](Result<Found> got) { found = got.value(); });
    run();
    return found.value();
  }
  Why why(const std::string& handle) {
    std::optional<Why> why;
    engine->why("uid:1", handle, [&](Result<Why> got) { why = got.value(); });
    run();
    return why.value();
  }
  std::vector<Found> list() {
    std::vector<Found> all;
    engine->list({"uid:1", {}, "", 100},
                 [&](Result<std::vector<Found>> page, const std::string&) { all = page.value(); });
    run();
    return all;
  }
  Order commit_one_bundle() {
    submit("h", Submit::What::list);
    call(AddFiles{"h", lines(0, 3)});
    call(Commit{"h"});
    return fresh().at(0);
  }
  void fail(const Order& order) {
    const auto* bundle = std::get_if<BundleOrder>(&order);
    say(bundle ? bundle->task : std::get<ListOrder>(order).task, Failed{down});
    turn();
  }
  void host_answers() {
    const Endpoint host = parse_folder_url("ftp://a/").value().endpoint;
    engine->heard(movers.started.back(), Probed{host, std::nullopt, std::nullopt});
    run();
  }
};

TEST(WholeStatus, one_of_which_no_part_can_move_is_committed_and_says_why) {
  SeenWorld world;
  const Order order = world.commit_one_bundle();
  EXPECT_EQ(world.found("h").transfer.file.status, Status::active);
  world.fail(order);
  const File seen = world.found("h").transfer.file;
  EXPECT_EQ(seen.status, Status::committed);
  EXPECT_EQ(seen.hold, Hold::endpoint_down);
  EXPECT_EQ(seen.fault, down);
  EXPECT_EQ(seen.hold_detail + " (0 of 3 files have ended)", world.why("h").sentence);
  EXPECT_EQ(world.why("h").status, Status::committed);
  EXPECT_EQ(world.list().at(0).transfer.file.status, Status::committed);
  world.host_answers();
  EXPECT_EQ(world.found("h").transfer.file.status, Status::active);
  EXPECT_EQ(world.found("h").transfer.file.hold, Hold::none);
  EXPECT_FALSE(world.found("h").transfer.file.fault);
}

TEST(WholeStatus, one_with_a_part_that_moves_is_active_though_others_are_held) {
  SeenWorld world;
  world.submit("h", Submit::What::list);
  std::vector<NewFile> files = lines(0, 2);
  files[1].source = parse_url("ftp://c/s/f1").value();
  ASSERT_TRUE(world.call(AddFiles{"h", files}));
  ASSERT_TRUE(world.call(Commit{"h"}));
  const auto orders = world.fresh();
  ASSERT_EQ(orders.size(), 2U);
  world.fail(orders[0]);
  EXPECT_EQ(world.found("h").transfer.file.status, Status::active);
  world.fail(orders[1]);
  EXPECT_EQ(world.found("h").transfer.file.status, Status::committed);
}

TEST(WholeStatus, one_whose_files_back_off_says_until_when) {
  SeenWorld world;
  world.say(std::get<BundleOrder>(world.commit_one_bundle()).task, Failed{test_cut});
  world.turn();
  EXPECT_EQ(world.found("h").transfer.file.hold, Hold::back_off);
  EXPECT_TRUE(world.why("h").until);
}

TEST(WholeStatus, of_parts_that_are_held_and_one_that_waits_for_its_turn_that_one_tells) {
  SeenWorld world;
  Limit limit;
  limit.scope = LimitScope::parse("ftp://c:21").value();
  limit.bounds.transfers = 0;
  world.engine->set_limit(limit, [](const Result<LimitState>&) {});
  world.submit("h", Submit::What::list);
  std::vector<NewFile> files = lines(0, 2);
  files[1].source = parse_url("ftp://c/s/f1").value();
  ASSERT_TRUE(world.call(AddFiles{"h", files}));
  ASSERT_TRUE(world.call(Commit{"h"}));
  world.fail(world.fresh().at(0));
  EXPECT_EQ(world.found("h").transfer.file.hold, Hold::limit);
}

TEST(WholeStatus, a_tree_whose_listing_is_held_is_committed_and_not_all_listed) {
  SeenWorld world;
  world.submit("h", Submit::What::tree);
  const Order order = world.fresh().at(0);
  EXPECT_EQ(world.found("h").transfer.file.status, Status::active);
  world.fail(order);
  const Found seen = world.found("h");
  EXPECT_EQ(seen.transfer.file.status, Status::committed);
  EXPECT_EQ(seen.transfer.file.hold, Hold::endpoint_down);
  EXPECT_TRUE(seen.listing);
}

TEST(WholeStatus, calls_go_by_what_is_seen) {
  SeenWorld world;
  const Order order = world.commit_one_bundle();
  EXPECT_EQ(world.call(ChangePriority{"h", 70}).error().code, Code::wrong_state);
  world.fail(order);
  const Answer changed = world.call(ChangePriority{"h", 70});
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->status, Status::committed);
  EXPECT_EQ(changed->priority, 70);
  EXPECT_EQ(world.call(Commit{"h"})->status, Status::committed);
  EXPECT_EQ(world.call(Clear{"h"}).error().detail, "'h' is committed; clear does not apply to it");
  EXPECT_EQ(world.call(Stop{"h"})->stopping, true);
  world.turn();
  EXPECT_EQ(world.found("h").transfer.file.status, Status::user_stop_partial_trans);
}

TEST(WholeStatus, a_priority_that_was_changed_orders_the_files_that_wait) {
  for (const bool push : {false, true}) {
    Limits limits;
    limits.active_per_owner_max = 1;
    SeenWorld world(limits);
    world.fail(world.commit_one_bundle());
    world.commit("one");
    world.commit("two", "c");
    world.commit("three", "c");
    ASSERT_EQ(world.fresh().size(), 1U) << "the first that can move";
    if (push) {
      ASSERT_TRUE(world.call(ChangePriority{"h", PriorityStep::push}));
    } else {
      ASSERT_TRUE(world.call(ChangePriority{"h", 70}));
    }
    world.host_answers();
    const Task moving = std::get<MoveOrder>(world.movers.orders.back()).task;
    world.say(moving, Done{{}, Verdict::verified, false, 10, 10});
    const auto next = bundles_of(world.fresh());
    ASSERT_EQ(next.size(), 1U) << "before what was committed earlier";
    world.move(next[0], all_done);
    world.turn();
    EXPECT_EQ(world.found("h").transfer.file.status, Status::done);
  }
}

TEST(WholeStatus, a_tree_that_is_listed_and_whose_last_files_move_at_a_restart_is_listed) {
  SeenWorld world;
  world.submit("h", Submit::What::tree);
  const Task task = std::get<ListOrder>(world.fresh().at(0)).task;
  world.say(task, Listed{"", "", true, {{"f", 10, "", {}}}, {}, {}});
  world.say(task, Done{});
  ASSERT_EQ(bundles_of(world.fresh()).size(), 1U);
  EXPECT_FALSE(world.found("h").listing);
  world.start();
  world.turn();
  EXPECT_FALSE(world.found("h").listing);
  EXPECT_EQ(world.found("h").transfer.file.status, Status::active);
}

TEST(WholeStatus, what_a_mover_has_is_told_from_what_waits) {
  World world;
  world.submit("h", Submit::What::list);
  std::vector<NewFile> files = lines(0, 3 * bundle_items_max);
  for (NewFile& file : files) file.size = 10;
  ASSERT_TRUE(world.call(AddFiles{"h", files}));
  ASSERT_TRUE(world.call(Commit{"h"}));
  const auto bundles = bundles_of(world.fresh());
  ASSERT_EQ(bundles.size(), 3U);
  EXPECT_EQ(world.live("h").files_active, 3 * bundle_items_max);
  world.move(bundles[0], all_done);
  EXPECT_EQ(world.live("h").files_active, 2 * bundle_items_max);
  EXPECT_EQ(world.live("h").bytes_active, 2 * bundle_items_max * 10);
  world.move(bundles[1], all_done);
  world.move(bundles[2], all_done);
  EXPECT_EQ(world.record("h").file.tally.bytes_ended(), 3 * bundle_items_max * 10);
}

}  // namespace
}  // namespace rft
