#include "ftp/marker.h"

#include <gtest/gtest.h>

namespace rft::ftp {
namespace {

TEST(Marker, a_range_marker_is_a_set_of_half_open_ranges) {
  const auto marker = marker_of({111, {"Range Marker 0-470810624,471072768-471859200"}});
  ASSERT_TRUE(marker);
  EXPECT_EQ(std::get<RangeSet>(*marker), (RangeSet{{0, 470810624}, {471072768, 471859200}}));
}

TEST(Marker, a_marker_that_claims_more_than_can_be_still_parses) {
  const auto marker = marker_of({111, {"Range Marker 0-18446744073709551615"}});
  ASSERT_TRUE(marker);
  EXPECT_EQ(std::get<RangeSet>(*marker).end(), 18446744073709551615U);
}

TEST(Marker, a_range_marker_that_cannot_be_read_is_a_fault) {
  for (const char* text : {"Range Marker 5", "Range Marker 9-3", "Range Marker a-b", "Ranges 0-1",
                           "Range Marker 0-18446744073709551616", "Range Marker -1-3", ""}) {
    const auto marker = marker_of({111, {text}});
    ASSERT_FALSE(marker) << text;
    EXPECT_EQ(marker.error().code, FaultCode::protocol_broken);
  }
  EXPECT_FALSE(marker_of({111, {}}));
}

TEST(Marker, more_ranges_than_the_limit_are_refused) {
  std::string list = "Range Marker 0-1";
  for (std::size_t i = 1; i < marker_ranges_max; ++i)
    list += "," + std::to_string(2 * i) + "-" + std::to_string(2 * i + 1);
  EXPECT_TRUE(marker_of({111, {list}}));
  EXPECT_FALSE(marker_of({111, {list + ",99990-99991"}}));
}

TEST(Marker, a_performance_marker_tells_time_and_bytes) {
  const auto marker =
      marker_of({112,
                 {"Perf Marker", " Timestamp:  1795483256.6", " Stripe Index: 1",
                  " Stripe Bytes Transferred: 100000", " Total Stripe Count: 2", "End."}});
  ASSERT_TRUE(marker);
  EXPECT_EQ(std::get<Performance>(*marker), (Performance{wall_time(1795483256600), 1, 100000, 2}));
}

TEST(Marker, a_performance_marker_without_bytes_or_time_is_a_fault) {
  EXPECT_FALSE(marker_of({112, {"Perf Marker", " Timestamp: 1.0", "End."}}));
  EXPECT_FALSE(marker_of({112, {"Perf Marker", " Stripe Bytes Transferred: 1", "End."}}));
  EXPECT_FALSE(
      marker_of({112, {" Timestamp: 99999999999999999999", " Stripe Bytes Transferred: 1"}}));
  EXPECT_FALSE(marker_of({112, {" Timestamp: 1.x", " Stripe Bytes Transferred: 1"}}));
}

TEST(Marker, a_checksum_marker_tells_how_far_it_is) {
  const auto marker = marker_of(
      {113, {"Status Marker", " Timestamp: 1795483256.6", " Bytes Processed: 42", "End."}});
  ASSERT_TRUE(marker);
  EXPECT_EQ(std::get<ChecksumProgress>(*marker), ChecksumProgress{42});
}

TEST(Marker, other_preliminary_replies_are_no_markers) {
  EXPECT_FALSE(is_marker({150, {"Beginning transfer."}}));
  EXPECT_FALSE(is_marker({125, {"Reusing"}}));
  EXPECT_FALSE(marker_of({150, {"Range Marker 0-1"}}));
}

}  // namespace
}  // namespace rft::ftp
