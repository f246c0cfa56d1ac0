#include "cli/list_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rft::cli {
namespace {

using testing::HasSubstr;

template <class T>
std::string why_not(const Result<T>& answer) {
  return answer ? "it was taken" : answer.error().detail;
}

Result<NewFileLine> csv(const std::string& header, const std::string& line) {
  return parse_csv_header(header).and_then(
      [&](const CsvColumns& columns) { return parse_csv_line(line, columns); });
}

TEST(ListFormat, is_told_by_the_first_line) {
  EXPECT_EQ(list_format_of(R"( {"source":"a"})"), ListFormat::jsonl);
  EXPECT_EQ(list_format_of("size,Source"), ListFormat::csv);
  EXPECT_EQ(list_format_of(R"("source","destination")"), ListFormat::csv);
  EXPECT_EQ(list_format_of("ftp://a/x ftp://b/x"), ListFormat::pairs);
  EXPECT_EQ(list_format_of(R"("a, b" "source")"), ListFormat::pairs);
  EXPECT_EQ(list_format_of("source destination"), ListFormat::pairs);
}

TEST(ListFormat, is_csv_too_where_the_header_lacks_its_source) {
  EXPECT_EQ(list_format_of("destination,size"), ListFormat::csv);
  EXPECT_EQ(list_format_of("file,destination"), ListFormat::csv);
  EXPECT_EQ(list_format_of("run,1"), ListFormat::pairs) << "a name with a comma";
  EXPECT_EQ(list_format_of("size"), ListFormat::pairs) << "a file of that name";
}

TEST(ListFormat, has_three_words) {
  EXPECT_EQ(list_format("csv"), ListFormat::csv);
  EXPECT_FALSE(list_format("CSV "));
}

TEST(Pair, is_two_words_with_any_blanks_around_them) {
  const auto file = parse_pair(" \tftp://a/x \t ftp://b/y ");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->source, "ftp://a/x");
  EXPECT_EQ(file->destination, "ftp://b/y");
  EXPECT_FALSE(file->size);
}

TEST(Pair, in_quotes_may_hold_blanks_and_a_hash) {
  const auto file = parse_pair(R"("a b/#1" "c d")");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->source, "a b/#1");
  EXPECT_EQ(file->destination, "c d");
}

TEST(Pair, of_one_path_leaves_the_destination_open) {
  const auto file = parse_pair("a/b");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->source, "a/b");
  EXPECT_EQ(file->destination, "");
}

TEST(Pair, that_cannot_be_told_apart_is_refused) {
  EXPECT_THAT(why_not(parse_pair("a b c")), HasSubstr("more than a source and a destination"));
  EXPECT_THAT(why_not(parse_pair(R"("a b)")), HasSubstr("not closed"));
  EXPECT_THAT(why_not(parse_pair(R"("a"b c)")), HasSubstr("%22"));
  EXPECT_THAT(why_not(parse_pair(R"("" b)")), HasSubstr("no source"));
  EXPECT_THAT(why_not(parse_pair("")), HasSubstr("no source"));
}

TEST(CsvLine, follows_the_header_in_any_order) {
  const auto file = csv("checksum,size,source,destination", "MD5:00,17,a,b");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->source, "a");
  EXPECT_EQ(file->destination, "b");
  EXPECT_EQ(file->size, 17U);
  EXPECT_EQ(file->checksum, "MD5:00");
}

TEST(CsvLine, needs_no_more_than_a_source) {
  const auto file = csv("source,size", "a,");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->source, "a");
  EXPECT_FALSE(file->size);
}

TEST(CsvLine, holds_commas_and_quotes_as_rfc_4180_says) {
  const auto file = csv("source,destination", R"("a, ""b""", c )");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->source, R"(a, "b")");
  EXPECT_EQ(file->destination, " c ");
}

TEST(CsvLine, that_is_wrong_is_refused_by_what_is_wrong) {
  EXPECT_THAT(why_not(csv("source,size", "a")), HasSubstr("1 fields where the header has 2"));
  EXPECT_THAT(why_not(csv("source,size", "a,-1")), HasSubstr("'-1'"));
  EXPECT_THAT(why_not(csv("source,size", ",1")), HasSubstr("no source"));
  EXPECT_THAT(why_not(csv("source", R"("a)")), HasSubstr("not closed"));
  EXPECT_THAT(why_not(csv("source", R"("a"b)")), HasSubstr("no comma"));
  EXPECT_THAT(why_not(csv("source", R"(a"b)")), HasSubstr("doubled"));
}

TEST(CsvHeader, names_known_columns_once_and_the_source) {
  EXPECT_THAT(why_not(parse_csv_header("source,owner")), HasSubstr("'owner'"));
  EXPECT_THAT(why_not(parse_csv_header("source,source")), HasSubstr("twice"));
  EXPECT_THAT(why_not(parse_csv_header("size,size")), HasSubstr("twice"));
  EXPECT_THAT(why_not(parse_csv_header("destination,size")), HasSubstr("'source'"));
}

TEST(JsonLine, is_an_object_of_five_members) {
  const auto file = parse_json_line(
      R"({"source":"a","destination":"b","size":18446744073709551615,"checksum":"MD5:00","kind":"file"})");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->source, "a");
  EXPECT_EQ(file->destination, "b");
  EXPECT_EQ(file->size, UINT64_MAX);
  EXPECT_EQ(file->checksum, "MD5:00");
  EXPECT_EQ(file->kind, "file");
}

TEST(JsonLine, takes_null_as_not_said) {
  const auto file = parse_json_line(R"({"source":"a","size":null,"destination":null})");
  ASSERT_TRUE(file);
  EXPECT_FALSE(file->size);
}

TEST(JsonLine, that_is_wrong_is_refused_by_what_is_wrong) {
  EXPECT_THAT(why_not(parse_json_line("{")), HasSubstr("no JSON object"));
  EXPECT_THAT(why_not(parse_json_line("[]")), HasSubstr("no JSON object"));
  EXPECT_THAT(why_not(parse_json_line(R"({"source":1})")), HasSubstr("'source' is no text"));
  EXPECT_THAT(why_not(parse_json_line(R"({"source":"a","size":-1})")), HasSubstr("'size'"));
  EXPECT_THAT(why_not(parse_json_line(R"({"source":"a","size":1.5})")), HasSubstr("'size'"));
  EXPECT_THAT(why_not(parse_json_line(R"({"source":"a","sum":"x"})")), HasSubstr("'sum'"));
  EXPECT_THAT(why_not(parse_json_line(R"({"size":1})")), HasSubstr("no source"));
}

TEST(Line, is_blank_or_a_comment_whatever_blanks_it_begins_with) {
  EXPECT_TRUE(is_blank(" \t"));
  EXPECT_FALSE(is_comment(" \t"));
  EXPECT_TRUE(is_comment("  # x"));
  EXPECT_FALSE(is_comment("x # y"));
}

}  // namespace
}  // namespace rft::cli
