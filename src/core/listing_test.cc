// Which folders of a tree are made though nothing in them is moved.
#include "core/listing.h"

#include <gtest/gtest.h>

namespace rft {
namespace {

class EmptyFolders : public testing::Test {
 protected:
  EmptyFolders() {
    listing.source = *parse_folder_url("ftp://a/s/");
    listing.destination = *parse_folder_url("ftp://b/d/");
  }
  void say(const Listed& said) {
    const bool moves = moves_any(wanted_files(listing, said)) || !said.folders.empty();
    go_on_behind(due, said, moves);
  }
  bool is_made() { return empty_folder(listing, due).has_value(); }
  bool is_made(const Listed& said) {
    due = {said.folder};
    say(said);
    return is_made();
  }

  Request listing;
  FolderDue due{"sub/"};
};

const Fault no{FaultCode::not_supported, Side::source, Doing::list, "", ""};
Listed holding(std::vector<ListedFile> files, std::vector<std::string> folders = {},
               std::vector<PassedOver> passed_over = {}) {
  return {"sub/", "z", true, std::move(files), std::move(folders), std::move(passed_over)};
}

TEST_F(EmptyFolders, are_those_of_which_nothing_is_moved) {
  EXPECT_TRUE(is_made(holding({})));
  EXPECT_TRUE(is_made(holding({}, {}, {{"sub/pipe", no}})));
  EXPECT_FALSE(is_made(holding({{"sub/f"}})));
  EXPECT_FALSE(is_made(holding({}, {"sub/below/"})))
      << "that, or what is in it, makes this one too";
}

TEST_F(EmptyFolders, are_none_that_could_not_be_listed) {
  EXPECT_FALSE(is_made(holding({}, {}, {{"sub/", no}})));
}

TEST_F(EmptyFolders, keep_their_place_at_the_destination) {
  is_made(holding({}));
  const NewFile folder = *empty_folder(listing, due);
  EXPECT_TRUE(folder.is_folder);
  EXPECT_EQ(folder.source.text(), "ftp://a/s/sub/");
  EXPECT_EQ(folder.destination.text(), "ftp://b/d/sub/");
}

TEST_F(EmptyFolders, are_known_after_their_last_piece) {
  listing.options.exclude = {"*.tmp"};
  say({"sub/", "a", false, {{"sub/a.tmp"}}, {}, {}});
  say(holding({{"sub/b.tmp"}}));
  EXPECT_TRUE(is_made());
  due = {"sub/"};
  say({"sub/", "a", false, {{"sub/a"}}, {}, {}});
  say(holding({{"sub/b.tmp"}}));
  EXPECT_FALSE(is_made()) << "the first piece had a file";
  EXPECT_EQ(due.after, "z");
}

TEST_F(EmptyFolders, are_chosen_by_patterns_as_files_of_their_names) {
  listing.options.include = {"*.root"};
  EXPECT_FALSE(is_made(holding({{"sub/notes"}})));
  listing.options.include = {"su*"};
  EXPECT_TRUE(is_made(holding({{"sub/notes"}})));
  listing.options.exclude = {"sub/"};
  EXPECT_FALSE(is_made(holding({})));
}

// What may hold wanted files is no less wanted for its own name.
TEST_F(EmptyFolders, and_what_may_be_a_folder_are_not_passed_over_in_silence) {
  listing.options.include = {"*.dat"};
  listing.options.exclude = {"old*"};
  const Listed said = holding({}, {},
                              {{"unread/", no, true},
                               {"to-folder", no, true},
                               {"sub/", no},
                               {"pipe", no},
                               {"pipe.dat", no},
                               {"old-link", no, true},
                               {"old/", no, true}});
  std::vector<std::string> told;
  for (const NewFile& one : wanted_files(listing, said)) {
    EXPECT_TRUE(one.passed_over);
    told.push_back(one.source.path);
  }
  EXPECT_EQ(told, (std::vector<std::string>{"/s/unread/", "/s/to-folder", "/s/pipe.dat"}));
  EXPECT_EQ(why_not_listed(said), no) << "it is a listing of its own";
}

}  // namespace
}  // namespace rft
