// The mover against real servers: naming the files below a folder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <set>

#include "mover_live_steps.h"

namespace rft::live {
namespace {

using testing::IsEmpty;

const std::vector<std::string> odd_names{"a b",   " lead", "100%", "back\\slash",
                                         "\"q\"", "~",     "x;y",  "#a?b=%20"};

void write_small(const std::string& path, std::size_t size) {
  std::ofstream(path, std::ios::binary) << std::string(size, 'x');
}

// What was said of a tree, put together.
struct Told {
  std::map<std::string, std::optional<std::uint64_t>> files;  // by path, as bytes below the source
  std::set<std::string> folders;
  std::map<std::string, FaultCode> passed_over;
  std::vector<FolderDue> due;  // what is left at its end
  bool repeats = false;        // a file was told twice
  std::optional<TaskSays> last;

  void hear(const Listed& word) {
    for (const ListedFile& file : word.files) {
      repeats = !files.emplace(percent_decode(file.path).value(), file.size).second || repeats;
    }
    std::erase_if(due, [&word](const FolderDue& one) { return one.path == word.folder; });
    if (!word.whole) due.insert(due.begin(), FolderDue{word.folder, word.after});
    for (const std::string& folder : word.folders) {
      folders.insert(percent_decode(folder).value());
      due.push_back({folder, ""});
    }
    for (const PassedOver& one : word.passed_over) {
      passed_over[percent_decode(one.path).value()] = one.fault.code;
    }
  }
};

class MoverLiveList : public MoverLive {
 protected:
  std::string gsi() { return Bed::get().server("gsi1", "--gsi"); }
  std::string pro() { return Bed::get().server("pro2", "--kind proftpd"); }
  std::string pro_that_shows() {
    return Bed::get().server("pro-shows", "--kind proftpd --show-symlinks on");
  }
  std::string pro_that_hides() {
    return Bed::get().server("pro-hides", "--kind proftpd --show-symlinks off");
  }

  void SetUp() override {
    MoverLive::SetUp();
    tree = folder + "/tree";
    fs::create_directories(tree);
    mover.connect();
  }

  ListOrder order_of(const std::string& server, const std::string& path) {
    ListOrder order;
    order.task = {Uuid::v7(wall_time(1), random_bits()), 1};
    order.source = parse_folder_url(server + path).value();
    if (order.source.endpoint.scheme == Scheme::gsiftp) {
      order.source_credential = give_proxy(mover, "alice");
    }
    order.due = {FolderDue{}};
    return order;
  }

  // Until the last word, or until so many files were told: then it is stopped.
  void run(const ListOrder& order, Told& told, std::size_t stop_after = SIZE_MAX) {
    told.due = order.due;
    told.last.reset();
    mover.send(Order(order));
    bool stopped = false;
    while (!told.last) {
      auto says = mover.says(order.task);
      if (!says) throw std::runtime_error("the mover fell silent");
      if (const auto* word = std::get_if<FoldersListed>(&*says)) {
        for (const Listed& one : word->folders) told.hear(one);
      } else {
        told.last = std::move(says);
      }
      if (told.files.size() >= stop_after && !stopped) mover.send(Order(StopOrder{order.task}));
      stopped = stopped || told.files.size() >= stop_after;
    }
  }
  Told run(const ListOrder& order) {
    Told told;
    run(order, told);
    return told;
  }
  // How many files the mover says to have told; why not all, where it failed.
  static std::uint64_t size_said(const Told& told) {
    if (const auto* done = std::get_if<Done>(&told.last.value())) return done->size;
    const auto* failed = std::get_if<Failed>(&*told.last);
    ADD_FAILURE() << (failed ? sentence(failed->fault) : "it was stopped");
    return 0;
  }
  FaultCode fault_of(const ListOrder& order) {
    return std::get<Failed>(run(order).last.value()).fault.code;
  }

