#include "cli/figures.h"

#include <gtest/gtest.h>

namespace rft::cli {
namespace {

TEST(Figures, bytes_have_three_digits_and_a_unit) {
  EXPECT_EQ(bytes(0), "0 B");
  EXPECT_EQ(bytes(999), "999 B");
  EXPECT_EQ(bytes(1'000), "1.00 kB");
  EXPECT_EQ(bytes(12'345'678), "12.3 MB");
  EXPECT_EQ(bytes(999'900'000), "1.00 GB");
  EXPECT_EQ(bytes(UINT64_MAX), "18.4 EB");
  EXPECT_EQ(rate(350e6), "350 MB/s");
  EXPECT_EQ(rate(-1), "0 B/s");
}

TEST(Figures, durations_read_like_a_clock) {
  EXPECT_EQ(duration(7), "7 s");
  EXPECT_EQ(duration(187), "3:07");
  EXPECT_EQ(duration(3'723), "1:02:03");
  EXPECT_EQ(duration(2 * 86'400 + 3 * 3'600 + 4 * 60), "2 d 03:04");
}

TEST(Figures, percent_is_whole_only_at_the_end) {
  EXPECT_EQ(percent(999, 1'000), "99 %");
  EXPECT_EQ(percent(1'000, 1'000), "100 %");
  EXPECT_EQ(percent(0, 0), "100 %");
  EXPECT_EQ(percent(2'000, 1'000), "100 %");
}

TEST(Figures, seconds_between_needs_two_times_in_order) {
  EXPECT_EQ(seconds_between("2026-01-01T00:00:00.000Z", "2026-01-01T00:01:03.900Z"), 63U);
  EXPECT_FALSE(seconds_between("2026-01-01T00:00:01Z", "2026-01-01T00:00:00Z"));
  EXPECT_FALSE(seconds_between("", "2026-01-01T00:00:00Z"));
}

TEST(Figures, what_is_shown_moves_no_cursor) {
  EXPECT_EQ(shown("a\x1b[2Jb").find('\x1b'), std::string::npos);
}

TEST(Table, aligns_columns_and_ends_no_line_with_blanks) {
  EXPECT_EQ(table({{"A", "B"}, {"long", "x"}, {"s", ""}}), "A     B\nlong  x\ns\n");
}

TEST(Table, counts_characters_and_not_bytes) {
  EXPECT_EQ(table({{"é", "x"}, {"e", "y"}}), "é  x\ne  y\n");
}

TEST(Cut, keeps_characters_whole) {
  EXPECT_EQ(cut("éé", 1), "é");
  EXPECT_EQ(cut("ab", 5), "ab");
  EXPECT_EQ(cut("ab", 0), "");
}

TEST(Wrapped, goes_on_in_the_column_of_descriptions) {
  EXPECT_EQ(wrapped("  --flag                      one two three\n", 40),
            "  --flag                      one two\n" + std::string(30, ' ') + "three\n");
  EXPECT_EQ(wrapped("one two\n\nthree\n", 4), "one\ntwo\n\nthre\ne\n");
}

}  // namespace
}  // namespace rft::cli
