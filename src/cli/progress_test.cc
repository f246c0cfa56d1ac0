#include "cli/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rft::cli {
namespace {

using testing::HasSubstr;

TransferProgress half() {
  TransferProgress now;
  now.handle = "h";
  now.status = "active";
  now.hold = "none";
  now.size = 2'000'000'000;
  now.bytes_confirmed = 1'000'000'000;
  now.rate = 350e6;
  now.eta = 65;
  now.streams = 4;
  now.doing = "move";
  return now;
}

TransferRecord ended(const std::string& status) {
  TransferRecord record;
  record.handle = "h";
  record.status = status;
  record.size = 2'000'000'000;
  record.bytes_confirmed = 1'500'000'000;
  record.attempts = 2;
  record.started_at = "2026-01-01T00:00:00.000Z";
  record.finished_at = "2026-01-01T00:01:03.000Z";
  return record;
}

TEST(BarLine, shows_bar_percent_bytes_rate_eta_streams_and_doing) {
  EXPECT_EQ(bar_line(half(), 200),
            "[####################....................]  50 %  1.00 GB of 2.00 GB  350 MB/s  "
            "ETA 1:05  4 streams  move");
}

TransferProgress half_of_many() {
  TransferProgress now = half();
  now.kind = "tree";
  now.size.reset();
  now.bytes_confirmed = 0;
  now.files = FileCounts{10, 3, 6, 1, 0, 2'000'000'000, 1'000'000'000, false};
  return now;
}

TEST(BarLine, of_many_files_counts_them_and_says_last_how_many_failed) {
  EXPECT_EQ(bar_line(half_of_many(), 200),
            "[####################....................]  50 %  6 of 10 files  1.00 GB of 2.00 GB  "
            "350 MB/s  ETA 1:05  4 streams  1 failed");
}

TEST(BarLine, while_a_tree_is_listed_has_no_bar_and_the_least_time_to_go) {
  TransferProgress now = half_of_many();
  now.files->listing = true;
  now.rate = 20e6;
  now.eta = 50;
  now.eta_is_least = true;
  EXPECT_EQ(bar_line(now, 200),
            "listing  6 of at least 10 files  1.00 GB of 2.00 GB  20.0 MB/s  ETA at least 50 s  "
            "4 streams  1 failed");
}

TEST(BarLine, of_many_files_counts_the_bytes_of_skipped_ones_as_gone_through) {
  TransferProgress now = half_of_many();
  now.files->skipped = 4;
  now.files->bytes_skipped = 1'000'000'000;
  EXPECT_THAT(bar_line(now, 200), HasSubstr("100 %"));
}

TEST(BarLine, of_many_files_goes_by_their_number_where_bytes_would_say_more) {
  TransferProgress now = half_of_many();
  now.files->bytes_done = now.files->bytes;
  EXPECT_THAT(bar_line(now, 200), HasSubstr("60 %  6 of 10 files  2.00 GB  350 MB/s"));
  now.files->bytes = now.files->bytes_done = 0;
  EXPECT_THAT(bar_line(now, 200), HasSubstr("60 %  6 of 10 files  0 B  350 MB/s"));
}

TEST(BarLine, of_a_tree_in_which_nothing_was_found_yet_is_one_word) {
  TransferProgress now;
  now.status = "active";
  now.files.emplace().listing = true;
  EXPECT_EQ(bar_line(now, 200), "listing");
}

TEST(BarLine, never_wraps) {
  for (std::size_t width = 0; width < 120; ++width) {
    EXPECT_LE(bar_line(half(), width).size(), width);
  }
}

TEST(BarLine, of_a_held_transfer_says_why) {
  TransferProgress now = half();
  now.status = "committed";
  now.hold = "endpoint_down";
  now.hold_detail = "gsiftp://b:2811";
  EXPECT_THAT(
      bar_line(now, 200),
      HasSubstr("50 %  1.00 GB of 2.00 GB  waits for an endpoint that is down: gsiftp://b:2811"));
}

TEST(BarLine, without_a_known_size_has_no_bar) {
  TransferProgress now = half();
  now.size.reset();
  now.eta.reset();
  EXPECT_EQ(bar_line(now, 200), "1.00 GB  350 MB/s  4 streams  move");
}

TEST(ChangeLine, says_status_hold_and_amount) {
  EXPECT_EQ(change_line(half()),
            "active  50 %  1.00 GB of 2.00 GB  350 MB/s  ETA 1:05  4 streams  move");
  TransferProgress now;
  now.status = "committed";
  now.hold = "turn";
  EXPECT_EQ(change_line(now), "committed, waits for its turn");
  now.hold_detail = "it waits for its turn: 3 go first";
  EXPECT_EQ(change_line(now), "committed, waits for its turn: 3 go first");
  now.hold = "new_in_time";
  now.hold_detail.clear();
  EXPECT_EQ(change_line(now), "committed, new_in_time");
}

TEST(News, is_another_status_hold_or_tenth) {
  const TransferProgress before = half();
  TransferProgress now = before;
  now.bytes_confirmed += 100'000'000;
  now.rate = 1;
  now.hold_detail = "a count that changes all the time";
  EXPECT_FALSE(is_news(before, now));
  now.bytes_confirmed += 100'000'000;
  EXPECT_TRUE(is_news(before, now));
  now = before;
  now.hold = "back_off";
  EXPECT_TRUE(is_news(before, now));
  now = before;
  now.status = "done";
  EXPECT_TRUE(is_news(before, now));
}

TEST(News, of_many_files_is_the_end_of_the_listing_and_the_first_failure) {
  const TransferProgress before = half_of_many();
  TransferProgress now = before;
  ++now.files->failed;
  EXPECT_FALSE(is_news(before, now));
  now.files->failed = 0;
  EXPECT_TRUE(is_news(now, before));
  now = before;
  now.files->listing = true;
  EXPECT_TRUE(is_news(now, before));
}

TEST(VerdictLine, of_many_files_counts_what_became_of_them) {
  TransferRecord record = ended("done");
  record.files = FileCounts{10, 0, 8, 0, 2, 2'000'000'000, 2'000'000'000, false};
  EXPECT_EQ(verdict_line(record), "done: verified, 8 files, 2.00 GB in 1:03, 2 skipped");
  record.options["verify"] = "size_only";
  EXPECT_THAT(verdict_line(record), HasSubstr("done: size_only, 8 files"));
  record = ended("failed");
  record.files = FileCounts{10, 0, 9, 1, 0, 2'000'000'000, 1'000'000'000, false};
  EXPECT_EQ(verdict_line(record), "failed: 1 of 10 files in 1:03; 9 done, 1 failed, 1.00 GB");
  record = ended("user_stop_partial_trans");
  record.files = FileCounts{10, 4, 6, 0, 0, 2'000'000'000, 1'000'000'000, false};
  EXPECT_EQ(verdict_line(record),
            "stopped: 6 done, 4 waiting, 1.50 GB; 'rft commit h' goes on from there");
}

TEST(VerdictLine, of_done_names_verdict_checksum_size_time_and_attempts) {
  TransferRecord record = ended("done");
  record.checksum = TransferChecksum{"ADLER32", "0a1b2c3d", "verified"};
  EXPECT_EQ(verdict_line(record), "done: verified, ADLER32 0a1b2c3d, 2.00 GB in 1:03, 2 attempts");
  record.adopted = true;
  EXPECT_THAT(verdict_line(record), HasSubstr("an identical file stood there already"));
  record.checksum.reset();
  EXPECT_THAT(verdict_line(record), HasSubstr("done: not_verified"));
}

TEST(VerdictLine, of_failed_names_the_fault_and_the_way_on) {
  TransferRecord record = ended("failed");
  record.fault =
      TransferFault{"no_such_file", "source", "look", "550", "", "never", "no file (550)"};
  EXPECT_EQ(verdict_line(record),
            "failed: no file (550), 2 attempts in 1:03; 'rft commit h' tries again");
}

TEST(VerdictLine, of_a_folder_that_was_taken_for_a_file_tells_of_r) {
  TransferRecord record = ended("failed");
  record.fault = TransferFault{"is_a_folder", "source", "look", "", "", "never", "a folder"};
  EXPECT_THAT(verdict_line(record), HasSubstr("'rft copy -r' moves all that is below a folder"));
}

TEST(VerdictLine, of_stopped_names_what_is_kept) {
  EXPECT_EQ(verdict_line(ended("user_stop_partial_trans")),
            "stopped: 1.50 GB kept; 'rft commit h' goes on from there");
}

TEST(ExitCode, goes_by_the_final_status) {
  EXPECT_EQ(exit_of("done"), 0);
  EXPECT_EQ(exit_of("failed"), 1);
  EXPECT_EQ(exit_of("user_stop_partial_trans"), 7);
}

}  // namespace
}  // namespace rft::cli
