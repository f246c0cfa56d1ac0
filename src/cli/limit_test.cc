#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/limit_text.h"
#include "cli/run_for_tests.h"

namespace rft::cli {
namespace {

using fake::Says;
using testing::HasSubstr;
using testing::SizeIs;

TEST(LimitText, rates_have_units) {
  EXPECT_EQ(rate_from("200MB/s"), 200'000'000U);
  EXPECT_EQ(rate_from("1.5 GB/s"), 1'500'000'000U);
  EXPECT_EQ(rate_from("4MiB/s"), 4U << 20);
  EXPECT_EQ(rate_from("5000"), 5'000U);
  for (const char* text : {"", "fast", "-1MB/s", "0", "1XB/s", "1i", "1e30"}) {
    EXPECT_FALSE(rate_from(text)) << text;
  }
}

TEST(LimitText, hours_are_days_a_span_and_bounds) {
  const auto hours = hours_from("mon-fri  08:00-18:00 rate=200MB/s transfers=4");
  ASSERT_TRUE(hours);
  EXPECT_EQ(hours->days, "mon-fri");
  EXPECT_EQ(hours->from, "08:00");
  EXPECT_EQ(hours->to, "18:00");
  EXPECT_EQ(hours->bounds, (LimitBounds{4, {}, {}, 200'000'000}));
  EXPECT_EQ(hours_from("daily 22:00-06:00")->bounds, LimitBounds{});
  for (const char* text : {"", "mon", "mon 8", "mon 08:00-09:00 four", "mon 08:00-09:00 rate"}) {
    EXPECT_FALSE(hours_from(text)) << text;
  }
}

constexpr const char* stored =
    R"({"scope":"ftp://a:21->ftp://b:21","kind":"link","transfers":4,"streams":null,"rate":null,)"
    R"("windows":[{"days":"mon-fri","from":"08:00","to":"18:00","transfers":null,"rate":2000000}],)"
    R"("zone":"UTC","share":1,"set_at":"2026-11-26T10:00:00.000Z","set_by":"uid:0",)"
    R"("now":{"transfers":4},"until":"2026-11-27T08:00:00.000Z","used":{"transfers":1}})";

TEST(RunLimit, set_puts_what_was_said_at_its_scope) {
  const Outcome outcome =
      rft({"limit", "set", "ftp://a", "ftp://b", "--transfers", "4", "--window",
           "mon-fri 08:00-18:00 rate=2MB/s", "--window", "sat 00:00-24:00", "--zone", "local"},
          Says{200, stored});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.asked.at(0).what(), "PUT /v1/limits/ftp:%2F%2Fa-%3Eftp:%2F%2Fb");
  EXPECT_EQ(outcome.asked.at(0).body,
            R"({"transfers":4,"zone":"local","windows":[)"
            R"({"days":"mon-fri","from":"08:00","to":"18:00","rate":2000000},)"
            R"({"days":"sat","from":"00:00","to":"24:00"}]})");
  EXPECT_EQ(rft({"--json", "limit", "set", "all", "--share", "3"}, Says{200, stored}).out,
            std::string(stored) + "\n");
}

TEST(RunLimit, ls_shows_what_holds_now_and_the_hours) {
  const Outcome outcome =
      rft({"limit", "ls"}, Says{200, R"({"limits":[)" + std::string(stored) + "]}"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("transfers=4"));
  EXPECT_THAT(outcome.out, HasSubstr("mon-fri 08:00-18:00 UTC rate=2.00 MB/s"));
  EXPECT_THAT(outcome.out, HasSubstr("otherwise transfers=4"));
  EXPECT_THAT(outcome.out, HasSubstr("uid:0"));
}

TEST(RunLimit, rm_removes_it) {
  const Outcome outcome = rft({"limit", "rm", "owner:uid:7"}, Says{204, ""});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.asked.at(0).what(), "DELETE /v1/limits/owner:uid:7");
}

TEST(RunLimit, what_is_no_limit_is_refused_before_the_service_is_asked) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"limit", "set", "all", "--rate", "fast"},
                                             {"limit", "set", "all", "--transfers", "four"},
                                             {"limit", "set", "all", "--window", "at night"},
                                             {"limit", "set"},
                                             {"limit", "set", "ftp://a", "ftp://b", "ftp://c"}}) {
    const Outcome outcome = rft(words);
    EXPECT_EQ(outcome.code, 2) << words.back();
    EXPECT_THAT(outcome.asked, SizeIs(0)) << words.back();
    EXPECT_NE(outcome.err, "");
  }
}

TEST(RunLimit, who_may_not_set_one_is_told) {
  EXPECT_EQ(rft({"limit", "set", "all", "--transfers", "1"}, problem(403, "not_allowed")).code, 6);
}

}  // namespace
}  // namespace rft::cli