  // 60 folders, one in the other in fours, 2,000 files of different sizes.
  void grow_tree() {
    std::string at = tree;
    for (std::size_t i = 0; i < 60; ++i) {
      at = (i % 4 == 0 ? tree : at) + "/" + std::to_string(i) + odd_names[i % odd_names.size()];
      fs::create_directory(at);
      for (std::size_t j = 0; j < 33 + (i < 20 ? 1 : 0); ++j) {
        write_small(at + "/" + odd_names[j % odd_names.size()] + std::to_string(j), j);
      }
    }
  }
  // Exactly the regular files, the folders and their sizes that stand in the tree.
  void tells_the_tree(const Told& told) {
    std::map<std::string, std::optional<std::uint64_t>> files;
    std::set<std::string> folders;
    for (const auto& entry : fs::recursive_directory_iterator(tree)) {
      if (entry.is_symlink()) continue;
      const std::string path = entry.path().string().substr(tree.size() + 1);
      if (entry.is_directory()) folders.insert(path + "/");
      if (entry.is_regular_file() && !is_part_name(entry.path().filename().string())) {
        files[path] = entry.file_size();
      }
    }
    EXPECT_EQ(told.files, files);
    EXPECT_EQ(told.folders, folders);
    EXPECT_FALSE(told.repeats);
    EXPECT_THAT(told.passed_over, IsEmpty());
    EXPECT_THAT(told.due, IsEmpty());
    EXPECT_EQ(size_said(told), files.size());
  }

