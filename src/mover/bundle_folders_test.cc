// The empty folders among a bundle's items.
#include "mover/bundle_test_world.h"

namespace rft::mover {
namespace {

class BundleFolders : public BundleRules {
 protected:
  void add_folder(const std::string& name) {
    BundleItem item;
    item.number = static_cast<std::uint32_t>(order.items.size());
    item.source = "/s/" + name + "/";
    item.destination = "/d/" + name + "/";
    item.is_folder = true;
    order.items.push_back(item);
  }
};

TEST_F(BundleFolders, are_made_with_those_above_them_and_no_source_is_asked) {
  add_folder("a/b");
  add_files(1);
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(world.folders_made, (std::vector<std::string>{"/d/a", "/d/a/b"}));
  EXPECT_TRUE(is_done(0));
  EXPECT_TRUE(is_done(1));
  EXPECT_EQ(outcomes.at(0).verdict, Verdict::none);
}

TEST_F(BundleFolders, are_done_where_they_stand_already) {
  order.options.existing = Existing::fail;
  add_folder("a");
  world.folders.insert("/d/a");
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(world.folders_made.empty());
  EXPECT_TRUE(is_done(0));
}

TEST_F(BundleFolders, fail_alone_where_they_cannot_be_made) {
  add_folder("no");
  add_folder("file");
  add_folder("yes");
  world.folders_refused.insert("/d/no");
  stands("/d/file", "u", "sum");
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(failed_item(0), FaultCode::not_permitted);
  EXPECT_EQ(failed_item(1), FaultCode::not_a_folder);
  EXPECT_TRUE(is_done(2));
}

TEST_F(BundleFolders, are_made_by_servers_that_cannot_move_many_too) {
  world.many = false;
  add_folder("a");
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(is_done(0));
}

TEST_F(BundleFolders, are_not_made_where_no_folder_is_to_be) {
  order.options.parents = Parents::fail;
  add_folder("a");
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(failed_item(0), FaultCode::no_such_folder);
  EXPECT_TRUE(world.folders_made.empty());
}

TEST_F(BundleFolders, are_planned_and_not_made) {
  order.options.act = Act::plan;
  add_folder("a");
  add_folder("b");
  world.folders.insert("/d/b");
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(outcomes.at(0).fate, Fate::would_move);
  EXPECT_EQ(outcomes.at(1).fate, Fate::skipped);
  EXPECT_TRUE(world.folders_made.empty());
}

TEST_F(BundleFolders, are_checked_for_and_not_made) {
  order.options.act = Act::check;
  add_folder("a");
  add_folder("b");
  world.folders.insert("/d/b");
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(failed_item(0), FaultCode::no_such_folder);
  EXPECT_TRUE(is_done(1));
  EXPECT_TRUE(world.folders_made.empty());
}

}  // namespace
}  // namespace rft::mover
