#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "ftp/address.h"
#include "mover/data_security.h"
#include "mover/flow_rules.h"
#include "mover/lease.h"
#include "mover/limits.h"
#include "mover/spool.h"

namespace rft::mover {
namespace {

const Instant start{Duration(5000)};

TEST(Lease, a_mover_that_no_rftd_greets_lives_for_one_lease) {
  const Lease lease(start);
  EXPECT_FALSE(lease.is_over(start + first_lease - 1ms));
  EXPECT_TRUE(lease.is_over(start + first_lease));
}

TEST(Lease, nothing_is_published_with_less_than_the_reserve_left) {
  Lease lease(start);
  lease.renew(start, 30s);
  EXPECT_TRUE(lease.may_publish(start + 20s));
  EXPECT_FALSE(lease.may_publish(start + 20s + 1ms));
  lease.renew(start + 21s, 30s);
  EXPECT_TRUE(lease.may_publish(start + 22s));
}

TEST(Lease, after_its_end_nothing_brings_it_back) {
  Lease lease(start);
  lease.renew(start + first_lease, 30s);
  EXPECT_TRUE(lease.is_over(start + first_lease));
  Lease told(start);
  told.end_at(start + 1s);
  told.renew(start + 2s, 30s);
  EXPECT_TRUE(told.is_over(start + 2s));
}

Fault of(FaultCode code) {
  return Fault{code, Side::source, Doing::move, "", ""};
}

TEST(FlowRules, a_reason_of_its_own_tells_more_than_what_follows_from_it) {
  const Fault full = of(FaultCode::destination_full);
  const Fault cut = of(FaultCode::cut);
  const Fault refused = of(FaultCode::server_refused);
  const Fault channel = of(FaultCode::data_channel_failed);
  EXPECT_EQ(more_telling(channel, full), full);
  EXPECT_EQ(more_telling(full, channel), full);
  EXPECT_EQ(more_telling(refused, cut), cut);
  EXPECT_EQ(more_telling(cut, full), full);
  EXPECT_EQ(more_telling(cut, of(FaultCode::stalled)), cut) << "equal ones: the first";
  EXPECT_TRUE(has_own_reason(full));
  EXPECT_FALSE(has_own_reason(cut));
}

// What a side of a pipeline came to: so many files arrived, then this.
Course ended(std::size_t arrived, FaultCode code, bool refused) {
  return {arrived, of(code), refused};
}

TEST(FlowRules, a_refused_file_further_on_is_not_why_a_pipeline_broke_before_it) {
  const Course refuses_5 = ended(5, FaultCode::not_permitted, true);
  const Course cut_at_3 = ended(3, FaultCode::cut, false);
  EXPECT_EQ(telling(refuses_5, cut_at_3), &cut_at_3);
  EXPECT_EQ(telling(cut_at_3, refuses_5), &cut_at_3);
}

TEST(FlowRules, of_two_refused_files_the_earlier_one_is_refused_for_its_own_reason) {
  const Course refuses_5 = ended(5, FaultCode::not_permitted, true);
  const Course refuses_3 = ended(3, FaultCode::server_refused, true);
  EXPECT_EQ(telling(refuses_5, refuses_3), &refuses_3);
  EXPECT_EQ(telling(refuses_3, refuses_5), &refuses_3);
}

TEST(FlowRules, of_one_file_that_both_sides_refuse_the_one_with_a_reason_tells) {
  const Course full = ended(3, FaultCode::destination_full, true);
  const Course channel = ended(3, FaultCode::data_channel_failed, true);
  EXPECT_EQ(telling(channel, full), &full);
  EXPECT_EQ(telling(full, channel), &full);
}

TEST(FlowRules, a_refusal_tells_nothing_until_all_in_front_of_it_have_arrived) {
  const Course refuses_5 = ended(5, FaultCode::not_permitted, true);
  EXPECT_EQ(telling(refuses_5, Course{3}), nullptr) << "a stall now is no refusal";
  EXPECT_EQ(telling(refuses_5, Course{5}), &refuses_5);
  EXPECT_EQ(telling(refuses_5, Course{64}), &refuses_5);
  EXPECT_EQ(telling(Course{5}, Course{3}), nullptr);
}

TEST(FlowRules, a_side_that_broke_tells_wherever_it_broke) {
  const Course cut_at_5 = ended(5, FaultCode::cut, false);
  EXPECT_EQ(telling(cut_at_5, Course{3}), &cut_at_5);
  const Course refuses_3 = ended(3, FaultCode::not_permitted, true);
  EXPECT_EQ(telling(cut_at_5, refuses_3), &refuses_3);
}

TEST(FlowRules, whatever_stands_before_a_file_some_epoch_comes_to_it_within_the_tries) {
  constexpr std::uint32_t tries = 20;
  for (const std::size_t files : {9U, 20U, 100U, 160U}) {
    std::vector<bool> tried(files);
    for (std::uint32_t epoch = 3; epoch < 3 + tries; ++epoch) {
      for (std::size_t i = 0; i < unexplained_refusals_max; ++i) {
        tried[(first_of_epoch(epoch, files) + i) % files] = true;
      }
    }
    EXPECT_EQ(std::count(tried.begin(), tried.end(), false), 0) << files;
  }
}

TEST(FlowRules, the_epochs_begin_all_over_a_large_bundle) {
  std::set<std::size_t> first;
  for (std::uint32_t epoch = 1; epoch <= 20; ++epoch) first.insert(first_of_epoch(epoch, 512));
  EXPECT_EQ(first.size(), 20U);
  EXPECT_EQ(*first.begin(), 0U);
  EXPECT_GT(*first.rbegin(), 450U);
}

TEST(FlowRules, where_one_epoch_comes_to_all_files_they_stay_in_order) {
  EXPECT_EQ(first_of_epoch(7, unexplained_refusals_max), 0U);
  EXPECT_EQ(first_of_epoch(7, 0), 0U);
}

TEST(FlowRules, a_restart_line_that_would_be_too_long_keeps_the_largest_ranges) {
  const RangeSet there{{0, 1000}, {2000, 2010}, {3000, 3500}};
  EXPECT_EQ(largest_ranges(there, 100), there);
  EXPECT_EQ(largest_ranges(there, 17), (RangeSet{{0, 1000}, {3000, 3500}}));
  EXPECT_EQ(largest_ranges(there, 3), RangeSet());
}

TEST(FlowRules, the_front_of_a_part_can_be_taken_out) {
  const RangeSet there{{0, 100}, {200, 300}};
  EXPECT_EQ(without_front(there, 50), (RangeSet{{50, 100}, {200, 300}}));
  EXPECT_EQ(without_front(there, 250), (RangeSet{{250, 300}}));
  EXPECT_EQ(without_front(there, 300), RangeSet());
}

TEST(FlowRules, a_server_that_confirms_crumbs_does_not_fill_the_memory) {
  RangeSet crumbs;
  for (std::uint64_t i = 0; i < 100'000; ++i) crumbs.add({i * 1'000'000, i * 1'000'000 + 1});
  crumbs.add({50, 100});
  const RangeSet kept = bounded(crumbs);
  EXPECT_LE(kept.ranges().size(), confirmed_ranges_max / 2);
  EXPECT_EQ(std::count(kept.ranges().begin(), kept.ranges().end(), Range{50, 100}), 1);
  const RangeSet usual{{0, 10}, {20, 30}};
  EXPECT_EQ(bounded(usual), usual);
}

TEST(FlowRules, a_rate_is_of_the_last_markers_only) {
  RateMeter meter;
  EXPECT_EQ(meter.rate(), 0u);
  for (unsigned second = 0; second < 10; ++second) {
    meter.add(start + std::chrono::seconds(second), second < 5 ? 0 : (second - 4) * 100);
  }
  EXPECT_EQ(meter.rate(), 100u);
}

TEST(FlowRules, a_watchdog_bites_when_nothing_moved_for_its_limit) {
  Watchdog watchdog(start, 30s);
  EXPECT_FALSE(watchdog.is_over(start + 30s - 1ms));
  EXPECT_TRUE(watchdog.is_over(start + 30s));
  watchdog.moved(start + 29s);
  EXPECT_FALSE(watchdog.is_over(start + 58s));
}

TEST(FlowRules, progress_counts_once_and_not_beyond_the_end) {
  Progress progress(100);
  EXPECT_TRUE(progress.reaches(60));
  EXPECT_FALSE(progress.reaches(60));
  EXPECT_FALSE(progress.reaches(10));
  EXPECT_TRUE(progress.reaches(UINT64_MAX));
  EXPECT_EQ(progress.bytes(), 100U);
  EXPECT_FALSE(progress.reaches(UINT64_MAX));
}

TEST(FlowRules, what_stripes_tell_is_summed_and_not_believed_beyond_the_end) {
  StripedProgress progress(100);
  EXPECT_TRUE(progress.reaches({{}, 0, 30, 2}));
  EXPECT_TRUE(progress.reaches({{}, 1, 30, 2}));
  EXPECT_FALSE(progress.reaches({{}, 1, 30, 2})) << "it repeats itself";
  EXPECT_EQ(progress.bytes(), 60U);
  EXPECT_FALSE(progress.reaches({{}, ftp::stripes_max, 90, 1}));
  EXPECT_TRUE(progress.reaches({{}, 0, UINT64_MAX, 2}));
  EXPECT_EQ(progress.bytes(), 100U);
  EXPECT_FALSE(progress.reaches({{}, 0, UINT64_MAX, 2}));
}

TEST(FlowRules, a_larger_file_may_be_summed_for_longer) {
  EXPECT_EQ(checksum_limit(0), checksum_base_limit);
  EXPECT_EQ(checksum_limit(20'000'000'000), checksum_base_limit + 1000s);
}

const SecurityOffer plain{};
const SecurityOffer alice{true, true, "/CN=Alice"};
const SecurityOffer bob{true, true, "/CN=Bob"};
const SecurityOffer old_bob{true, false, "/CN=Bob"};

TEST(DataSecurity, between_gsi_sides_it_is_authenticated_unless_said_otherwise) {
  EXPECT_EQ(plan_security({}, alice, bob)->level, ftp::DataSecurity::authenticated);
  EXPECT_EQ(plan_security(DataChannel::private_, alice, bob)->level, ftp::DataSecurity::private_);
  EXPECT_EQ(plan_security(DataChannel::clear, alice, bob), SecurityPlan{});
  EXPECT_EQ(plan_security({}, alice, plain), SecurityPlan{});
}

TEST(DataSecurity, dcsc_needs_no_delegation_and_two_identities_without_it_are_crossed) {
  EXPECT_TRUE(plan_security({}, alice, bob)->dcsc);
  EXPECT_FALSE(plan_security({}, alice, bob)->delegate);
  EXPECT_TRUE(plan_security({}, alice, old_bob)->delegate);
  EXPECT_TRUE(plan_security({}, alice, old_bob)->crossed);
  EXPECT_FALSE(plan_security({}, old_bob, bob)->crossed);
}

TEST(DataSecurity, a_side_without_gsi_cannot_be_secured) {
  const auto refused = plan_security(DataChannel::authenticated, alice, plain);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, FaultCode::no_common_security);
  EXPECT_EQ(refused.error().side, Side::destination);
}

TEST(DataSecurity, each_pair_of_endpoints_has_a_certificate_of_its_own) {
  ChannelKeys keys;
  const Endpoint a{Scheme::gsiftp, "a", 2811}, b{Scheme::gsiftp, "b", 2811},
      c{Scheme::gsiftp, "c", 2811};
  const WallTime now = wall_time(1'800'000'000'000);
  const auto first = keys.of(a, b, now);
  ASSERT_TRUE(first);
  EXPECT_EQ(*keys.of(b, a, now), *first);
  EXPECT_NE(*keys.of(a, c, now), *first);
  EXPECT_NE(*keys.of(a, b, now + std::chrono::hours(13)), *first) << "renewed before it ends";
}

TEST(Spool, it_is_there_whole_and_in_the_form_of_the_wire) {
  std::string folder = std::filesystem::temp_directory_path().string() + "/rft-spool-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const int open = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY);
  const TaskWord word{{Uuid{}, 3}, 7, Done{}};
  ASSERT_TRUE(write_spool(open, "m1", {word, word}));
  std::ifstream file(folder + "/m1.spool", std::ios::binary);
  FrameReader reader;
  reader.feed(std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
  for (int times = 0; times < 2; ++times) {
    const auto body = reader.next();
    ASSERT_TRUE(body && *body);
    EXPECT_EQ(std::get<TaskWord>(std::get<Word>(*decode_to_daemon(**body))).seq, 7U);
  }
  ::close(open);
  std::filesystem::remove_all(folder);
  EXPECT_FALSE(write_spool(-1, "m1", {word}));
}

}  // namespace
}  // namespace rft::mover
