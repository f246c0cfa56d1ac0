// A bundle that removes: what it deletes, what it leaves, and what it does not follow.
#include "mover/bundle_test_world.h"

namespace rft::mover {
namespace {

class BundleRemovals : public BundleRules {
 protected:
  BundleRemovals() { order.options.act = Act::remove; }
  // Below /d/, which is not to go.
  void extra(const std::string& name, std::optional<std::uint64_t> size = 100) {
    BundleItem item;
    item.number = static_cast<std::uint32_t>(order.items.size());
    item.source = "/d/";
    item.destination = "/d/" + name;
    item.size = size;
    item.modify = "1";
    order.items.push_back(item);
    stands("/d/" + name, "u", "sum");
  }
  Fate fate(std::uint32_t number) { return outcomes.at(number).fate; }
};

TEST_F(BundleRemovals, what_is_as_it_was_listed_is_deleted_and_nothing_else) {
  extra("0");
  extra("1");
  stands("/d/other", "u", "sum");
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(fate(0), Fate::deleted);
  EXPECT_EQ(fate(1), Fate::deleted);
  expect_only({"/d/other"});
  EXPECT_TRUE(world.pipelines.empty());
  EXPECT_FALSE(begun);
}

TEST_F(BundleRemovals, what_is_gone_already_is_as_good_as_deleted) {
  extra("0");
  world.destination.clear();
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(fate(0), Fate::deleted);
}

TEST_F(BundleRemovals, what_changed_since_it_was_listed_is_left_and_told) {
  extra("larger");
  extra("younger");
  extra("folder");
  extra("never a file", std::nullopt);
  world.destination["/d/larger"].facts.size = 101;
  world.destination["/d/younger"].facts.modify = "2";
  world.destination.erase("/d/folder");
  world.folders.insert("/d/folder");
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  for (const std::uint32_t i : {0U, 1U, 2U, 3U}) {
    EXPECT_EQ(fate(i), Fate::skipped) << i;
    ASSERT_TRUE(outcomes[i].fault) << i;
  }
  EXPECT_EQ(outcomes[0].fault->code, FaultCode::changed_since_listed);
  EXPECT_EQ(outcomes[3].fault->code, FaultCode::not_supported);
  expect_only({"/d/larger", "/d/younger", "/d/never a file"});
}

TEST_F(BundleRemovals, folders_that_this_emptied_go_and_others_stay) {
  world.folders = {"/d", "/d/a", "/d/a/b", "/d/c"};
  extra("a/b/0");
  extra("c/1");
  stands("/d/c/other", "u", "sum");
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(world.folders, (std::set<std::string>{"/d", "/d/c"}));
}

TEST_F(BundleRemovals, a_file_is_told_deleted_only_after_its_folder_was_asked_for) {
  world.folders = {"/d", "/d/a"};
  extra("a/0");
  world.folders_unreachable = true;
  EXPECT_EQ(failure().fault.code, FaultCode::cut);
  EXPECT_TRUE(outcomes.empty()) << "the next try deletes nothing, and asks for the folder again";
}

TEST_F(BundleRemovals, one_that_may_not_be_deleted_fails_alone) {
  extra("0");
  extra("1");
  world.remove_refused["/d/0"] = test_fault(FaultCode::not_permitted);
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(failed_item(0), FaultCode::not_permitted);
  EXPECT_EQ(fate(1), Fate::deleted);
}

}  // namespace
}  // namespace rft::mover
