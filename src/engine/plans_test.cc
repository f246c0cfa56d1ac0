// Requests that move nothing: plans and checks.
#include "engine/wholes_for_tests.h"

namespace rft {
namespace {

TEST(Plans, a_plan_tells_what_would_be_moved_and_fails_where_something_would) {
  World world;
  Options options;
  options.act = Act::plan;
  world.submit("h", Submit::What::list, options);
  ASSERT_TRUE(world.call(AddFiles{"h", lines(1, 4)}));
  ASSERT_TRUE(world.call(Commit{"h"}));
  const auto first = bundles_of(world.fresh());
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].options.act, Act::plan);
  world.move(first[0], [](const BundleItem& item) {
    return item.source == "/s/f3"   ? Fate::failed
           : item.source == "/s/f4" ? Fate::skipped
                                    : Fate::would_move;
  });
  world.turn();
  const Transfer failed = world.record("h");
  EXPECT_EQ(failed.file.status, Status::failed);
  EXPECT_EQ(failed.file.tally.done, 2U) << "of a plan: what would be moved";
  EXPECT_EQ(failed.file.tally.bytes_done, 20U);
  EXPECT_EQ(failed.file.tally.skipped, 1U);
  // Once that is put right: only what would have failed is looked at again.
  ASSERT_TRUE(world.call(Commit{"h"}));
  const auto again = bundles_of(world.fresh());
  ASSERT_EQ(again.size(), 1U);
  ASSERT_EQ(again[0].items.size(), 1U);
  EXPECT_TRUE(again[0].earlier.empty()) << "there are no parts to be cleared away";
  world.move(again[0], [](const BundleItem&) { return Fate::would_move; });
  world.turn();
  EXPECT_EQ(world.record("h").file.status, Status::done);
}

TEST(Plans, a_check_tells_the_mover_what_is_recorded_and_leaves_no_parts) {
  World world;
  Options options;
  options.act = Act::check;
  world.submit("h", Submit::What::list, options);
  std::vector<NewFile> files = lines(1, 2);
  files[0].size = 7;
  files.push_back(lines(3, 1).front());
  files.back().size = bundle_file_max;
  ASSERT_TRUE(world.call(AddFiles{"h", files}));
  ASSERT_TRUE(world.call(Commit{"h"}));
  const auto orders = world.fresh();
  const auto bundles = bundles_of(orders);
  ASSERT_EQ(bundles.size(), 1U);
  EXPECT_EQ(bundles[0].items.at(0).size, 7U);
  const auto large = std::find_if(orders.begin(), orders.end(), [](const Order& one) {
    return std::holds_alternative<MoveOrder>(one);
  });
  ASSERT_NE(large, orders.end());
  EXPECT_EQ(std::get<MoveOrder>(*large).recorded_size, bundle_file_max);
  world.move(bundles[0],
             [](const BundleItem& item) { return item.number == 0 ? Fate::failed : Fate::done; });
  world.say(std::get<MoveOrder>(*large).task,
            Done{{}, Verdict::verified, false, bundle_file_max, 0});
  world.turn();
  EXPECT_EQ(world.record("h").file.status, Status::failed);
  EXPECT_EQ(world.record("h").file.tally.done, 2U);
  ASSERT_TRUE(world.call(Commit{"h"}));
  const auto again = bundles_of(world.fresh());
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].items.at(0).size, 7U) << "what is recorded, not what was found";
  EXPECT_TRUE(again[0].earlier.empty());
}

TEST(Plans, plans_of_one_destination_wait_for_nobody_and_hold_up_nobody) {
  World world;
  for (const char* handle : {"plan", "move"}) {
    Submit submit;
    submit.handle = handle;
    submit.source = *parse_url("ftp://a/s/x");
    submit.destination = *parse_url("ftp://b/d/x");
    submit.commit = true;
    if (submit.handle == "plan") submit.options.act = Act::plan;
    ASSERT_TRUE(world.call(submit));
  }
  EXPECT_EQ(world.fresh().size(), 2U);
  EXPECT_TRUE(world.record("plan").file.part.epochs.empty());
}

}  // namespace
}  // namespace rft
