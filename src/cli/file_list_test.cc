#include "cli/file_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace rft::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::size_t all = 100;

struct Read {
  std::vector<std::string> sources;
  std::vector<std::uint64_t> numbers;
  std::string error;
};

Read read(const std::string& text, std::optional<ListFormat> format = {}) {
  std::istringstream in(text);
  FileList list(in, format);
  auto chunk = list.next(all);
  if (!chunk) return {{}, {}, chunk.error().detail};
  Read out{{}, std::move(chunk->numbers), {}};
  for (const NewFileLine& file : chunk->files) out.sources.push_back(file.source);
  return out;
}

TEST(FileList, of_pairs_skips_blank_lines_and_comments_but_counts_them) {
  const Read got = read("# a list\n\na b\n  # more\nc d\n");
  EXPECT_THAT(got.sources, ElementsAre("a", "c"));
  EXPECT_THAT(got.numbers, ElementsAre(3, 5));
}

TEST(FileList, of_csv_takes_a_hash_behind_its_header_for_a_name) {
  const Read got = read("# a list\nsource\n#1\n");
  EXPECT_THAT(got.sources, ElementsAre("#1"));
  EXPECT_THAT(got.numbers, ElementsAre(3));
}

TEST(FileList, of_json_lines_is_read_too) {
  EXPECT_THAT(read("{\"source\":\"a\"}\n\n{\"source\":\"b\"}").sources, ElementsAre("a", "b"));
}

TEST(FileList, may_come_from_a_spreadsheet) {
  EXPECT_THAT(read("\xEF\xBB\xBFsource,size\r\na,1\r\n").sources, ElementsAre("a"));
}

TEST(FileList, follows_the_format_that_was_asked_for) {
  EXPECT_THAT(read("source destination\n", ListFormat::pairs).sources, ElementsAre("source"));
  EXPECT_THAT(read("a b\n", ListFormat::csv).error, HasSubstr("header"));
}

TEST(FileList, names_the_line_that_is_wrong) {
  EXPECT_THAT(read("a b\n\na b c\n").error, StartsWith("line 3: "));
  EXPECT_THAT(read("source\n\"a\n").error, StartsWith("line 2: "));
}

TEST(FileList, refuses_a_line_that_is_too_long_and_takes_the_longest) {
  EXPECT_THAT(read(std::string(list_line_max, 'x') + "\n").sources, testing::SizeIs(1));
  EXPECT_THAT(read("a b\n" + std::string(list_line_max + 1, 'x')).error,
              StartsWith("line 2: it is longer"));
}

TEST(FileList, comes_in_chunks_and_then_is_empty) {
  std::istringstream in("source\na\nb\nc\n");
  FileList list(in);
  EXPECT_THAT(list.next(2)->numbers, ElementsAre(2, 3));
  EXPECT_THAT(list.next(2)->numbers, ElementsAre(4));
  EXPECT_THAT(list.next(2)->numbers, ElementsAre());
}

TEST(FileList, without_lines_is_empty) {
  EXPECT_THAT(read("").sources, ElementsAre());
  EXPECT_THAT(read("# nothing\n\n").sources, ElementsAre());
}

TEST(FileList, that_cannot_be_read_says_so) {
  std::ifstream folder("/");
  FileList list(folder);
  const auto chunk = list.next(all);
  ASSERT_FALSE(chunk);
  EXPECT_THAT(chunk.error().detail, HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace rft::cli
