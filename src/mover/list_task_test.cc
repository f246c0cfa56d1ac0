// A listing's decisions, with a Lister that keeps its folders in a map.
#include "mover/list_task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <map>

#include "mover/limits.h"

namespace rft::mover {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

struct Tree {
  std::map<std::string, Listing> folders;  // by name; what is not here is no folder
  bool root_is_file = false;
  std::size_t at_once = list_ahead_max;  // so many fit together
  std::vector<std::size_t> asked;        // how many at a time
};

class FakeLister final : public Lister {
 public:
  explicit FakeLister(Tree& tree) : tree_(tree) {}
  awaitable<Outcome<std::optional<Standing>>> look(std::string name) override {
    if (tree_.root_is_file) co_return std::optional(Standing{false, {}});
    if (!tree_.folders.contains(name)) co_return std::optional<Standing>();
    co_return std::optional(Standing{true, {}});
  }
  awaitable<Outcome<std::vector<Listing>>> list(std::vector<std::string> names) override {
    tree_.asked.push_back(names.size());
    std::vector<Listing> listings;
    for (const std::string& name : names) {
      if (listings.size() == tree_.at_once) break;
      const auto found = tree_.folders.find(name);
      if (found == tree_.folders.end()) {
        if (!listings.empty()) break;
        co_return fault(FaultCode::cut, Side::source, Doing::list);
      }
      listings.push_back(found->second);
    }
    co_return listings;
  }

 private:
  Tree& tree_;
};

Entry entry(std::string name, EntryKind kind = EntryKind::file) {
  return {std::move(name), kind, 1U, {}, {}, {}};
}
std::vector<Entry> files(int count) {
  std::vector<Entry> all;
  for (int i = 0; i < count; ++i) all.push_back(entry(std::to_string(i)));
  return all;
}

class ListTaskRules : public testing::Test {
 protected:
  ListTaskRules() {
    order.source = parse_file_or_folder_url("ftp://a/d/").value();
    order.due = {FolderDue{}};
    tree.folders["/d"] = std::vector<Entry>{};
  }

  // Runs the task to its last word. rftd saves only when the task has come to rest, and not at all
  // once `stop_at` words were said: then the task is told why to end.
  TaskSays run(std::size_t stop_at = SIZE_MAX, Interrupt::Why why = Interrupt::Why::stop) {
    asio::io_context io;
    Signal saved;
    bool all_saved = true;
    WorkPorts ports;
    ports.say = [&](TaskSays says) -> std::uint64_t {
      all_saved = false;
      if (auto* word = std::get_if<FoldersListed>(&says)) {
        ++said;
        for (Listed& piece : word->folders) words.push_back(std::move(piece));
        ++unsaved_;
      } else {
        last_ = std::move(says);
      }
      unsaved_at_most = std::max(unsaved_at_most, unsaved_);
      return words.size();
    };
    ports.hurry = [] {};
    ports.all_saved = [&] { return all_saved; };
    ports.saved = &saved;
    const auto make = [this](const ListOrder&, Interrupt*) {
      return std::make_unique<FakeLister>(tree);
    };
    ListTask task(order, make, ports);
    asio::co_spawn(io, task.run(), asio::detached);
    while (!last_) {
      io.restart();
      while (io.poll() > 0) {
      }
      unsaved_ = 0;
      if (words.size() >= stop_at) {
        task.interrupt(why);
      } else {
        all_saved = true;
        saved.notify();
      }
    }
    return *last_;
  }
  std::vector<std::string> folders_told() const {
    std::vector<std::string> all;
    for (const Listed& word : words) all.push_back(word.folder);
    return all;
  }

  ListOrder order;
  Tree tree;
  std::vector<Listed> words;
  std::size_t said = 0;  // so many words of one or several folders
  std::size_t unsaved_at_most = 0;