  std::string tree;
  Mover mover{"--silence-limit 5000"};
};

TEST_F(MoverLiveList, every_file_of_a_tree_is_told_once_with_its_size) {
  grow_tree();
  fs::create_directory(tree + "/empty");
  write_small(tree + "/" + part_name(Uuid::v7(wall_time(1), random_bits()), 1), 3);
  for (const std::string& server : {one(), gsi(), pro()}) {
    const auto begun = std::chrono::steady_clock::now();
    const Told told = run(order_of(server, tree));
    tells_the_tree(told);
    EXPECT_EQ(told.files.size(), 2000U);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    std::printf("%s: %.0f files a second\n", server.c_str(), 2000 / took.count());
  }
}

TEST_F(MoverLiveList, links_are_followed_make_no_loop_and_what_cannot_be_moved_is_passed_over) {
  fs::create_directories(tree + "/sub/deep");
  fs::create_directories(folder + "/other/below");
  write_small(tree + "/sub/file", 5);
  write_small(folder + "/other/below/far", 9);
  write_small(tree + "/line\nbreak", 1);
  fs::create_directory_symlink("..", tree + "/sub/up");
  fs::create_directory_symlink("../..", tree + "/sub/above");
  fs::create_directory_symlink(".", tree + "/self");
  fs::create_directory_symlink("sub", tree + "/sideways");
  fs::create_directory_symlink("../other", tree + "/elsewhere");
  fs::create_directory_symlink(tree + "/sub", folder + "/other/back");
  fs::create_symlink("sub/file", tree + "/link");
  fs::create_symlink("nowhere", tree + "/dangling");
  for (const std::string& server : {one(), gsi(), pro(), pro_that_shows(), pro_that_hides()}) {
    const Told told = run(order_of(server, tree));
    const auto link = FaultCode::is_a_link;
    const std::uint64_t size = server == pro_that_hides() ? 8 : 5;  // that of the link itself
    EXPECT_EQ(told.files,
              (std::map<std::string, std::optional<std::uint64_t>>{{"link", size},
                                                                   {"sub/file", 5},
                                                                   {"sideways/file", 5},
                                                                   {"elsewhere/below/far", 9},
                                                                   {"elsewhere/back/file", 5}}))
        << server;
    EXPECT_EQ(told.passed_over,
              (std::map<std::string, FaultCode>{{"line\nbreak", FaultCode::bad_name},
                                                {"self", link},
                                                {"sub/up", link},
                                                {"sub/above", link},
                                                {"sideways/up", link},
                                                {"sideways/above", link},
                                                {"elsewhere/back/up", link},
                                                {"elsewhere/back/above", link}}))
        << server;
  }
}

TEST_F(MoverLiveList, folders_full_of_links_to_folders_end_by_the_number_of_links) {
  for (int i = 0; i < 12; ++i) {
    fs::create_directories(folder + "/n" + std::to_string(i));
    write_small(folder + "/n" + std::to_string(i) + "/file", 3);
    fs::create_directory_symlink("../n" + std::to_string(i + 1),
                                 folder + "/n" + std::to_string(i) + "/l");
  }
  for (const std::string& server : {one(), pro()}) {
    const Told told = run(order_of(server, folder + "/n0"));
    EXPECT_EQ(told.files.size(), 9U) << server;
    EXPECT_EQ(told.passed_over,
              (std::map<std::string, FaultCode>{{"l/l/l/l/l/l/l/l/l", FaultCode::is_a_link}}));
  }
}

TEST_F(MoverLiveList, of_what_is_to_be_removed_no_link_to_a_folder_is_followed) {
  fs::create_directories(folder + "/other");
  write_small(folder + "/other/far", 9);
  write_small(tree + "/file", 5);
  fs::create_directory_symlink("../other", tree + "/elsewhere");
  for (const std::string& server : {one(), gsi(), pro(), pro_that_shows(), pro_that_hides()}) {
    ListOrder order = order_of(server, tree);
    order.options.act = Act::remove;
    const Told told = run(order);
    EXPECT_EQ(told.files, (std::map<std::string, std::optional<std::uint64_t>>{{"file", 5}}));
    EXPECT_EQ(told.passed_over,
              (std::map<std::string, FaultCode>{{"elsewhere", FaultCode::is_a_link}}))
        << server;
  }
}

TEST_F(MoverLiveList, below_the_log_in_folder_each_name_is_its_own) {
  fs::create_directory(tree + "/data");
  fs::create_directory(tree + "/ d");
  for (const char* name : {"/x", "/ x", "/data/data", "/ d/e"}) write_small(tree + name, 3);
  const std::string home = Bed::get().server("tree", "--anon --root " + tree);
  tells_the_tree(run(order_of(home, "/~/")));
  using Files = std::map<std::string, std::optional<std::uint64_t>>;
  EXPECT_EQ(run(order_of(home, "/~/data/")).files, (Files{{"data", 3}}));
  EXPECT_EQ(run(order_of(home, "/~/%20d/")).files, (Files{{"e", 3}}));
  EXPECT_EQ(fault_of(order_of(home, "/~/x/")), FaultCode::not_a_folder);
}

// In clear GCT takes this folder's name for "caf" and says yes.
TEST_F(MoverLiveList, a_name_beyond_ascii_is_told_only_where_it_reaches_the_server_whole) {
  fs::create_directory(tree + "/caf\xC3\xA9");
  write_small(tree + "/caf\xC3\xA9/\xE4\xB8\xAD", 4);
  write_small(tree + "/caf", 7);
  fs::create_directory(tree + "/d\xFF\xFE");
  write_small(tree + "/d\xFF\xFE/raw\xFF\xF1", 4);
  tells_the_tree(run(order_of(gsi(), tree)));
  const Told by_ftp = run(order_of(pro(), tree));
  EXPECT_EQ(by_ftp.files.size(), 2U);
  EXPECT_EQ(by_ftp.passed_over,
            (std::map<std::string, FaultCode>{{"d\xFF\xFE", FaultCode::bad_name}}));
  const Told in_clear = run(order_of(one(), tree));
  EXPECT_EQ(in_clear.files.size(), 1U);
  EXPECT_EQ(in_clear.passed_over,
            (std::map<std::string, FaultCode>{{"caf\xC3\xA9", FaultCode::bad_name},
                                              {"d\xFF\xFE", FaultCode::bad_name}}));
}

TEST_F(MoverLiveList, a_name_beyond_ascii_moves_over_gsiftp_and_never_another_file_in_clear) {
  write_small(tree + "/caf", 7);
  write_small(tree + "/caf\xC3\xA9", 9);
  MoveOrder order = order_for(one() + tree + "/caf\xC3\xA9", two() + destination);
  mover.send(Order(order));
  EXPECT_EQ(failure(mover, order.task).fault.code, FaultCode::bad_name);
  order = order_for(one() + tree + "/caf", two() + folder + "/out/caf\xC3\xA9");
  mover.send(Order(order));
  EXPECT_EQ(failure(mover, order.task).fault.code, FaultCode::bad_name);
  order = order_for(gsi() + tree + "/caf\xC3\xA9", gsi() + folder + "/out/n\xC3\xA9\xFF");
  order.source_credential = order.destination_credential = give_proxy(mover, "alice");
  arrives(mover, order, tree + "/caf\xC3\xA9", folder + "/out/n\xC3\xA9\xFF");
}

TEST_F(MoverLiveList, an_unreadable_folder_is_passed_over_and_an_unreadable_source_fails) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root";
  fs::create_directories(tree + "/locked");
  fs::create_directories(tree + "/open");
  write_small(tree + "/open/file", 5);
  fs::permissions(tree + "/locked", fs::perms::none);
  for (const std::string& server :
       {Bed::get().server("nobody", "--anon --user nobody"),
        Bed::get().server("pro-nobody", "--kind proftpd --user nobody")}) {
    const Told told = run(order_of(server, tree));
    EXPECT_EQ(told.passed_over,
              (std::map<std::string, FaultCode>{{"locked/", FaultCode::not_permitted}}))
        << server;
    EXPECT_EQ(told.files.size(), 1U);
    EXPECT_EQ(size_said(told), 1U);
    EXPECT_EQ(fault_of(order_of(server, tree + "/locked")), FaultCode::not_permitted);
  }
}

TEST_F(MoverLiveList, a_source_that_is_no_folder_or_not_there_is_a_fault) {
  write_small(tree + "/file", 5);
  for (const std::string& server : {one(), gsi(), pro()}) {
    EXPECT_EQ(fault_of(order_of(server, tree + "/file")), FaultCode::not_a_folder) << server;
    EXPECT_EQ(fault_of(order_of(server, tree + "/nowhere")), FaultCode::no_such_folder) << server;
  }
}

TEST_F(MoverLiveList, a_folder_of_50000_files_is_told_and_a_stopped_listing_goes_on) {
  constexpr std::size_t count = 50'000;
  for (std::size_t i = 0; i < count; ++i) {
    write_small(tree + "/a-rather-long-name-of-a-file-" + std::to_string(i) + ".dat", i % 3);
  }
  for (const std::string& server : {one(), gsi(), pro()}) {
    ListOrder order = order_of(server, tree);
    Told told;
    const auto begun = std::chrono::steady_clock::now();
    run(order, told, count / 2);
    EXPECT_TRUE(std::holds_alternative<Stopped>(told.last.value()));
    EXPECT_LT(told.files.size(), count);
    order.due = told.due;
    ++order.task.epoch;
    const std::size_t before = told.files.size();
    run(order, told);
    EXPECT_EQ(size_said(told), count - before);
    EXPECT_EQ(told.files.size(), count);
    EXPECT_FALSE(told.repeats);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    std::printf("%s: 50,000 files, listed twice, in %.1f s\n", server.c_str(), took.count());
  }
}

TEST_F(MoverLiveList, a_server_that_falls_silent_in_a_listing_is_a_stall) {
  fs::create_directory(tree + "/sub");
  const std::string server = Bed::get().server("fragile", "--anon");
  ListOrder order = order_of(server, tree);
  tells_the_tree(run(order));
  Bed::get().run("pause fragile");
  ++order.task.epoch;
  order.due = {{"sub/", ""}};
  const Told told = run(order);
  Bed::get().run("continue fragile");
  const Fault fault = std::get<Failed>(told.last.value()).fault;
  EXPECT_EQ(fault.code, FaultCode::stalled) << sentence(fault);
  EXPECT_EQ(fault.doing, Doing::list);
}

}  // namespace
}  // namespace rft::live
