// What is said of a folder, and what of an entry.
#include "mover/list_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "mover/gridftp_list.h"
#include "mover/limits.h"
#include "wire/frame.h"
#include "wire/part_name.h"

namespace rft::mover {
namespace {

using testing::ElementsAre;

const Url source{{Scheme::gsiftp, "host", 2811}, "/data/"};

Entry file(std::string name, std::optional<std::uint64_t> size = 1) {
  return {std::move(name), EntryKind::file, size, "20261126071610", 0644U, {}};
}
Entry of_kind(std::string name, EntryKind kind) {
  return {std::move(name), kind, {}, {}, {}, {}};
}

std::vector<Listed> all_words(FolderWords words) {
  std::vector<Listed> all;
  do {
    WordRoom room;
    all.push_back(words.next(room));
  } while (!all.back().whole);
  return all;
}
std::vector<Listed> all_words(FolderDue due, std::vector<Entry> entries,
                              Links links = Links::follow) {
  return all_words(FolderWords(source, links, std::move(due), std::move(entries)));
}

std::vector<std::string> paths(const std::vector<ListedFile>& files) {
  std::vector<std::string> all;
  for (const ListedFile& one : files) all.push_back(one.path);
  return all;
}

// Of an entry alone in the folder `below`.
std::optional<Fault> why_passed_over(Entry entry, const std::string& below = "") {
  const auto words = all_words({below, ""}, {std::move(entry)});
  const Listed& word = words.front();
  return word.passed_over.empty() ? std::nullopt : std::optional(word.passed_over.front().fault);
}

TEST(FolderWords, names_are_told_in_order_of_their_bytes_and_paths_stand_below_the_source) {
  const auto words = all_words(
      {"sub/", ""}, {file("b", 7), of_kind("c", EntryKind::folder), file("\xC3\xA4"), file("B")});
  ASSERT_EQ(words.size(), 1U);
  EXPECT_EQ(words[0].folder, "sub/");
  EXPECT_THAT(paths(words[0].files), ElementsAre("sub/B", "sub/b", "sub/%C3%A4"));
  EXPECT_THAT(words[0].folders, ElementsAre("sub/c/"));
  EXPECT_EQ(words[0].files[1], (ListedFile{"sub/b", 7U, "20261126071610", 0644U}));
  EXPECT_EQ(words[0].after, "%C3%A4");
}

TEST(FolderWords, the_url_of_a_path_gives_the_names_bytes_back) {
  for (const std::string name :
       {" lead", "100%", "a%20b", "~", "\"q\"", "semi;colon=", "raw\xFF\xFE", "caf\xC3\xA9", "#?",
        "tab\t", "back\\slash", "..."}) {
    const auto words = all_words({}, {file(name)});
    ASSERT_EQ(words[0].files.size(), 1U) << name;
    const Url url{source.endpoint, source.path + words[0].files[0].path};
    EXPECT_EQ(url.wire_path(), "/data/" + name);
    EXPECT_EQ(parse_url(url.text()), url);
  }
}

TEST(FolderWords, an_empty_folder_is_told_as_whole) {
  const auto words = all_words({"empty/", ""}, {});
  ASSERT_EQ(words.size(), 1U);
  EXPECT_TRUE(words[0].whole);
  EXPECT_EQ(words[0].folder, "empty/");
}

TEST(FolderWords, what_was_told_is_not_told_again) {
  const auto words = all_words({"", "b%20b"}, {file("a"), file("b b"), file("b c"), file("c")});
  EXPECT_THAT(paths(words[0].files), ElementsAre("b%20c", "c"));
  const auto nothing = all_words({"", "c"}, {file("a"), file("c")});
  EXPECT_TRUE(nothing[0].files.empty());
  EXPECT_TRUE(nothing[0].whole);
}

TEST(FolderWords, a_name_that_the_server_repeats_is_told_once) {
  EXPECT_THAT(paths(all_words({}, {file("a"), file("b"), file("a")})[0].files),
              ElementsAre("a", "b"));
}

TEST(FolderWords, parts_of_ours_are_not_there) {
  const Uuid part = Uuid::v7(wall_time(1), random_bits());
  const auto words = all_words({}, {file(part_name(part, 3)), file(item_part_name(part, 3, 1, 2))});
  EXPECT_TRUE(words[0].files.empty());
  EXPECT_TRUE(words[0].passed_over.empty());
}

TEST(FolderWords, a_word_has_bounded_items_and_the_next_goes_on_after_it) {
  std::vector<Entry> entries;
  for (int i = 0; i < 1200; ++i) {
    const auto kind = i % 3 == 0   ? EntryKind::file
                      : i % 3 == 1 ? EntryKind::folder
                                   : EntryKind::other;
    entries.push_back(of_kind("n" + std::to_string(10'000 + i), kind));
  }
  const auto words = all_words({}, entries);
  ASSERT_EQ(words.size(), 3U);
  std::size_t told = 0;
  for (const Listed& word : words) {
    const std::size_t items = word.files.size() + word.folders.size() + word.passed_over.size();
    EXPECT_LE(items, bundle_items_max);
    told += items;
  }
  EXPECT_EQ(told, entries.size());
  EXPECT_EQ(words[0].after, "n10511");
  // A listing that goes on after the first word says exactly the others.
  const auto rest = all_words({"", words[0].after}, entries);
  ASSERT_EQ(rest.size(), 2U);
  EXPECT_EQ(rest[0].files, words[1].files);
  EXPECT_EQ(rest[1].folders, words[2].folders);
}

TEST(FolderWords, a_word_of_long_names_fits_into_a_frame) {
  std::vector<Entry> entries;
  for (int i = 0; i < 500; ++i) {
    std::string name(1000, '\xC3');
    name += std::to_string(i);
    entries.push_back(i % 2 == 0 ? file(name) : of_kind(name, EntryKind::link));
  }
  std::size_t told = 0;
  for (Listed& word : all_words({}, entries)) {
    told += word.files.size() + word.passed_over.size();
    FoldersListed said;
    said.folders.push_back(std::move(word));
    EXPECT_LE(encode(ToDaemon(Word(TaskWord{{}, 1, std::move(said)}))).size(),
              4 + frame_length_max);
  }
  EXPECT_EQ(told, entries.size());
}

TEST(FolderWords, a_name_that_no_command_can_carry_is_passed_over) {
  for (const std::string& name :
       {std::string("a\nb"), std::string("a\r"), std::string("a\0b", 3)}) {
    EXPECT_EQ(why_passed_over(file(name)).value().code, FaultCode::bad_name);
  }
  Entry unusable = file("a");
  unusable.unusable = "not over a clear channel";
  EXPECT_EQ(why_passed_over(unusable).value().detail, "not over a clear channel");
}

TEST(FolderWords, a_link_to_a_file_is_a_file_where_links_are_followed_and_else_passed_over) {
  const auto links = [] {
    return std::vector{of_kind("a", EntryKind::link_to_file),
                       of_kind("b", EntryKind::link_to_folder), of_kind("c", EntryKind::link),
                       file("d")};
  };
  EXPECT_THAT(paths(all_words({}, links())[0].files), ElementsAre("a", "d"));
  for (const Links option : {Links::skip, Links::fail}) {
    const auto words = all_words({}, links(), option);
    EXPECT_THAT(paths(words[0].files), ElementsAre("d"));
    ASSERT_EQ(words[0].passed_over.size(), 3U);
    for (const PassedOver& one : words[0].passed_over) {
      EXPECT_EQ(one.fault.code, FaultCode::is_a_link) << one.path;
    }
  }
}

TEST(FolderWords, of_what_is_passed_over_it_is_told_what_may_be_a_folder) {
  const std::string deep = [] {
    std::string folders;
    for (std::size_t depth = 0; depth < list_depth_max; ++depth) folders += "d/";
    return folders;
  }();
  const auto may_be = [](EntryKind kind, Links links, const std::string& below = "") {
    const auto words = all_words({below, ""}, {of_kind("x", kind)}, links);
    return words.at(0).passed_over.at(0).may_be_folder;
  };
  EXPECT_TRUE(may_be(EntryKind::link_to_folder, Links::follow));
  EXPECT_TRUE(may_be(EntryKind::link_to_folder, Links::skip));
  EXPECT_TRUE(may_be(EntryKind::link, Links::fail));
  EXPECT_TRUE(may_be(EntryKind::folder, Links::follow, deep));
  EXPECT_FALSE(may_be(EntryKind::link_to_file, Links::skip));
  EXPECT_FALSE(may_be(EntryKind::other, Links::follow));
}

TEST(FolderWords, what_is_neither_file_nor_folder_is_passed_over_and_so_are_unresolved_links) {
  for (const auto kind : {EntryKind::link_to_folder, EntryKind::link, EntryKind::other}) {
    const auto fault = why_passed_over(of_kind("x", kind));
    ASSERT_TRUE(fault);
    const bool is_other = kind == EntryKind::other;
    EXPECT_EQ(fault->code, is_other ? FaultCode::not_supported : FaultCode::is_a_link);
    EXPECT_EQ(fault->doing, Doing::list);
    EXPECT_FALSE(fault->detail.empty());
  }
  EXPECT_FALSE(why_passed_over(file("x")));
}

TEST(FolderWords, a_tree_without_end_ends_by_its_depth_and_by_the_length_of_its_names) {
  std::string deep;
  for (std::size_t i = 0; i < list_depth_max; ++i) deep += "d/";
  EXPECT_EQ(why_passed_over(of_kind("d", EntryKind::folder), deep).value().code,
            FaultCode::folder_too_large);
  EXPECT_FALSE(why_passed_over(of_kind("d", EntryKind::folder), deep.substr(2)));
  EXPECT_FALSE(why_passed_over(file("f"), deep));
  const std::string longest(url_length_max - 30, 'x');
  EXPECT_EQ(why_passed_over(file("name-of-a-file"), longest + "/").value().code,
            FaultCode::bad_name);
}

TEST(FolderWords, a_folder_called_tilde_in_the_root_cannot_be_named_by_a_url) {
  const Url root{source.endpoint, "/"};
  const auto words = all_words(FolderWords(
      root, Links::follow, {}, {of_kind("~", EntryKind::folder), of_kind("a", EntryKind::folder)}));
  EXPECT_THAT(words[0].folders, ElementsAre("a/"));
  EXPECT_EQ(words[0].passed_over.front().fault.code, FaultCode::bad_name);
}

TEST(ListRules, a_folder_is_asked_for_without_a_slash_at_its_end) {
  EXPECT_EQ(folder_name(source, {}), "/data");
  EXPECT_EQ(folder_name(source, {"a%20b/c/", ""}), "/data/a b/c");
  EXPECT_EQ(folder_name({source.endpoint, "/"}, {}), "/");
  EXPECT_EQ(folder_name({source.endpoint, "/~/"}, {}), ".");
  EXPECT_EQ(folder_name({source.endpoint, "/~/"}, {"a/", ""}), "./a");
}

TEST(ListRules, small_folders_are_asked_for_together_and_large_ones_alone) {
  EXPECT_EQ(next_ahead(1, 1, 10), 2U);
  EXPECT_EQ(next_ahead(list_ahead_max, list_ahead_max, 10), list_ahead_max);
  EXPECT_EQ(next_ahead(8, 8, list_small_max + 1), 1U);
  EXPECT_EQ(next_ahead(8, 3, 10), 1U) << "they did not fit together";
}

ftp::Facts facts(const std::string& line) {
  return ftp::facts_of_line(line).value();
}

TEST(Gathering, the_folder_itself_and_the_one_above_are_no_entries) {
  ListingRoom room;
  Gathering gathering("/d", NameBytes::not_ff, room);
  for (const char* line : {"Type=cdir; .", "Type=pdir; ..", "Type=dir; .", "Type=cdir; /d"}) {
    EXPECT_TRUE(gathering.add(facts(line)));
  }
  EXPECT_TRUE(gathering.entries.empty());
}

TEST(Gathering, facts_are_taken_over_and_may_be_missing) {
  ListingRoom room;
  Gathering gathering("/d", NameBytes::not_ff, room);
  EXPECT_TRUE(gathering.add(facts("Type=file;Size=5;Modify=20261126071610;UNIX.mode=0640; a b")));
  EXPECT_TRUE(gathering.add(facts("Type=file; bare")));
  EXPECT_TRUE(gathering.add(facts("Type=dir;UNIX.slink=/d; loop")));
  EXPECT_TRUE(gathering.add(facts("Type=OS.unix=symlink; link")));
  EXPECT_TRUE(gathering.add(facts("Type=OS.unix=pipe; fifo")));
  const Entry whole{"a b", EntryKind::file, 5U, "20261126071610", 0640U, {}};
  EXPECT_THAT(gathering.entries,
              ElementsAre(whole, of_kind("bare", EntryKind::file),
                          of_kind("loop", EntryKind::link_to_folder),
                          of_kind("link", EntryKind::link), of_kind("fifo", EntryKind::other)));
}

TEST(Gathering, an_entry_of_another_folder_is_passed_over_and_leads_out_of_none) {
  ListingRoom room;
  Gathering gathering("/d", NameBytes::not_ff, room);
  for (const char* line : {"Type=file; ../../etc/passwd", "Type=dir; /etc", "Type=file; a/b"}) {
    ASSERT_TRUE(gathering.add(facts(line))) << line;
    EXPECT_FALSE(gathering.entries.back().unusable.empty());
  }
  EXPECT_TRUE(gathering.add(facts("Type=file;Size=5; good")));
  const auto words = all_words(FolderWords(source, Links::follow, {}, gathering.entries));
  ASSERT_EQ(words.size(), 1U);
  ASSERT_EQ(words[0].files.size(), 1U);
  EXPECT_EQ(words[0].files[0].path, "good");
  ASSERT_EQ(words[0].passed_over.size(), 3U);
  for (const PassedOver& one : words[0].passed_over) {
    EXPECT_EQ(percent_decode(one.path)->find('/'), std::string::npos) << one.path;
    EXPECT_EQ(one.fault.code, FaultCode::bad_name);
    EXPECT_EQ(one.fault.side, Side::source);
    EXPECT_FALSE(one.fault.detail.empty());
  }
}

TEST(Gathering, an_entry_of_the_name_of_its_folder_is_in_that_folder) {
  ListingRoom room;
  Gathering gathering(folder_name({source.endpoint, "/~/data/"}, {}), NameBytes::not_ff, room);
  EXPECT_TRUE(gathering.add(facts("Type=file;Size=5; data")));
}

TEST(Gathering, what_names_itself_is_no_folder) {
  ListingRoom room;
  Gathering gathering("/d/file", NameBytes::not_ff, room);
  EXPECT_EQ(gathering.add(facts("Type=file; /d/file")).error().code, FaultCode::not_a_folder);
}

TEST(NameBytes, what_a_server_would_cut_or_take_for_telnet_is_unsafe) {
  for (const std::string name : {"caf\xC3\xA9", "a\x01", "a\x7F", "a\xFF"}) {
    EXPECT_TRUE(why_unsafe(NameBytes::any, name).empty());
    EXPECT_FALSE(why_unsafe(NameBytes::printable, name).empty());
    EXPECT_EQ(why_unsafe(NameBytes::not_ff, name).empty(), name != "a\xFF");
  }
  EXPECT_TRUE(why_unsafe(NameBytes::printable, "/a b/\t~!\"%;").empty());
}

TEST(Gathering, a_name_with_0xff_is_unusable_on_a_clear_channel_only) {
  ListingRoom room;
  Gathering clear("/d", NameBytes::not_ff, room);
  Gathering gsi("/d", NameBytes::any, room);
  EXPECT_TRUE(clear.add(facts("Type=file; raw\xFF")));
  EXPECT_TRUE(gsi.add(facts("Type=file; raw\xFF")));
  EXPECT_FALSE(clear.entries.front().unusable.empty());
  EXPECT_TRUE(gsi.entries.front().unusable.empty());
}

TEST(Gathering, a_listing_without_end_ends_where_the_room_is_full) {
  ListingRoom by_entries;
  const Entry small = file("x");
  for (std::size_t i = 0; i < list_entries_max; ++i) ASSERT_TRUE(by_entries.take(small));
  EXPECT_FALSE(by_entries.take(small));
  ListingRoom by_names;
  const Entry large = file(std::string(1 << 20, 'x'));
  for (std::size_t i = 0; i < list_names_max >> 20; ++i) ASSERT_TRUE(by_names.take(large));
  Gathering gathering("/d", NameBytes::not_ff, by_names);
  EXPECT_EQ(gathering.add(facts("Type=file; x")).error().code, FaultCode::folder_too_large);
}

}  // namespace
}  // namespace rft::mover
