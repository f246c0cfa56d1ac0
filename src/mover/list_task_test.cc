// A listing's decisions, with a Lister that keeps its folders in a map.
#include "mover/list_task.h"

#include <fmt/format.h>
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
using testing::Pair;
using testing::SizeIs;
using testing::StartsWith;

struct Tree {
  std::map<std::string, Listing> folders;    // by name; what is not here is no folder
  std::map<std::string, std::string> links;  // to what; by name
  std::map<std::string, Fault> refused;      // looks at these names
  bool tells_unique = true;
  bool root_is_file = false;
  std::size_t at_once = list_ahead_max;  // so many fit together
  std::vector<std::size_t> asked;        // how many at a time
  std::vector<std::string> looked_at;    // names, one after the other

  // The name without a link in it.
  std::string real(const std::string& name) const {
    std::string at;
    for (std::size_t begin = 1; begin < name.size();) {
      const std::size_t end = std::min(name.find('/', begin), name.size());
      at += "/" + name.substr(begin, end - begin);
      if (const auto link = links.find(at); link != links.end()) at = link->second;
      begin = end + 1;
    }
    return at.empty() ? "/" : at;
  }
};

class FakeLister final : public Lister {
 public:
  explicit FakeLister(Tree& tree) : tree_(tree) {}
  awaitable<Outcome<std::vector<Look>>> look_each(std::vector<std::string> names) override {
    std::vector<Look> looks;
    for (const std::string& name : names) looks.push_back(look(name));
    tree_.looked_at.insert(tree_.looked_at.end(), names.begin(), names.end());
    co_return looks;
  }
  awaitable<Outcome<std::vector<Listing>>> list(std::vector<std::string> names) override {
    tree_.asked.push_back(names.size());
    std::vector<Listing> listings;
    for (const std::string& name : names) {
      if (listings.size() == tree_.at_once) break;
      const auto found = tree_.folders.find(tree_.real(name));
      if (found == tree_.folders.end()) {
        if (!listings.empty()) break;
        co_return fault(FaultCode::cut, Side::source, Doing::list);
      }
      listings.push_back(found->second);
    }
    co_return listings;
  }

