// Bundles of requests that are all or none: proven in one epoch, published in a later one.
#include "mover/bundle_test_world.h"

namespace rft::mover {
namespace {

class ProvenBundles : public BundleRules {
 protected:
  // Proves all that is ordered; the next order is one to publish what was proven.
  void prove() {
    order.prove_only = true;
    ASSERT_TRUE(std::holds_alternative<Proven>(run()));
    for (const auto& [seq, items] : verified) {
      for (const VerifiedItem& item : items) order.items[item.number].intent = item.intent;
    }
    order.prove_only = false;
    order.publish_proven = true;
    order.earlier = {order.task.epoch};
    ++order.task.epoch;
    outcomes.clear();
    verified.clear();
    world.pipelines.clear();
  }
};

TEST_F(ProvenBundles, an_order_to_prove_publishes_nothing_and_keeps_the_parts) {
  add_files(3);
  order.prove_only = true;
  EXPECT_TRUE(std::holds_alternative<Proven>(run()));
  EXPECT_TRUE(outcomes.empty());
  expect_only({part(2, 0), part(2, 1), part(2, 2)});
}

TEST_F(ProvenBundles, one_that_fails_has_its_outcome_and_the_others_are_proven) {
  add_files(3);
  world.source.erase(from(1));
  order.prove_only = true;
  EXPECT_TRUE(std::holds_alternative<Proven>(run()));
  EXPECT_EQ(failed_item(1), FaultCode::no_such_file);
  EXPECT_EQ(outcomes.size(), 1U);
}

TEST_F(ProvenBundles, what_was_proven_is_renamed_later_and_not_sent_again) {
  add_files(3);
  prove();
  world.source.clear();  // its owner may expect that it is no longer needed
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(world.pipelines.empty());
  expect_only({to(0), to(1), to(2)});
  EXPECT_EQ(outcomes[1].verdict, Verdict::verified);
  EXPECT_EQ(outcomes[1].checksum, (Checksum{"ADLER32", "sum1"}));
}

TEST_F(ProvenBundles, what_an_epoch_before_the_proof_left_is_deleted_when_it_is_published) {
  add_files(2);
  prove();
  order.earlier = {2, 1};
  stands(part(1, 0), "half", "x");
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  expect_only({to(0), to(1)});
}

TEST_F(ProvenBundles, a_part_that_changed_since_its_proof_is_sent_again) {
  add_files(3);
  prove();
  world.destination[part(2, 1)].facts.modify = "later";
  world.destination.erase(part(2, 2));
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  ASSERT_EQ(world.pipelines.size(), 1U);
  EXPECT_EQ(world.pipelines[0].size(), 2U);
  for (const std::size_t i : {0U, 1U, 2U}) expect_whole(i);
  expect_only({to(0), to(1), to(2)});
}

TEST_F(ProvenBundles, what_came_under_the_final_name_meanwhile_is_judged_by_existing) {
  add_files(2);
  prove();
  order.options.existing = Existing::fail;
  stands(to(1), "other", "x");
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(is_done(0));
  EXPECT_EQ(failed_item(1), FaultCode::destination_exists);
  expect_only({to(0), to(1)});
}

TEST_F(ProvenBundles, a_rename_whose_answer_is_lost_is_looked_for_by_the_next_epoch) {
  add_files(2);
  prove();
  world.rename_answer_lost.insert(to(0));
  EXPECT_TRUE(failure().publish_unknown);
  world.rename_answer_lost.clear();
  order.earlier = {order.task.epoch, 2};
  ++order.task.epoch;
  order.items.erase(order.items.begin() + 1);
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(world.pipelines.empty());
  expect_only({to(0), to(1)});
}

TEST_F(ProvenBundles, a_look_for_a_stop_renames_nothing) {
  add_files(1);
  prove();
  order.look_only = true;
  EXPECT_TRUE(std::holds_alternative<Stopped>(run()));
  EXPECT_FALSE(world.destination.contains(to(0)));
}

}  // namespace
}  // namespace rft::mover
