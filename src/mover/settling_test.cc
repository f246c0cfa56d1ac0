#include "mover/settling.h"

#include <gtest/gtest.h>

#include "mover/limits.h"

namespace rft::mover {
namespace {

constexpr Instant start{};

FileFacts part(std::uint64_t size, const char* modify = "1") {
  return {size, modify, "inode"};
}

TEST(Settling, a_part_that_does_not_change_is_quiet_after_the_time_asked) {
  Settling part_at_rest(3s, 100, start);
  EXPECT_EQ(part_at_rest.saw(part(50), start), Rest::not_yet);
  EXPECT_EQ(part_at_rest.saw(part(50), start + 2s), Rest::not_yet);
  EXPECT_EQ(part_at_rest.saw(part(50), start + 3s), Rest::quiet);
}

TEST(Settling, a_change_begins_the_quiet_anew) {
  Settling touched(3s, 100, start);
  touched.saw(part(50, "1"), start);
  EXPECT_EQ(touched.saw(part(50, "2"), start + 2s), Rest::not_yet);
  EXPECT_EQ(touched.rests_at(), start + 5s);
  EXPECT_EQ(touched.saw(part(50, "2"), start + 5s), Rest::quiet);
}

TEST(Settling, a_part_that_grows_is_left_to_grow) {
  Settling growing(3s, 1'000'000, start);
  for (unsigned long i = 0; i < 3600; ++i) {
    ASSERT_EQ(growing.saw(part(i), start + std::chrono::seconds(i)), Rest::not_yet) << i;
  }
}

TEST(Settling, a_part_that_is_touched_and_does_not_grow_is_given_up) {
  Settling touched(3s, 100, start);
  Rest rest = Rest::not_yet;
  Instant now = start;
  for (int i = 0; rest == Rest::not_yet; ++i, now += 1s) {
    rest = touched.saw(part(50, i % 2 == 0 ? "1" : "2"), now);
  }
  EXPECT_EQ(rest, Rest::never);
  EXPECT_EQ(now - 1s, start + part_touched_limit);
}

TEST(Settling, a_part_that_grows_beyond_its_source_is_given_up) {
  Settling growing(3s, 100, start);
  growing.saw(part(90), start);
  EXPECT_EQ(growing.saw(part(101), start + 1s), Rest::never);
}

TEST(Settling, nothing_grows_for_longer_than_a_day) {
  Settling growing(3s, 1'000'000'000, start);
  growing.saw(part(0), start);
  EXPECT_EQ(growing.saw(part(1), start + 1min), Rest::not_yet);
  EXPECT_EQ(growing.saw(part(2), start + part_grows_limit), Rest::never);
}

}  // namespace
}  // namespace rft::mover