 private:
  // What is unique of a folder is its name.
  Look look(const std::string& name) const {
    if (tree_.root_is_file) return std::optional(Standing{false, {}});
    if (tree_.refused.contains(name)) return tl::unexpected(tree_.refused.at(name));
    const std::string real = tree_.real(name);
    const std::size_t slash = name.rfind('/');
    const bool is_link =
        tree_.links.contains(tree_.real(name.substr(0, slash)) + name.substr(slash));
    if (is_link && real.ends_with("file")) {
      return std::optional(Standing{false, FileFacts{7, "", ""}, {}, true});
    }
    if (!tree_.folders.contains(real)) return std::optional<Standing>();
    return std::optional(
        Standing{true, FileFacts{0, "", tree_.tells_unique ? real : ""}, {}, is_link});
  }

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
    last_.reset();
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
  std::vector<std::string> files_told() const {
    std::vector<std::string> all;
    for (const Listed& word : words) {
      for (const ListedFile& file : word.files) all.push_back(file.path);
    }
    return all;
  }
  // Paths and the beginnings of what is said of them.
  std::map<std::string, std::string> passed_over() const {
    std::map<std::string, std::string> all;
    for (const Listed& word : words) {
      for (const PassedOver& one : word.passed_over) {
        all[one.path] = fmt::format("{}: {}", rft::word(one.fault.code),
                                    one.fault.detail.substr(0, one.fault.detail.find(',')));
      }
    }
    return all;
  }
  void link(const std::string& in, const std::string& name, std::string to,
            EntryKind kind = EntryKind::link_to_folder) {
    tree.folders[in]->push_back(entry(name, kind));
    tree.links[in + "/" + name] = std::move(to);
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

TEST_F(ListTaskRules, a_link_to_a_folder_is_walked_under_its_own_name) {
  tree.folders["/other"] = std::vector{entry("f"), entry("sub", EntryKind::folder)};
  tree.folders["/other/sub"] = files(1);
  link("/d", "l", "/other");
  EXPECT_EQ(std::get<Done>(run()).size, 2U);
  EXPECT_THAT(folders_told(), ElementsAre("", "l/", "l/sub/"));
  EXPECT_THAT(files_told(), ElementsAre("l/f", "l/sub/0"));
}

TEST_F(ListTaskRules, what_a_listing_does_not_tell_of_links_is_asked) {
  tree.folders["/other"] = files(1);
  link("/d", "to-file", "/file", EntryKind::link);
  link("/d", "to-folder", "/other", EntryKind::link);
  link("/d", "to-nothing", "/nothing", EntryKind::link);
  EXPECT_EQ(std::get<Done>(run()).size, 2U);
  EXPECT_THAT(files_told(), ElementsAre("to-file", "to-folder/0"));
  EXPECT_EQ(words[0].files[0].size, 7U);
  EXPECT_THAT(passed_over(),
              ElementsAre(Pair("to-nothing", "no_such_file: the symbolic link leads nowhere")));
}

TEST_F(ListTaskRules, a_loop_ends_where_it_begins) {
  tree.folders["/"] = std::vector{entry("d", EntryKind::folder)};
  tree.folders["/d"] = std::vector{entry("f"), entry("a", EntryKind::folder)};
  tree.folders["/d/a"] = files(1);
  link("/d", "self", "/d");
  link("/d/a", "up", "/d");
  link("/d/a", "out", "/");
  EXPECT_EQ(std::get<Done>(run()).size, 2U);
  EXPECT_THAT(passed_over(), ElementsAre(Pair("a/out", "is_a_link: it leads back to /"),
                                         Pair("a/up", "is_a_link: it leads back to /d"),
                                         Pair("self", "is_a_link: it leads back to /d")));
}

TEST_F(ListTaskRules, a_loop_by_way_of_another_folder_ends_too) {
  tree.folders["/x"] = files(1);
  tree.folders["/y"] = files(1);
  link("/d", "x", "/x");
  link("/x", "y", "/y");
  link("/y", "x", "/x");
  EXPECT_EQ(std::get<Done>(run()).size, 2U);
  EXPECT_THAT(files_told(), ElementsAre("x/0", "x/y/0"));
  EXPECT_THAT(passed_over(), ElementsAre(Pair("x/y/x", "is_a_link: it leads back to /d/x")));
}

TEST_F(ListTaskRules, folders_that_are_linked_with_each_other_end_by_the_number_of_links) {
  constexpr std::size_t count = list_links_max + 3;
  for (std::size_t i = 0; i < count; ++i) {
    tree.folders["/n" + std::to_string(i)] = std::vector{entry("f")};
  }
  link("/d", "l", "/n0");
  for (std::size_t i = 0; i + 1 < count; ++i) {
    link("/n" + std::to_string(i), "l", "/n" + std::to_string(i + 1));
  }
  EXPECT_EQ(std::get<Done>(run()).size, list_links_max);
  EXPECT_EQ(passed_over().size(), 1U);
  EXPECT_THAT(passed_over().begin()->second, StartsWith("is_a_link: 8 links to folders are"));
}

TEST_F(ListTaskRules, a_server_that_tells_nothing_unique_is_not_followed_into_folders) {
  tree.tells_unique = false;
  tree.folders["/other"] = files(1);
  link("/d", "l", "/other");
  link("/d", "to-file", "/file", EntryKind::link);
  EXPECT_EQ(std::get<Done>(run()).size, 1U);
  EXPECT_THAT(passed_over(), ElementsAre(Pair("l",
                                              "is_a_link: the server does not tell what is unique "
                                              "of what it leads to")));
}

TEST_F(ListTaskRules, what_the_server_refuses_to_tell_of_names_above_the_tree_hinders_nothing) {
  order.source = parse_file_or_folder_url("ftp://a/top/d/").value();
  order.destination = parse_file_or_folder_url("ftp://a/to/").value();
  tree.folders["/top/d"] = std::vector<Entry>{};
  tree.folders["/other"] = files(1);
  link("/top/d", "l", "/other");
  for (const char* name : {"/", "/top", "/to"}) {
    tree.refused[name] = {FaultCode::server_refused, Side::source, Doing::list, "451 not now", ""};
  }
  EXPECT_EQ(std::get<Done>(run()).size, 1U);
}

TEST_F(ListTaskRules, a_refusal_that_may_pass_of_what_has_to_be_known_fails_the_listing) {
  tree.folders["/other"] = files(1);
  link("/d", "l", "/other");
  tree.refused["/d/l"] = {FaultCode::server_refused, Side::source, Doing::list, "451 not now", ""};
  EXPECT_EQ(std::get<Failed>(run()).fault.code, FaultCode::server_refused);
  EXPECT_TRUE(words.empty());
}

TEST_F(ListTaskRules, a_link_to_what_nobody_may_see_fails_alone) {
  tree.folders["/d"] = files(1);
  link("/d", "l", "/other");
  tree.refused["/d/l"] = {FaultCode::not_permitted, Side::source, Doing::list, "550 no", ""};
  EXPECT_EQ(std::get<Done>(run()).size, 1U);
  EXPECT_THAT(passed_over(), ElementsAre(Pair("l", "not_permitted: ")));
}

TEST_F(ListTaskRules, a_link_to_where_the_copy_is_written_is_not_followed) {
  order.destination = parse_file_or_folder_url("ftp://a/to/copy/").value();
  tree.folders["/d/a"] = std::vector<Entry>{};
  tree.folders["/d"] = std::vector{entry("a", EntryKind::folder)};
  for (const char* name : {"/to", "/to/copy", "/to/copy/a", "/to/copy/a/same", "/to/copy/x"}) {
    tree.folders[name] = files(1);
  }
  link("/d", "above", "/to");
  link("/d", "there", "/to/copy");
  link("/d/a", "deep", "/to/copy/a");
  link("/d/a", "same", "/to/copy/a/same");
  link("/d/a", "beside", "/to/copy/x");
  EXPECT_EQ(std::get<Done>(run()).size, 1U);
  EXPECT_THAT(files_told(), ElementsAre("a/beside/0"));
  EXPECT_THAT(passed_over(), ElementsAre(Pair("a/deep", "is_a_link: it leads to /to/copy/a"),
                                         Pair("a/same", "is_a_link: it leads to /to/copy/a/same"),
                                         Pair("above", "is_a_link: it leads to /to"),
                                         Pair("there", "is_a_link: it leads to /to/copy")));
}

TEST_F(ListTaskRules, the_destination_is_not_copied_into_itself_by_whatever_path_it_is_met) {
  order.destination = parse_file_or_folder_url("ftp://a/data/copy/").value();
  tree.links["/data"] = "/disk/data";
  for (const char* name : {"/disk/data/copy", "/disk/data/beside"}) tree.folders[name] = files(1);
  Entry copy = entry("copy", EntryKind::folder);
  copy.unique = "/disk/data/copy";
  tree.folders["/disk/data"] = std::vector{copy, entry("beside", EntryKind::folder)};
  tree.folders["/disk"] = std::vector{entry("data", EntryKind::folder)};
  link("/d", "l", "/disk");
  EXPECT_EQ(std::get<Done>(run()).size, 1U);
  EXPECT_THAT(files_told(), ElementsAre("l/data/beside/0"));
  EXPECT_THAT(
      passed_over(),
      ElementsAre(Pair("l/data/copy", "is_a_link: a path through symbolic links leads to it")));
}

TEST_F(ListTaskRules, on_one_host_no_link_is_followed_where_what_it_leads_to_may_be_written_over) {
  order.destination = parse_file_or_folder_url("ftp://a/to/").value();
  order.options.publish = Publish::in_place;
  link("/d", "to-its-own-copy", "/to/f", EntryKind::link_to_file);
  EXPECT_EQ(std::get<Done>(run()).size, 0U);
  EXPECT_THAT(
      passed_over(),
      ElementsAre(Pair("to-its-own-copy", "is_a_link: source and destination are on one host")));
}

TEST_F(ListTaskRules, on_one_host_no_link_is_followed_where_what_it_leads_to_may_be_deleted) {
  order.destination = parse_file_or_folder_url("ftp://a/to/").value();
  order.options.delete_extra = true;
  tree.folders["/other"] = files(1);
  link("/d", "to-folder", "/other");
  link("/d", "to-file", "/file", EntryKind::link_to_file);
  link("/d", "link", "/other", EntryKind::link);
  EXPECT_EQ(std::get<Done>(run()).size, 0U);
  EXPECT_THAT(passed_over(), SizeIs(3));
  EXPECT_THAT(tree.looked_at, ElementsAre("/d")) << "nothing is to be known of them";
}

TEST_F(ListTaskRules, of_what_is_to_be_removed_nothing_lies_behind_a_link_to_a_folder) {
  order.options.act = Act::remove;
  tree.folders["/other"] = files(1);
  for (const EntryKind kind : {EntryKind::link_to_folder, EntryKind::link}) {
    link("/d", kind == EntryKind::link ? "link" : "to-folder", "/other", kind);
  }
  EXPECT_EQ(std::get<Done>(run()).size, 0U);
  EXPECT_THAT(folders_told(), ElementsAre(""));
  EXPECT_THAT(passed_over(), SizeIs(2));
  EXPECT_THAT(tree.looked_at, ElementsAre("/d"));
}

TEST_F(ListTaskRules, nothing_is_asked_of_links_that_are_not_wanted) {
  order.options.exclude = {"no*", "folders/"};
  tree.folders["/other"] = files(1);
  link("/d", "no", "/other");
  link("/d", "no-link", "/other", EntryKind::link);
  link("/d", "folders", "/other");
  link("/d", "to-file", "/file", EntryKind::link_to_file);
  EXPECT_EQ(std::get<Done>(run()).size, 1U);
  EXPECT_THAT(tree.looked_at, ElementsAre("/d"));
  order.options.links = Links::skip;
  order.options.exclude.clear();
  words.clear();
  tree.looked_at.clear();
  run();
  EXPECT_THAT(tree.looked_at, ElementsAre("/d")) << "nor where none is followed";
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
