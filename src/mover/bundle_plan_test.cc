// A plan of a bundle: what it foresees, and that it changes nothing.
#include "mover/bundle_test_world.h"

namespace rft::mover {
namespace {

class BundlePlans : public BundleRules {
 protected:
  BundlePlans() { order.options.act = Act::plan; }
  // Runs it, and sees to it that nothing was changed.
  void plan() {
    std::set<std::string> before;
    for (const auto& [name, file] : world.destination) before.insert(name);
    ASSERT_TRUE(std::holds_alternative<Done>(run()));
    EXPECT_TRUE(world.pipelines.empty());
    EXPECT_TRUE(world.folders_made.empty());
    EXPECT_FALSE(begun) << "nothing of it is ever begun";
    EXPECT_TRUE(verified.empty());
    expect_only(before);
    EXPECT_EQ(outcomes.size(), order.items.size());
  }
  Fate fate(std::uint32_t number) { return outcomes.at(number).fate; }
};

TEST_F(BundlePlans, files_that_nothing_stands_in_the_way_of_would_be_moved) {
  add_files(3);
  plan();
  for (const std::uint32_t i : {0U, 1U, 2U}) {
    EXPECT_EQ(fate(i), Fate::would_move);
    EXPECT_EQ(outcomes[i].size, 100U);
    EXPECT_EQ(outcomes[i].verdict, Verdict::none) << "nothing is proven";
  }
}

TEST_F(BundlePlans, what_is_there_already_is_told_by_existing_and_sync) {
  add_files(2);
  stands(to(0), "other", "sum0");
  stands(to(1), "other", "another");
  plan();
  EXPECT_EQ(fate(0), Fate::skipped);
  EXPECT_TRUE(outcomes.at(0).adopted) << "as a move would say";
  EXPECT_EQ(failed_item(1), FaultCode::destination_exists);
  order.options.existing = Existing::overwrite;
  outcomes.clear();
  plan();
  EXPECT_EQ(fate(0), Fate::would_move);
  order.options.sync = Sync::checksum;
  outcomes.clear();
  plan();
  EXPECT_EQ(fate(0), Fate::skipped);
  EXPECT_FALSE(outcomes.at(0).adopted) << "by sync";
  EXPECT_EQ(fate(1), Fate::would_move);
}

TEST_F(BundlePlans, in_place_without_a_proof_what_stands_there_is_looked_at_all_the_same) {
  add_files(1);
  order.options.publish = Publish::in_place;
  order.options.verify = Verify::none;
  order.options.existing = Existing::overwrite;
  world.folders.insert(to(0));
  plan();
  EXPECT_EQ(failed_item(0), FaultCode::is_a_folder);
}

TEST_F(BundlePlans, a_source_that_nobody_may_read_would_fail) {
  add_files(3);
  world.source.erase(from(0));
  world.modes[from(1)] = 0200;
  world.modes[from(2)] = 0040;
  plan();
  EXPECT_EQ(failed_item(0), FaultCode::no_such_file);
  EXPECT_EQ(failed_item(1), FaultCode::not_permitted);
  EXPECT_EQ(fate(2), Fate::would_move);
}

TEST_F(BundlePlans, a_folder_that_nobody_may_write_into_is_the_fault_of_its_files) {
  add_files(2);
  order.items[1].destination = "/closed/1";
  world.folders.insert("/closed");
  world.modes["/closed"] = 0555;
  plan();
  EXPECT_EQ(fate(0), Fate::would_move);
  EXPECT_EQ(failed_item(1), FaultCode::not_permitted);
}

TEST_F(BundlePlans, missing_folders_are_foreseen_from_what_stands_above_them) {
  add_files(4);
  order.items[1].destination = "/d/new/er/1";
  order.items[2].destination = "/d/file/new/2";
  order.items[3].destination = "/closed/new/er/3";
  stands("/d/file", "other", "x");
  world.folders.insert("/closed");
  world.modes["/closed"] = 0555;
  plan();
  EXPECT_EQ(fate(1), Fate::would_move);
  EXPECT_EQ(failed_item(2), FaultCode::not_a_folder);
  EXPECT_EQ(failed_item(3), FaultCode::not_permitted);
  order.options.parents = Parents::fail;
  outcomes.clear();
  plan();
  EXPECT_EQ(failed_item(1), FaultCode::no_such_folder);
}

TEST_F(BundlePlans, a_path_of_which_nothing_stands_cannot_be_made) {
  add_files(1);
  order.items[0].destination = "/nowhere/at/all/0";
  plan();
  EXPECT_EQ(failed_item(0), FaultCode::no_such_folder);
}

TEST_F(BundlePlans, large_files_are_looked_at_apart) {
  add_files(1, bundle_file_max + 1);
  plan();
  EXPECT_EQ(fate(0), Fate::apart);
}

}  // namespace
}  // namespace rft::mover
