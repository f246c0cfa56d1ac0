#include "core/extras.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/change.h"

namespace rft {
namespace {

Request listing() {
  Request request;
  request.source = request.destination = *parse_folder_url("ftp://b/d/");
  request.options.act = Act::remove;
  request.options.delete_extra = true;
  return request;
}

ListedFile file(std::string path) {
  return {std::move(path), 7, "20260101000000", {}};
}

std::vector<std::string> names(const std::vector<NewFile>& files) {
  std::vector<std::string> paths;
  for (const NewFile& one : files) paths.push_back(one.destination.path);
  return paths;
}

// By the digests that the store has.
std::vector<bool> known_of(const Listed& listed, const std::vector<std::string>& stored) {
  std::vector<bool> known;
  for (const std::string& digest : names_asked(listed)) {
    known.push_back(std::find(stored.begin(), stored.end(), digest) != stored.end());
  }
  return known;
}

TEST(Extras, are_the_files_that_the_source_has_not) {
  Listed listed;
  listed.files = {file("both"), file("more")};
  ASSERT_EQ(names_asked(listed).size(), 2U);
  const auto extras = extras_of(listing(), listed, {true, false});
  ASSERT_EQ(names(extras), std::vector<std::string>{"/d/more"});
  EXPECT_EQ(extras[0].size, 7U);
  EXPECT_EQ(extras[0].modify, "20260101000000");
  EXPECT_EQ(extras[0].source.path, "/d/") << "the root is never removed";
}

TEST(Extras, folders_may_go_below_the_last_one_that_the_source_has) {
  Listed listed;
  listed.folder = "a/b/c/";
  listed.files = {file("a/b/c/more")};
  EXPECT_EQ(extras_of(listing(), listed, known_of(listed, {name_digest("a/"), name_digest("a/b/")}))
                .at(0)
                .source.path,
            "/d/a/b/");
  EXPECT_EQ(extras_of(listing(), listed, known_of(listed, {})).at(0).source.path, "/d/");
}

TEST(Extras, are_never_below_a_name_that_the_source_passed_over) {
  const Fault link{FaultCode::is_a_link, Side::source, Doing::list, "", ""};
  Listed source;
  source.passed_over = {{"to-folder", link}, {"unread/", link}};
  const std::vector<std::string> names_known = names_of(source);
  for (const std::string folder : {"to-folder/", "TO-folder/deep/", "unread/"}) {
    Listed listed;
    listed.folder = folder;
    listed.files = {file(folder + "x")};
    listed.passed_over = {{folder + "pipe", link}};
    EXPECT_TRUE(extras_of(listing(), listed, known_of(listed, names_known)).empty()) << folder;
  }
  Listed root;
  root.files = {file("unread"), file("to-folder"), file("to-folder2")};
  EXPECT_EQ(names(extras_of(listing(), root, known_of(root, names_known))),
            std::vector<std::string>{"/d/to-folder2"});
}

TEST(Extras, are_only_what_the_patterns_choose) {
  Request request = listing();
  request.options.include = {"*.dat"};
  request.options.exclude = {"keep*"};
  Listed listed;
  listed.files = {file("x.dat"), file("x.txt"), file("keep.dat")};
  EXPECT_EQ(names(extras_of(request, listed, {false, false, false})),
            std::vector<std::string>{"/d/x.dat"});
}

TEST(Extras, names_that_are_no_files_are_passed_over_where_the_source_has_them_not) {
  Listed listed;
  const Fault link{FaultCode::not_supported, Side::source, Doing::list, "", "a link"};
  listed.passed_over = {{"link", link}, {"replaced", link}};
  const auto extras = extras_of(listing(), listed, {false, true});
  ASSERT_EQ(names(extras), std::vector<std::string>{"/d/link"});
  ASSERT_TRUE(extras[0].passed_over);
  EXPECT_EQ(extras[0].passed_over->side, Side::destination);
  EXPECT_FALSE(extras[0].size) << "without it nothing is deleted";
}

TEST(Extras, a_name_that_differs_in_case_alone_is_known) {
  EXPECT_EQ(name_digest("A/File"), name_digest("a/file"));
  EXPECT_NE(name_digest("a/file"), name_digest("a/file2"));
  EXPECT_NE(name_digest("a"), name_digest("a/"));
}

// The listing of the destination as it is born, and active.
Transfer listing_of(Act act) {
  Transfer whole;
  whole.request = listing();
  whole.request.source = *parse_folder_url("ftp://a/s/");
  whole.request.options.act = act;
  whole.file.kind = Kind::tree;
  whole.file.status = Status::active;
  Tally sums;
  sums.files = sums.done = sums.real_files = 2;
  const auto change = on_parts_ended(whole, sums, true, Now{}, Draws{});
  EXPECT_TRUE(change && change->next.file.extras_sought);
  Transfer part = change->born.at(0);
  part.file.status = Status::active;
  part.file.mover = "m";
  part.file.epoch = 1;
  return part;
}

Change heard(const Transfer& part, const std::vector<bool>& known) {
  Listed listed;
  listed.whole = true;
  listed.files = {file("both"), file("more")};
  Draws draws;
  draws.known = known;
  return *on_word(part, {task_of(part.file), 1, FoldersListed{{listed}}}, Now{}, draws);
}

TEST(Extras, found_by_the_listing_wait_until_all_are_known) {
  const Transfer part = listing_of(Act::move);
  EXPECT_EQ(part.request.source, part.request.destination);
  const Change change = heard(part, {true, false});
  ASSERT_EQ(change.born.size(), 1U);
  const Transfer& extra = change.born[0];
  EXPECT_TRUE(awaits_others(extra.file));
  EXPECT_TRUE(is_removal(extra.request));
  EXPECT_EQ(extra.file.tally.files, 1U);
  EXPECT_EQ(extra.file.tally.bytes, 0U) << "they are not among what is moved";
  Grant early;
  early.mover = "m";
  early.prove_only = true;
  EXPECT_FALSE(on_grant(extra, early, Now{}, Draws{})) << "nothing is deleted before that";
}

TEST(Extras, of_a_plan_are_told_and_never_ordered) {
  const Change change = heard(listing_of(Act::plan), {false, false});
  ASSERT_EQ(change.born.size(), 1U);
  EXPECT_EQ(change.born[0].file.status, Status::done);
  for (const BundleFile& one : change.born[0].file.bundle.files()) {
    EXPECT_EQ(one.fate, Fate::would_delete);
  }
  EXPECT_EQ(change.born[0].file.tally.deleted, 2U);
}

TEST(Extras, that_failed_wait_again_after_a_commit_before_all_are_known) {
  Transfer extra = heard(listing_of(Act::move), {false, false}).born.at(0);
  extra = on_give_up(extra, Now{}, Draws{})->next;
  ASSERT_EQ(extra.file.status, Status::failed);
  Draws undecided;
  undecided.may_publish = false;
  const Caller caller{"uid:1", "uid:1"};
  const auto risen = on_call(&extra, Commit{"h"}, caller, Now{}, undecided);
  EXPECT_TRUE(awaits_others(risen.change->next.file));
  const auto decided = on_call(&extra, Commit{"h"}, caller, Now{}, Draws{});
  EXPECT_EQ(decided.change->next.file.hold, Hold::turn);
  EXPECT_EQ(decided.change->next.file.bundle.files().at(0).modify, "20260101000000")
      << "what it was when it was listed is kept";
}

TEST(Extras, are_not_sought_where_a_file_failed_or_the_source_has_none) {
  Transfer whole;
  whole.request = listing();
  whole.file.kind = Kind::tree;
  whole.file.status = Status::active;
  Tally sums;
  const auto empty = on_parts_ended(whole, sums, true, Now{}, Draws{});
  EXPECT_EQ(empty->next.file.status, Status::done);
  EXPECT_TRUE(empty->born.empty());
  sums.files = 2;
  sums.done = sums.failed = sums.real_files = 1;
  const auto failed = on_parts_ended(whole, sums, true, Now{}, Draws{});
  EXPECT_EQ(failed->next.file.status, Status::failed);
  EXPECT_TRUE(failed->born.empty());
}

}  // namespace
}  // namespace rft
