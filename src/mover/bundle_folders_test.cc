// The empty folders among a bundle's items.
#include <gmock/gmock.h>

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
    world.source_folders.insert("/s/" + name);
  }
};

TEST_F(BundleFolders, are_made_with_those_above_them) {
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

TEST_F(BundleFolders, are_not_tried_below_a_file_which_the_fault_names) {
  add_files(3);
  order.items[0].destination = "/d/file/0";
  order.items[1].destination = "/d/file/new/er/1";
  stands("/d/file", "u", "sum");
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  for (const std::uint32_t i : {0U, 1U}) {
    EXPECT_EQ(failed_item(i), FaultCode::not_a_folder);
    EXPECT_THAT(outcomes.at(i).fault->detail, testing::HasSubstr("'/d/file' is a file"));
  }
  EXPECT_TRUE(is_done(2));
  EXPECT_TRUE(world.folders_made.empty());
  ASSERT_EQ(world.pipelines.size(), 1U);
  EXPECT_EQ(world.pipelines[0].size(), 1U) << "nothing is sent to find it out";
}

TEST_F(BundleFolders, what_the_server_calls_neither_file_nor_folder_may_be_one) {
  add_files(1);
  order.items[0].destination = "/d/link/0";
  stands("/d/link", "u", "sum");
  world.tells_types = false;
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(is_done(0));
}

TEST_F(BundleFolders, fail_where_the_source_is_missing_or_a_file) {
  for (const char* name : {"gone", "file", "yes"}) add_folder(name);
  world.source_folders = {"/s/yes"};
  world.source["/s/file"] = {{100, "1", "s"}, "sum"};
  world.folders.insert("/d/gone");
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(failed_item(0), FaultCode::no_such_folder);
  EXPECT_EQ(failed_item(1), FaultCode::not_a_folder);
  EXPECT_EQ(outcomes.at(1).fault->side, Side::source);
  EXPECT_THAT(outcomes.at(1).fault->detail, testing::HasSubstr("'/s/file' is a file"));
  EXPECT_TRUE(is_done(2));
  EXPECT_EQ(world.folders_made, std::vector<std::string>{"/d/yes"});
}

TEST_F(BundleFolders, are_made_where_the_source_does_not_tell_what_it_is) {
  for (const char* name : {"link", "sized"}) add_folder(name);
  world.look_refused["/s/link"] = test_fault(FaultCode::not_supported, Side::source);
  world.source_folders.clear();
  world.source["/s/sized"] = {{100, "1", "s"}, "sum"};
  world.tells_types = false;
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(is_done(0));
  EXPECT_TRUE(is_done(1));
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