 private:
  std::size_t unsaved_ = 0;
  std::optional<TaskSays> last_;
};

TEST_F(ListTaskRules, folders_are_walked_first_in_first_out_and_found_ones_go_to_the_end) {
  tree.folders["/d"] = std::vector{entry("b", EntryKind::folder), entry("a", EntryKind::folder)};
  tree.folders["/d/a"] = std::vector{entry("x", EntryKind::folder), entry("f")};
  tree.folders["/d/a/x"] = std::vector{entry("g")};
  tree.folders["/d/b"] = std::vector<Entry>{};
  const TaskSays last = run();
  EXPECT_EQ(std::get<Done>(last).size, 2U);
  EXPECT_THAT(folders_told(), ElementsAre("", "a/", "b/", "a/x/"));
}

TEST_F(ListTaskRules, of_what_is_to_be_removed_a_folder_that_cannot_be_listed_fails_it) {
  order.options.act = Act::remove;
  tree.folders["/d"] = std::vector{entry("a", EntryKind::folder)};
  tree.folders["/d/a"] = fault(FaultCode::not_permitted, Side::source, Doing::list);
  EXPECT_EQ(std::get<Failed>(run()).fault.code, FaultCode::not_permitted);
  EXPECT_THAT(folders_told(), ElementsAre("")) << "it is due in the next try";
}

TEST_F(ListTaskRules, where_no_folder_is_nothing_is_to_be_removed) {
  order.options.act = Act::remove;
  tree.folders.clear();
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(words.empty());
}

TEST_F(ListTaskRules, what_is_due_is_listed_and_nothing_else) {
  order.due = {{"a/", "1"}, {"c/", ""}};
  tree.folders["/d/a"] = files(4);
  tree.folders["/d/c"] = std::vector{entry("g")};
  tree.folders.erase("/d");
  EXPECT_EQ(std::get<Done>(run()).size, 3U);
  EXPECT_THAT(folders_told(), ElementsAre("a/", "c/"));
}

TEST_F(ListTaskRules, a_source_that_is_no_folder_is_a_fault) {
  tree.root_is_file = true;
  EXPECT_EQ(std::get<Failed>(run()).fault.code, FaultCode::not_a_folder);
}

TEST_F(ListTaskRules, a_source_that_is_not_there_is_a_fault) {
  tree.folders.clear();
  EXPECT_EQ(std::get<Failed>(run()).fault.code, FaultCode::no_such_folder);
}

TEST_F(ListTaskRules, an_unreadable_folder_is_passed_over_below_the_source_and_fails_it_there) {
  const Listing locked = fault(FaultCode::not_permitted, Side::source, Doing::list);
  tree.folders["/d"] = std::vector{entry("a", EntryKind::folder), entry("f")};
  tree.folders["/d/a"] = locked;
  EXPECT_EQ(std::get<Done>(run()).size, 1U);
  ASSERT_EQ(words.size(), 2U);
  EXPECT_EQ(words[1].folder, "a/");
  EXPECT_TRUE(words[1].whole);
  EXPECT_EQ(words[1].passed_over, (std::vector{PassedOver{"a/", locked.error(), true}}));
}

TEST_F(ListTaskRules, an_unreadable_source_fails) {
  tree.folders["/d"] = fault(FaultCode::not_permitted, Side::source, Doing::list);
  EXPECT_EQ(std::get<Failed>(run()).fault.code, FaultCode::not_permitted);
  EXPECT_TRUE(words.empty());
}

TEST_F(ListTaskRules, a_lost_connection_fails_after_what_was_told) {
  tree.folders["/d"] = std::vector{entry("a", EntryKind::folder), entry("b", EntryKind::folder)};
  tree.folders["/d/a"] = files(1);
  EXPECT_EQ(std::get<Failed>(run()).fault.code, FaultCode::cut);
  EXPECT_THAT(folders_told(), ElementsAre("", "a/"));
}

TEST_F(ListTaskRules, many_small_folders_are_asked_for_together) {
  std::vector<Entry> subs;
  for (int i = 0; i < 40; ++i) {
    subs.push_back(entry("s" + std::to_string(i), EntryKind::folder));
    tree.folders["/d/" + subs.back().name] = files(2);
  }
  tree.folders["/d"] = subs;
  EXPECT_EQ(std::get<Done>(run()).size, 80U);
  EXPECT_THAT(tree.asked, ElementsAre(1, 2, 4, 8, 16, 10));
}

TEST_F(ListTaskRules, small_folders_share_a_word_and_the_first_is_told_at_once) {
  std::vector<Entry> subs;
  for (int i = 0; i < 40; ++i) {
    subs.push_back(entry("s" + std::to_string(i), EntryKind::folder));
    tree.folders["/d/" + subs.back().name] = files(2);
  }
  tree.folders["/d"] = subs;
  EXPECT_EQ(std::get<Done>(run()).size, 80U);
  EXPECT_THAT(words, SizeIs(41));
  EXPECT_EQ(said, 2U);
}

TEST_F(ListTaskRules, where_many_folders_are_due_the_others_are_listed_apart) {
  std::vector<Entry> subs;
  for (std::size_t i = 0; i < list_folders_due_max + 40; ++i) {
    subs.push_back(entry("s" + std::to_string(1000 + i), EntryKind::folder));
    tree.folders["/d/" + subs.back().name] = files(1);
  }
  tree.folders["/d"] = subs;
  EXPECT_EQ(std::get<Done>(run()).size, list_folders_due_max);
  ASSERT_FALSE(words.empty());
  EXPECT_THAT(words[0].folders, SizeIs(list_folders_due_max));
  EXPECT_THAT(words[0].folders_apart, SizeIs(40));
  EXPECT_EQ(words[0].folders_apart.front(), "s1128/");
  EXPECT_THAT(words, SizeIs(list_folders_due_max + 1)) << "those apart are not walked here";
}

TEST_F(ListTaskRules, an_excluded_folder_is_not_walked) {
  order.options.exclude = {"scratch/"};
  tree.folders["/d"] =
      std::vector{entry("a", EntryKind::folder), entry("scratch", EntryKind::folder)};
  tree.folders["/d/a"] = files(1);
  EXPECT_EQ(std::get<Done>(run()).size, 1U) << "a walk of it would fail here";
  EXPECT_THAT(folders_told(), ElementsAre("", "a/"));
  EXPECT_THAT(words[0].folders, ElementsAre("a/"));
}

TEST_F(ListTaskRules, folders_that_do_not_fit_together_are_asked_for_alone) {
  tree.at_once = 1;
  tree.folders["/d"] = std::vector{entry("a", EntryKind::folder), entry("b", EntryKind::folder)};
  tree.folders["/d/a"] = files(1);
  tree.folders["/d/b"] = files(1);
  EXPECT_EQ(std::get<Done>(run()).size, 2U);
  EXPECT_THAT(tree.asked, ElementsAre(1, 2, 1));
}

TEST_F(ListTaskRules, no_more_words_are_said_than_may_wait_to_be_saved) {
  tree.folders["/d"] = files(static_cast<int>(bundle_items_max) * 20);
  EXPECT_EQ(std::get<Done>(run()).size, bundle_items_max * 20);
  EXPECT_THAT(words, SizeIs(20));
  EXPECT_EQ(unsaved_at_most, list_words_unsaved_max);
}

TEST_F(ListTaskRules, a_stop_ends_a_listing_that_waits_for_its_words_to_be_saved) {
  tree.folders["/d"] = files(static_cast<int>(bundle_items_max) * 20);
  EXPECT_TRUE(std::holds_alternative<Stopped>(run(1)));
  EXPECT_THAT(words, SizeIs(list_words_unsaved_max));
}

TEST_F(ListTaskRules, the_end_of_the_mover_is_said_as_that) {
  tree.folders["/d"] = files(static_cast<int>(bundle_items_max) * 20);
  const TaskSays last = run(1, Interrupt::Why::mover_ends);
  EXPECT_EQ(std::get<Failed>(last).fault.code, FaultCode::lease_ended);
}

}  // namespace
}  // namespace rft::mover
