#include "core/limit.h"

#include <gtest/gtest.h>

namespace rft {
namespace {

const Endpoint a{Scheme::ftp, "a", 21}, b{Scheme::ftp, "b", 21};

WallTime at(const char* text) {
  return from_rfc3339(text).value();
}
Bounds transfers(std::uint32_t count) {
  Bounds bounds;
  bounds.transfers = count;
  return bounds;
}
Bounds rate(std::uint64_t bytes) {
  Bounds bounds;
  bounds.rate = bytes;
  return bounds;
}
LimitWindow window(const char* days, const char* from, const char* to, Bounds bounds) {
  return {days_from(days).value(), minutes_from(from).value(), minutes_from(to).value(), bounds};
}
Limit with(std::vector<LimitWindow> windows, Bounds outside = {}) {
  Limit limit;
  limit.bounds = outside;
  limit.windows = std::move(windows);
  return limit;
}
const LocalOffset utc;

TEST(LimitScopes, are_read_as_they_are_written) {
  for (const char* text :
       {"all", "owner:uid:1000", "ftp://a:21", "gsiftp://a:2811->ftp://b:2121"}) {
    const auto scope = LimitScope::parse(text);
    ASSERT_TRUE(scope) << text;
    EXPECT_EQ(scope->text(), text);
  }
  EXPECT_EQ(LimitScope::parse("gsiftp://A")->text(), "gsiftp://a:2811");
}

TEST(LimitScopes, of_another_form_are_refused) {
  for (const char* text : {"", "everything", "owner:", "ftp://", "ftp://a:21->", "ftp://a:21->b",
                           "->ftp://a:21", "ftp://a/path"}) {
    const auto scope = LimitScope::parse(text);
    ASSERT_FALSE(scope) << text;
    EXPECT_EQ(scope.error().code, Code::invalid_limit);
    EXPECT_NE(scope.error().detail, "");
  }
}

TEST(Limits, of_an_owner_that_nobody_is_are_refused) {
  Limit limit;
  limit.bounds.transfers = 1;
  limit.scope = LimitScope::parse("owner:uid:1000").value();
  EXPECT_TRUE(checked_limit(limit));
  for (const char* owner : {"alice", "uid:x", "uid:-1", "uid:01", "uid:4294967295", "uid 1"}) {
    limit.scope.owner = owner;
    EXPECT_FALSE(checked_limit(limit)) << owner;
  }
}

TEST(LimitDays, are_ranges_and_lists_also_over_the_end_of_the_week) {
  EXPECT_EQ(days_from("mon-fri"), 0x1f);
  EXPECT_EQ(days_from("Sat,sun"), 0x60);
  EXPECT_EQ(days_from("fri-mon"), 0x71);
  EXPECT_EQ(days_from("daily"), 0x7f);
  for (const char* text : {"mon-fri", "sat,sun", "daily", "mon,wed,fri", "mon-thu,sun"}) {
    EXPECT_EQ(days_text(*days_from(text)), text);
  }
  for (const char* text : {"", "monday", "mon-", "mon,,tue", "1-5"}) EXPECT_FALSE(days_from(text));
}

TEST(LimitHours, are_of_the_clock) {
  EXPECT_EQ(minutes_from("00:00"), 0);
  EXPECT_EQ(minutes_from("24:00"), 1440);
  EXPECT_EQ(minutes_text(8 * 60 + 5), "08:05");
  for (const char* text : {"", "8:00", "24:01", "12:60", "ab:cd", "12-00"}) {
    EXPECT_FALSE(minutes_from(text)) << text;
  }
}

TEST(Timetable, a_window_holds_from_its_first_minute_to_before_its_last_on_its_days) {
  // 2026-11-26 is a Thursday.
  const Limit limit = with({window("mon-fri", "08:00", "18:00", rate(200'000'000))});
  EXPECT_EQ(bounds_at(limit, at("2026-11-26T07:59:59.999Z"), utc), Bounds{});
  EXPECT_EQ(bounds_at(limit, at("2026-11-26T08:00:00Z"), utc), rate(200'000'000));
  EXPECT_EQ(bounds_at(limit, at("2026-11-26T17:59:59.999Z"), utc), rate(200'000'000));
  EXPECT_EQ(bounds_at(limit, at("2026-11-26T18:00:00Z"), utc), Bounds{});
  EXPECT_EQ(bounds_at(limit, at("2026-11-28T12:00:00Z"), utc), Bounds{}) << "a Saturday";
}

TEST(Timetable, a_window_over_midnight_belongs_to_the_day_on_which_it_begins) {
  const Limit limit = with({window("fri", "22:00", "06:00", transfers(1))}, transfers(9));
  EXPECT_EQ(bounds_at(limit, at("2026-11-27T21:59:00Z"), utc), transfers(9));
  EXPECT_EQ(bounds_at(limit, at("2026-11-27T23:00:00Z"), utc), transfers(1));
  EXPECT_EQ(bounds_at(limit, at("2026-11-28T05:59:00Z"), utc), transfers(1)) << "Saturday";
  EXPECT_EQ(bounds_at(limit, at("2026-11-28T06:00:00Z"), utc), transfers(9));
  EXPECT_EQ(bounds_at(limit, at("2026-11-27T05:00:00Z"), utc), transfers(9)) << "Friday morning";
}

TEST(Timetable, the_first_window_that_fits_holds_alone) {
  const Limit limit = with(
      {window("thu", "10:00", "11:00", transfers(1)), window("daily", "00:00", "24:00", rate(5))});
  EXPECT_EQ(bounds_at(limit, at("2026-11-26T10:30:00Z"), utc), transfers(1));
  EXPECT_EQ(bounds_at(limit, at("2026-11-26T11:30:00Z"), utc), rate(5));
}

TEST(Timetable, tells_when_something_else_will_hold) {
  const Limit limit = with({window("mon-fri", "08:00", "18:00", transfers(2))});
  EXPECT_EQ(next_change(limit, at("2026-11-26T09:00:00Z"), utc), at("2026-11-26T18:00:00Z"));
  EXPECT_EQ(next_change(limit, at("2026-11-27T18:00:00Z"), utc), at("2026-11-30T08:00:00Z"))
      << "over the weekend";
  EXPECT_FALSE(next_change(with({}, transfers(2)), at("2026-11-26T09:00:00Z"), utc));
  EXPECT_FALSE(next_change(with({window("daily", "00:00", "00:00", transfers(2))}),
                           at("2026-11-26T09:00:00Z"), utc))
      << "days without a gap";
}

TEST(Timetable, in_local_hours_follows_a_clock_that_is_changed) {
  // As in Berlin: 2026-10-25T01:00Z the offset falls from two hours to one.
  const WallTime turn = at("2026-10-25T01:00:00Z");
  const LocalOffset berlin = [turn](WallTime t) {
    return t < turn ? Duration(std::chrono::hours(2)) : Duration(std::chrono::hours(1));
  };
  Limit limit = with({window("daily", "08:00", "18:00", transfers(2))});
  limit.zone = LimitZone::local;
  EXPECT_EQ(next_change(limit, at("2026-10-24T05:00:00Z"), berlin), at("2026-10-24T06:00:00Z"));
  EXPECT_EQ(next_change(limit, at("2026-10-24T20:00:00Z"), berlin), at("2026-10-25T07:00:00Z"));
  EXPECT_EQ(bounds_at(limit, at("2026-10-25T06:30:00Z"), berlin), Bounds{});
  limit.zone = LimitZone::utc;
  EXPECT_EQ(next_change(limit, at("2026-10-24T05:00:00Z"), berlin), at("2026-10-24T08:00:00Z"));
}

TEST(Admission, is_in_every_scope_of_the_lane) {
  const LaneKey lane{"uid:1", a, b, {}, {}, false};
  std::vector<std::string> texts;
  for (const LimitScope& scope : scopes_of(lane)) texts.push_back(scope.text());
  EXPECT_EQ(texts, (std::vector<std::string>{"all", "owner:uid:1", "ftp://a:21", "ftp://b:21",
                                             "ftp://a:21->ftp://b:21"}));
  EXPECT_EQ(scopes_of({"uid:1", a, a, {}, {}, false}).size(), 4U) << "an endpoint counts once";
}

TEST(Admission, is_refused_by_the_bound_that_is_reached) {
  Bounds bounds;
  bounds.transfers = 2;
  bounds.streams = 8;
  bounds.sessions = 4;
  bounds.rate = 100;
  const Usage one{1, 4, 2};
  EXPECT_EQ(full(bounds, {1, 4, 2}, one, {}), Bound::none);
  EXPECT_EQ(full(bounds, {2, 4, 2}, one, {}), Bound::transfers);
  EXPECT_EQ(full(bounds, {1, 8, 2}, one, {}), Bound::streams);
  EXPECT_EQ(full(bounds, {1, 4, 3}, one, {}), Bound::sessions);
  EXPECT_EQ(full(bounds, {1, 4, 2}, one, {-1, {}}), Bound::rate);
  EXPECT_EQ(full({}, {1000, 1000, 1000}, one, {-1e9, {}}), Bound::none);
}

TEST(Admission, waits_where_a_rate_holds_until_it_is_known_how_large_what_began_is) {
  Bounds bounds;
  bounds.rate = 100;
  EXPECT_EQ(full(bounds, {1, 4, 2, 1}, {1, 4, 2, 0}, {}), Bound::size);
  EXPECT_EQ(full(transfers(2), {1, 4, 2, 1}, {1, 4, 2, 0}, {}), Bound::none);
  Transfer transfer;
  const auto measured = [&] { return load_of(transfer, 4).measured; };
  EXPECT_FALSE(measured());
  transfer.file.source_facts.emplace();
  EXPECT_TRUE(measured()) << "also of an empty file";
  transfer.file.source_facts.reset();
  transfer.file.kind = Kind::bundle;
  EXPECT_FALSE(measured());
  transfer.file.bundle = Bundle({{"/x", "/y", 10}});
  EXPECT_TRUE(measured());
  transfer.file.kind = Kind::listing;
  EXPECT_TRUE(measured());
}

TEST(Admission, what_needs_more_sessions_than_there_may_be_goes_alone) {
  Bounds bounds;
  bounds.sessions = 1;
  EXPECT_EQ(full(bounds, {0, 0, 0}, {1, 4, 2}, {}), Bound::none);
  EXPECT_EQ(full(bounds, {1, 4, 2}, {1, 4, 2}, {}), Bound::sessions);
}

TEST(Admission, an_attempt_has_a_session_at_each_side_that_it_asks) {
  Transfer transfer;
  transfer.file.size = 1;
  const LaneKey lane{"uid:1", a, b, {}, {}, false}, loop{"uid:1", a, a, {}, {}, false};
  const LimitScope at_a{LimitScope::Kind::endpoint, {}, a, {}},
      at_b{LimitScope::Kind::endpoint, {}, b, {}};
  const LimitScope link{LimitScope::Kind::link, {}, a, b};
  EXPECT_EQ(usage_of(load_of(transfer, 4), link, lane), (Usage{1, 4, 2}));
  EXPECT_EQ(usage_of(load_of(transfer, 4), at_a, lane), (Usage{1, 4, 1}));
  EXPECT_EQ(usage_of(load_of(transfer, 4), at_a, loop), (Usage{1, 4, 2}));
  transfer.file.kind = Kind::listing;
  EXPECT_EQ(usage_of(load_of(transfer, 4), at_b, lane), (Usage{1, 1, 0}));
  transfer.file.kind = Kind::file;
  transfer.request.options.act = Act::check;
  EXPECT_EQ(usage_of(load_of(transfer, 4), link, lane), (Usage{1, 0, 1}));
  transfer.request.options.act = Act::remove;
  EXPECT_EQ(usage_of(load_of(transfer, 4), at_a, loop), (Usage{1, 0, 1}));
  transfer.file.kind = Kind::listing;
  EXPECT_EQ(usage_of(load_of(transfer, 4), at_a, loop), (Usage{1, 1, 1}));
}

TEST(Rates, are_kept_in_the_mean_whatever_the_sizes_are) {
  constexpr std::uint64_t bytes_a_second = 1'000;
  Allowance allowance;
  std::uint64_t admitted = 0, largest = 0;
  std::uint64_t size = 1;
  Instant now{};
  for (int i = 0; i < 1'000; ++i) {
    now = std::max(now, paid_at(allowance, bytes_a_second));
    allowance = allowance_at(allowance, bytes_a_second, now);
    ASSERT_GE(allowance.bytes, 0) << "what was waited for is paid";
    size = size * 7919 % 10'007;
    admitted += size;
    largest = std::max(largest, size);
    allowance.bytes -= static_cast<double>(size);
  }
  const auto seconds = static_cast<double>(now.time_since_epoch().count()) / 1000;
  const double mean = bytes_a_second * seconds;
  EXPECT_LE(static_cast<double>(admitted), mean + bytes_a_second + static_cast<double>(largest));
  EXPECT_GE(static_cast<double>(admitted), mean * 0.99) << "and it is used";
}

TEST(Rates, that_were_not_used_are_good_for_a_second) {
  Allowance allowance = allowance_at({}, 500, Instant{} + 1h);
  EXPECT_EQ(allowance.bytes, 500);
  allowance.bytes -= 2'000;
  EXPECT_GE(paid_at(allowance, 500), allowance.at + 3s);
  EXPECT_LE(paid_at(allowance, 500), allowance.at + 3s + 2ms);
}

TEST(Rates, count_what_an_attempt_will_send) {
  Transfer transfer;
  EXPECT_EQ(bytes_to_send(transfer), 0U) << "its size is not known";
  transfer.file.size = 100;
  transfer.file.part.confirmed = RangeSet{{0, 30}};
  transfer.file.part.epochs = {1};
  EXPECT_EQ(bytes_to_send(transfer), 70U);
  transfer.request.options.verify = Verify::none;
  EXPECT_EQ(bytes_to_send(transfer), 100U) << "without a checksum nothing is gone on with";
  transfer.file.status = Status::active;
  EXPECT_EQ(bytes_to_send(transfer), 70U) << "this try has sent the others";
  transfer.request.options.verify = Verify::checksum;
  transfer.request.options.act = Act::plan;
  EXPECT_EQ(bytes_to_send(transfer), 0U);
  transfer.request.options.act = Act::move;
  transfer.file.kind = Kind::bundle;
  BundleFile waits{"/x", "/y", 10}, done{"/z", "/w", 99};
  done.fate = Fate::done;
  transfer.file.bundle = Bundle({waits, done, waits});
  EXPECT_EQ(bytes_to_send(transfer), 20U);
  transfer.file.source_facts = FileFacts{5'000, "", ""};
  EXPECT_EQ(bytes_to_send(transfer), 5'000U) << "its mover found more than the list said";
}

TEST(LimitValues, that_cannot_be_held_are_refused_by_name) {
  const auto refusal = [](Limit limit) {
    const auto checked = checked_limit(std::move(limit));
    return checked ? std::string() : checked.error().detail;
  };
  EXPECT_EQ(refusal(with({}, transfers(0))), "");
  EXPECT_NE(refusal(with({})).find("nothing is bounded"), std::string::npos);
  EXPECT_NE(refusal(with({}, rate(0))).find("rate"), std::string::npos);
  Limit none = with({}, transfers(1));
  none.bounds.streams = 0;
  EXPECT_NE(refusal(none).find("streams"), std::string::npos);
  Limit shared = with({}, transfers(1));
  shared.share = 2;
  EXPECT_NE(refusal(shared).find("owner"), std::string::npos);
  shared.scope = LimitScope::parse("owner:uid:1").value();
  EXPECT_EQ(refusal(shared), "");
  shared.share = 0;
  EXPECT_NE(refusal(shared).find("share"), std::string::npos);
  const std::vector<LimitWindow> many(limit_windows_max + 1,
                                      window("daily", "00:00", "01:00", transfers(1)));
  EXPECT_NE(refusal(with(many)).find("windows"), std::string::npos);
}

TEST(LimitSentences, say_who_set_what) {
  Limit limit = with({}, transfers(4));
  limit.scope = LimitScope::parse("ftp://a:21->ftp://b:21").value();
  limit.set_at = at("2026-11-26T12:00:00Z");
  limit.set_by = "uid:0";
  EXPECT_EQ(sentence(limit, limit.bounds, Bound::transfers),
            "link ftp://a:21 -> ftp://b:21 has its 4 transfers at once (limit set 2026-11-26 by "
            "uid:0)");
  EXPECT_EQ(rate_text(200'000'000), "200 MB/s");
  EXPECT_EQ(rate_text(1'234), "1234 B/s");
}

}  // namespace
}  // namespace rft
