// The folders of a tree get the modes and times of their sources when all else is done.
#include "engine/wholes_for_tests.h"

namespace rft {
namespace {

struct KeptFolders : testing::Test {
  void tree(Options options = {}) {
    options.preserve.times = true;
    world.submit("h", Submit::What::tree, options);
  }
  static Listed root_with(const std::vector<std::string>& folders) {
    Listed root{"", "", true, {{"f", 10, "", {}}}, {}, {}};
    root.folders = folders;
    return root;
  }
  static Listed listed(const std::string& folder) { return Listed{folder, "", true, {}, {}, {}}; }
  // The one listing that is ordered now.
  ListOrder listing() {
    const auto orders = world.fresh();
    const auto* order = orders.size() == 1 ? std::get_if<ListOrder>(&orders.front()) : nullptr;
    EXPECT_NE(order, nullptr);
    return order != nullptr ? *order : ListOrder{};
  }
  BundleOrder bundle() {
    const auto bundles = bundles_of(world.fresh());
    EXPECT_EQ(bundles.size(), 1U);
    return bundles.empty() ? BundleOrder{} : bundles.front();
  }
  // Its file, and the empty folder b/, are there; what is listed next are its folders.
  ListOrder deliver() {
    const Task first = listing().task;
    world.say(first, root_with({"a/", "b/"}));
    world.say(first, Listed{"a/", "", true, {{"a/g", 10, "", {}}}, {}, {}});
    world.say(first, listed("b/"));
    world.say(first, Done{});
    for (const BundleOrder& order : bundles_of(world.fresh())) world.move(order, all_done);
    return listing();
  }
  World world;
};

TEST_F(KeptFolders, are_listed_when_all_files_are_there_and_set_by_bundles_of_their_own) {
  tree();
  const ListOrder again = deliver();
  EXPECT_EQ(again.options.act, Act::keep_folders);
  EXPECT_EQ(world.record("h").file.status, Status::active) << "it is not done before";
  world.say(again.task, FoldersListed{{root_with({"a/", "b/"}), listed("a/"), listed("b/")}});
  world.say(again.task, Done{});
  const BundleOrder folders = bundle();
  ASSERT_EQ(folders.items.size(), 2U) << "all but the folder that the user named";
  EXPECT_EQ(folders.items[0].destination, "/d/a/");
  EXPECT_TRUE(folders.items[0].is_folder);
  world.move(folders, all_done);
  world.turn();
  const File file = world.record("h").file;
  EXPECT_EQ(file.status, Status::done);
  EXPECT_EQ(file.tally.files, 3U) << "two files and an empty folder; those that are kept are none";
  EXPECT_EQ(file.tally.done, 3U);
}

TEST_F(KeptFolders,
       of_which_one_cannot_be_set_are_why_the_request_fails_and_a_retry_is_for_it_alone) {
  tree();
  const ListOrder again = deliver();
  world.say(again.task, FoldersListed{{root_with({"a/", "b/"}), listed("a/"), listed("b/")}});
  world.say(again.task, Done{});
  world.move(bundle(),
             [](const BundleItem& item) { return item.number == 0 ? Fate::failed : Fate::done; });
  world.turn();
  EXPECT_EQ(world.record("h").file.status, Status::failed);
  EXPECT_EQ(world.record("h").file.tally.failed, 1U);
  ASSERT_TRUE(world.call(Commit{"h"}));
  const BundleOrder once_more = bundle();
  ASSERT_EQ(once_more.items.size(), 1U);
  world.move(once_more, all_done);
  world.turn();
  EXPECT_EQ(world.record("h").file.status, Status::done);
}

TEST_F(KeptFolders, are_not_looked_for_where_nothing_is_to_be_kept_nor_by_a_plan) {
  world.submit("h", Submit::What::tree);
  const Task first = listing().task;
  world.say(first, root_with({}));
  world.say(first, Done{});
  world.move(bundle(), all_done);
  EXPECT_TRUE(world.fresh().empty());
  EXPECT_EQ(world.record("h").file.status, Status::done);
}

TEST_F(KeptFolders, are_set_after_a_restart_too) {
  tree();
  deliver();
  world.start();
  EXPECT_EQ(world.record("h").file.status, Status::active);
  EXPECT_TRUE(world.record("h").file.folders_sought);
}

}  // namespace
}  // namespace rft
