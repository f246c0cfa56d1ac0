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
  Options plan;
  plan.act = Act::plan;
  plan.preserve.times = true;
  for (const Options& options : {Options{}, plan}) {
    const std::string handle(word(options.act));
    world.submit(handle, Submit::What::tree, options);
    const Task first = listing().task;
    world.say(first, root_with({}));
    world.say(first, Done{});
    world.move(bundle(), [&](const BundleItem&) {
      return options.act == Act::plan ? Fate::would_move : Fate::done;
    });
    EXPECT_TRUE(world.fresh().empty());
    EXPECT_EQ(world.record(handle).file.status, Status::done);
  }
}

TEST_F(KeptFolders, are_listed_again_by_the_mover_after_a_restart_in_the_middle) {
  tree();
  const ListOrder lost = deliver();
  const std::string mover = world.movers.started.back();
  world.start();
  EXPECT_EQ(world.record("h").file.status, Status::active);
  EXPECT_FALSE(world.record("h").file.tally.failed);
  world.engine->mover_gone(mover, false, Duration{0});
  world.run();
  const ListOrder again = listing();
  EXPECT_EQ(again.task.file, lost.task.file);
  EXPECT_EQ(again.options.act, Act::keep_folders);
  world.say(again.task, FoldersListed{{root_with({"a/"}), listed("a/")}});
  world.say(again.task, Done{});
  world.move(bundle(), all_done);
  world.turn();
  EXPECT_EQ(world.record("h").file.status, Status::done);
}

// The destination of a tree with delete_extra has nothing that the source has not.
TEST_F(KeptFolders, do_not_wait_for_each_other_where_nothing_was_extra) {
  Options mirror;
  mirror.delete_extra = true;
  tree(mirror);
  const ListOrder extras = deliver();
  EXPECT_EQ(extras.options.act, Act::remove);
  world.say(extras.task, Done{});
  const ListOrder again = listing();
  EXPECT_EQ(again.options.act, Act::keep_folders);
  world.say(again.task, FoldersListed{{root_with({"a/", "b/"}), listed("a/")}});
  const BundleOrder first = bundle();
  world.move(first, [](const BundleItem&) { return Fate::failed; });
  world.say(again.task, listed("b/"));
  world.say(again.task, Done{});
  world.move(bundle(), all_done);
  world.turn();
  const File file = world.record("h").file;
  EXPECT_EQ(file.status, Status::failed);
  EXPECT_EQ(file.tally.failed, 1U) << "and none besides";
}

TEST_F(KeptFolders, are_seen_to_by_a_commit_after_a_stop_that_came_just_before) {
  tree();
  const Task first = listing().task;
  world.say(first, root_with({}));
  world.say(first, Done{});
  const BundleOrder last = bundle();
  ASSERT_TRUE(world.call(Stop{"h"}));
  world.move(last, all_done);
  world.fresh();
  EXPECT_EQ(world.record("h").file.status, Status::user_stop_partial_trans);
  ASSERT_TRUE(world.call(Commit{"h"}));
  EXPECT_EQ(listing().options.act, Act::keep_folders);
}

TEST_F(KeptFolders, of_which_one_cannot_be_listed_any_more_are_why_the_request_fails) {
  tree();
  const ListOrder again = deliver();
  Listed closed = listed("a/");
  closed.passed_over.push_back(
      {"a/", {FaultCode::not_permitted, Side::source, Doing::list, "550 no", ""}, true});
  Listed gone = listed("b/");
  gone.passed_over.push_back(
      {"b/", {FaultCode::no_such_folder, Side::source, Doing::list, "550 no", ""}, true});
  world.say(again.task, FoldersListed{{root_with({"a/", "b/"}), closed, gone}});
  world.say(again.task, Done{});
  world.turn();
  const File file = world.record("h").file;
  EXPECT_EQ(file.status, Status::failed);
  EXPECT_EQ(file.tally.failed, 1U) << "what is gone has nothing to keep";
}

}  // namespace
}  // namespace rft
