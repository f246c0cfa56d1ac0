#include "core/call.h"

#include <gtest/gtest.h>

#include "core/option.h"

namespace rft {
namespace {

Code code_of_option(std::string_view name, std::string_view value) {
  Options options;
  const auto result = set_option(options, name, value);
  return result ? Code::internal : result.error().code;
}

TEST(Calls, handles_are_checked_by_character_and_length) {
  for (const char* good : {"a", "0", "run:7@site-a_x.1"}) EXPECT_TRUE(checked_handle(good)) << good;
  EXPECT_TRUE(checked_handle(std::string(128, 'x')));
  for (const std::string bad : {"", "-a", ".a", "a b", "a/b", "\xc3\xa9", "a\n"}) {
    EXPECT_EQ(checked_handle(bad).error().code, Code::invalid_handle) << bad;
  }
  EXPECT_FALSE(checked_handle(std::string(129, 'x')));
}

TEST(Calls, a_priority_is_a_number_from_0_to_100_or_a_step) {
  EXPECT_TRUE(checked_priority(0) && checked_priority(100));
  EXPECT_FALSE(checked_priority(-1) || checked_priority(101));
  EXPECT_EQ(std::get<PriorityStep>(checked_priority_change("h", "push")->to), PriorityStep::push);
  EXPECT_EQ(std::get<int>(checked_priority_change("h", "7")->to), 7);
  for (const char* bad : {"", "101", "-1", "up", "5.0", "99999999999999999999"}) {
    EXPECT_EQ(checked_priority_change("h", bad).error().code, Code::invalid_priority) << bad;
  }
}

TEST(Calls, an_option_that_is_not_there_or_cannot_be_is_refused_by_name) {
  EXPECT_EQ(code_of_option("verfy", "none"), Code::unknown_option);
  EXPECT_EQ(code_of_option("verify", "maybe"), Code::invalid_option);
  EXPECT_EQ(code_of_option("streams_max", "0"), Code::invalid_option);
  EXPECT_EQ(code_of_option("streams_max", "65"), Code::invalid_option);
  EXPECT_EQ(code_of_option("exclude", std::string((32U << 10) + 1, 'x')), Code::invalid_option);
  EXPECT_EQ(code_of_option("include", "*.root\n[a-c"), Code::invalid_option);
  EXPECT_EQ(code_of_option("checksum", "MD5:xyz"), Code::invalid_option);
  EXPECT_EQ(code_of_option("checksum", "WHIRLPOOL"), Code::invalid_option);
  EXPECT_EQ(code_of_option("finish_by", "tomorrow"), Code::invalid_option);
  EXPECT_EQ(code_of_option("label", "a\x1b[2J"), Code::invalid_option);
  EXPECT_EQ(code_of_option("source_credential", "x"), Code::invalid_option);
}

TEST(Calls, what_is_preserved_is_said_in_words_with_commas_or_one_a_line) {
  Options options;
  ASSERT_TRUE(set_option(options, "preserve", "mode,times"));
  EXPECT_EQ(options.preserve, (Preserve{true, true}));
  ASSERT_TRUE(set_option(options, "preserve", "times\n"));
  EXPECT_EQ(options.preserve, (Preserve{false, true}));
  ASSERT_TRUE(set_option(options, "preserve", ""));
  EXPECT_FALSE(options.preserve.any());
  EXPECT_EQ(code_of_option("preserve", "mode,owner"), Code::invalid_option);
  EXPECT_EQ(code_of_option("preserve", "mode, times"), Code::invalid_option);
}

TEST(Calls, links_are_those_of_a_tree) {
  Submit submit{"h", *parse_folder_url("ftp://a/x"), *parse_folder_url("ftp://b/x"), {}, {}, false};
  submit.options.links = Links::skip;
  submit.what = Submit::What::tree;
  EXPECT_TRUE(checked_submit(submit));
  submit.what = Submit::What::list;
  EXPECT_EQ(checked_submit(submit).error().code, Code::invalid_option);
}

TEST(Calls, a_checksum_is_kept_in_normal_form) {
  Options options;
  ASSERT_TRUE(set_option(options, "checksum", "sha-256"));
  EXPECT_EQ(options.checksum.algorithm, "SHA256");
  ASSERT_TRUE(set_option(options, "checksum", "adler32:00FFaa11"));
  EXPECT_EQ(options.checksum.value, "00ffaa11");
}

TEST(Calls, a_submission_that_contradicts_itself_is_refused) {
  Submit submit{"h", *parse_url("ftp://a/x"), *parse_url("ftp://A:21/x"), {}, {}, false};
  EXPECT_EQ(checked_submit(submit).error().code, Code::same_source_and_destination);
  submit.destination = *parse_url("ftp://a//x");
  EXPECT_EQ(checked_submit(submit).error().code, Code::same_source_and_destination);
  Submit tree{"h",  *parse_folder_url("ftp://a/s"), *parse_folder_url("ftp://a//s//t"), {}, {},
              false};
  tree.what = Submit::What::tree;
  EXPECT_EQ(checked_submit(tree).error().code, Code::same_source_and_destination);
  submit.destination = *parse_url("ftp://b/x");
  EXPECT_TRUE(checked_submit(submit));
  submit.options.data_channel = DataChannel::private_;
  EXPECT_EQ(checked_submit(submit).error().code, Code::invalid_option);
  submit.options.data_channel.reset();
  submit.options.verify = Verify::none;
  submit.options.checksum = {"MD5", std::string(32, '0')};
  EXPECT_EQ(checked_submit(submit).error().code, Code::invalid_option);
}

TEST(Calls, priority_is_no_part_of_the_content) {
  Submit a{"h", *parse_url("ftp://a/x"), *parse_url("ftp://b/x"), 10, {}, false};
  Submit b = a;
  b.priority = 90;
  EXPECT_EQ(content_digest(a), content_digest(b));
  b.options.label = "x";
  EXPECT_NE(content_digest(a), content_digest(b));
}

TEST(Calls, delete_extra_is_of_a_tree_alone_that_cannot_hold_its_own_source) {
  Submit submit;
  submit.what = Submit::What::tree;
  submit.source = *parse_folder_url("ftp://a/s/");
  submit.destination = *parse_folder_url("ftp://b/s/");
  ASSERT_TRUE(set_option(submit.options, "delete_extra", "true"));
  EXPECT_TRUE(checked_submit(submit));
  Submit list = submit, lenient = submit;
  list.what = Submit::What::list;
  lenient.options.skip_errors = true;
  EXPECT_EQ(checked_submit(list).error().code, Code::invalid_option);
  EXPECT_EQ(checked_submit(lenient).error().code, Code::invalid_option);
  for (const auto& [source, destination] : {std::pair{"ftp://a/d/s/", "ftp://a/d/"},
                                            {"ftp://a/d/s/", "gsiftp://a:2811/d/"},
                                            {"ftp://a/d/s/", "ftp://a//d/"},
                                            {"ftp://a/~/s/", "ftp://a/"},
                                            {"ftp://a/home/s/", "ftp://a:2121/~/"}}) {
    submit.source = *parse_folder_url(source);
    submit.destination = *parse_folder_url(destination);
    EXPECT_EQ(checked_submit(submit).error().code, Code::invalid_option) << source;
  }
}

TEST(Calls, the_acts_of_parts_are_no_words_of_users) {
  Options options;
  EXPECT_TRUE(set_option(options, "act", "check"));
  EXPECT_FALSE(set_option(options, "act", "remove"));
  EXPECT_FALSE(set_option(options, "act", "plan_remove"));
}

TEST(Line, may_be_a_folder_that_has_neither_size_nor_checksum) {
  const Url from = *parse_folder_url("ftp://a/s"), to = *parse_folder_url("ftp://b/d");
  FileLine line{"sub/x", "", {}, "", true};
  const auto folder = checked_file(line, from, to);
  ASSERT_TRUE(folder);
  EXPECT_TRUE(folder->is_folder);
  EXPECT_EQ(folder->destination.text(), "ftp://b/d/sub/x/");
  line.size = 0;
  EXPECT_EQ(checked_file(line, from, to).error().code, Code::invalid_request);
  EXPECT_FALSE(checked_file({"sub/x/", "", {}, ""}, from, to)) << "it does not say that it is one";
}

TEST(Line, is_paths_below_the_two_folders_or_urls) {
  const Url from = *parse_folder_url("ftp://a/s"), to = *parse_folder_url("ftp://b/d");
  const auto plain =
      checked_file({"sub/x", "", 7, "md5:00112233445566778899AABBCCDDEEFF"}, from, to);
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->source.text(), "ftp://a/s/sub/x");
  EXPECT_EQ(plain->destination.text(), "ftp://b/d/sub/x");
  EXPECT_EQ(plain->checksum, (WantedChecksum{"MD5", "00112233445566778899aabbccddeeff"}));
  EXPECT_EQ(checked_file({"x", "ftp://c/y", {}, ""}, from, to)->destination.text(), "ftp://c/y");
  EXPECT_EQ(known_line(*checked_file({"x", "", {}, ""}, from, to)),
            known_line(*checked_file({"ftp://a/s/x", "x", 9, ""}, from, to)));
}

TEST(Line, is_known_by_its_destination_with_its_source_and_checksum) {
  const Url from = *parse_folder_url("ftp://a/s"), to = *parse_folder_url("ftp://b/d");
  const KnownLine line = known_line(*checked_file({"x", "x", {}, ""}, from, to));
  EXPECT_EQ(line.digest.size(), 16U);
  EXPECT_EQ(line.content.size(), 8U);
  EXPECT_EQ(line, known_line(*checked_file({"x", "ftp://B:21/d/x", {}, ""}, from, to)));
  EXPECT_EQ(line, known_line(*checked_file({"x", "ftp://b//d//x", {}, ""}, from, to)));
  const KnownLine other = known_line(*checked_file({"y", "x", {}, ""}, from, to));
  EXPECT_EQ(other.digest, line.digest);
  EXPECT_NE(other.content, line.content);
  const std::string md5 = "MD5:00112233445566778899aabbccddeeff";
  EXPECT_NE(known_line(*checked_file({"x", "x", {}, md5}, from, to)).content, line.content);
  EXPECT_NE(known_line(*checked_file({"x", "X", {}, ""}, from, to)).digest, line.digest);
}

TEST(Line, for_a_destination_that_has_another_source_is_refused_by_its_place) {
  const Url from = *parse_folder_url("ftp://a/s"), to = *parse_folder_url("ftp://b/d");
  const NewFile a = *checked_file({"a", "x", {}, ""}, from, to);
  const NewFile b = *checked_file({"b", "x", {}, ""}, from, to);
  const auto none = std::nullopt;
  EXPECT_EQ(new_files({"h", {a, a}}, {none, none})->files, std::vector{a});
  EXPECT_TRUE(new_files({"h", {a}}, {known_line(a).content})->files.empty());
  EXPECT_EQ(new_files({"h", {a, b}}, {none, none}).error().line, 2U);
  const Error error = new_files({"h", {b}}, {known_line(a).content}).error();
  EXPECT_EQ(error.code, Code::destination_twice);
  EXPECT_EQ(error.line, 1U);
  EXPECT_EQ(error.detail,
            "'ftp://a/s/b' is to be at 'ftp://b/d/x', for which the request has another source or "
            "checksum; of this chunk nothing is added");
}

TEST(Line, that_leaves_its_folder_or_names_no_file_is_refused) {
  const Url from = *parse_folder_url("ftp://a/s"), to = *parse_folder_url("ftp://b/d");
  for (const std::string source : {"", "/x", "../x", "sub/../../x", "sub/", "a?b", "http://c/x"}) {
    EXPECT_FALSE(checked_file({source, "y", {}, ""}, from, to)) << source;
  }
  EXPECT_FALSE(checked_file({"x", "/y", {}, ""}, from, to));
  EXPECT_FALSE(checked_file({"ftp://c/x", "", {}, ""}, from, to)) << "to where?";
  EXPECT_FALSE(checked_file({"ftp://b/d/x", "x", {}, ""}, from, to)) << "onto itself";
  EXPECT_FALSE(checked_file({"x", "", {}, "CRC99:00"}, from, to));
}

TEST(Line, of_a_check_names_its_destination_as_its_source) {
  const Url there = *parse_folder_url("ftp://b/d");
  EXPECT_TRUE(checked_file({"ftp://c/x", "ftp://c/x", {}, ""}, there, there, Act::check));
  EXPECT_FALSE(checked_file({"ftp://a/x", "ftp://c/x", {}, ""}, there, there, Act::check));
  Submit submit;
  submit.what = Submit::What::list;
  submit.options.act = Act::check;
  submit.source = submit.destination = there;
  EXPECT_TRUE(checked_submit(submit));
  submit.source = *parse_folder_url("ftp://a/d");
  EXPECT_EQ(checked_submit(submit).error().code, Code::invalid_option);
  submit.source = there;
  submit.what = Submit::What::tree;
  EXPECT_EQ(checked_submit(submit).error().code, Code::invalid_option);
}

TEST(Calls, all_or_none_is_refused_where_nothing_is_held_back_or_proven) {
  Submit submit;
  submit.what = Submit::What::tree;
  submit.source = *parse_folder_url("ftp://a/s/");
  submit.destination = *parse_folder_url("ftp://b/d/");
  ASSERT_TRUE(set_option(submit.options, "all_or_none", "true"));
  EXPECT_TRUE(checked_submit(submit));
  Submit plan = submit;
  plan.options.act = Act::plan;
  EXPECT_TRUE(checked_submit(plan));
  Submit check = submit;
  check.what = Submit::What::list;
  check.source = check.destination;
  check.options.act = Act::check;
  EXPECT_EQ(checked_submit(check).error().code, Code::invalid_option);
  check.options.all_or_none = false;
  EXPECT_TRUE(checked_submit(check));
  Submit in_place = submit, unproven = submit;
  in_place.options.publish = Publish::in_place;
  unproven.options.verify = Verify::none;
  EXPECT_EQ(checked_submit(in_place).error().code, Code::invalid_option);
  EXPECT_EQ(checked_submit(unproven).error().code, Code::invalid_option);
}

}  // namespace
}  // namespace rft
