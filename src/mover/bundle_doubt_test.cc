// What a bundle makes of renames and parts of earlier epochs.
#include "mover/bundle_task.h"
#include "mover/bundle_test_world.h"

namespace rft::mover {
namespace {

class BundleDoubt : public BundleRules {
 protected:
  BundleDoubt() {
    add_files(3);
    order.task.epoch = 3;
    order.earlier = {2, 1};
    order.items[1].intent = PublishIntent{{100, "1", "ours"}, Checksum{"ADLER32", "sum1"}};
  }
};

TEST_F(BundleDoubt, what_the_intent_names_is_ours_even_if_the_source_is_gone) {
  order.options.existing = Existing::fail;
  stands(to(1), "ours", "sum1");
  world.source.erase(from(1));
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(is_done(1) && !outcomes[1].adopted);
  EXPECT_EQ(outcomes[1].checksum, (Checksum{"ADLER32", "sum1"}));
  EXPECT_EQ(world.pipelines.at(0).size(), 2U);
}

TEST_F(BundleDoubt, with_the_unique_alone_a_checksum_tells_whose_it_is) {
  order.options.existing = Existing::fail;
  order.items[2].intent = PublishIntent{{100, "1", "ours2"}, Checksum{"ADLER32", "sum2"}};
  stands(to(1), "ours", "sum1");
  world.destination[to(1)].facts.modify = "2";
  stands(to(2), "ours2", "ffff");
  world.destination[to(2)].facts.modify = "2";
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(is_done(1));
  EXPECT_EQ(failed_item(2), FaultCode::destination_exists);
}

TEST_F(BundleDoubt, what_is_not_ours_is_moved_like_any_other) {
  order.options.existing = Existing::overwrite;
  stands(to(1), "anothers", "ffff");
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  expect_whole(1);
  EXPECT_EQ(world.pipelines.at(0).size(), 3U);
}

TEST_F(BundleDoubt, a_rename_that_may_still_come_finds_nothing) {
  stands(part(2, 1, 1), "ours", "sum1");
  world.while_moving = [this] { EXPECT_FALSE(world.destination.contains(part(2, 1, 1))); };
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(world.pipelines.size(), 1U);
  expect_only({to(0), to(1), to(2)});
}

TEST_F(BundleDoubt, a_rename_that_is_done_while_its_part_is_deleted_is_seen) {
  order.options.existing = Existing::fail;
  stands(part(2, 1), "ours", "sum1");
  world.before_remove = [this] {
    world.destination[to(1)] = world.destination.at(part(2, 1));
    world.destination.erase(part(2, 1));
  };
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(is_done(1));
  EXPECT_EQ(world.pipelines.at(0).size(), 2U);
}

TEST_F(BundleDoubt, a_part_that_cannot_be_deleted_leaves_its_rename_unknown) {
  stands(part(1, 1), "ours", "sum1");
  world.remove_refused[part(1, 1)] = test_fault(FaultCode::not_permitted);
  EXPECT_TRUE(failure().publish_unknown);
  EXPECT_FALSE(begun) << "rftd would forget what is to be looked for";
  EXPECT_TRUE(outcomes.empty());
  EXPECT_TRUE(last_outcomes.parts_left);
  EXPECT_FALSE(world.destination.contains(to(1)));
}

TEST_F(BundleDoubt, a_final_name_that_cannot_be_looked_at_leaves_its_rename_unknown) {
  world.look_refused[to(1)] = test_fault(FaultCode::not_permitted);
  EXPECT_TRUE(failure().publish_unknown);
  EXPECT_FALSE(outcomes.contains(1));
}

TEST_F(BundleDoubt, a_look_for_a_stop_moves_nothing) {
  order.look_only = true;
  stands(part(2, 1), "ours", "sum1");
  EXPECT_TRUE(std::holds_alternative<Stopped>(run()));
  EXPECT_EQ(std::get<Stopped>(last).end, FlowEnd::no_flow);
  EXPECT_TRUE(world.pipelines.empty());
  EXPECT_FALSE(world.destination.contains(part(2, 1))) << "a late rename finds it";
}

TEST_F(BundleDoubt, a_look_for_a_stop_tells_what_was_published) {
  order.look_only = true;
  stands(to(1), "ours", "sum1");
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(is_done(1));
  EXPECT_EQ(outcomes.size(), 1U);
}

TEST_F(BundleDoubt, parts_of_earlier_epochs_are_deleted_under_both_their_names) {
  stands(part(1, 0, 0), "a", "x");
  stands(part(1, 2, 1), "b", "x");
  stands(part(2, 0, 1), "c", "x");
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  expect_only({to(0), to(1), to(2)});
}

TEST_F(BundleDoubt, in_place_our_own_half_files_are_written_anew) {
  order.items[1].intent.reset();
  order.options.publish = Publish::in_place;
  order.options.existing = Existing::fail;
  order.items[1].final_name_is_ours = true;
  stands(to(1), "half", "ffff", 7);
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  expect_whole(1);
}

}  // namespace
}  // namespace rft::mover
