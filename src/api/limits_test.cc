#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/world_for_tests.h"

namespace rft::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

namespace json = boost::json;

const Peer user{{"uid:2000", "uid:2000"}, Right::change};
const std::string link = "/v1/limits/gsiftp:%2F%2Fa.example:2811-%3Egsiftp:%2F%2Fb.example:2811";

std::vector<std::string> scopes(const HttpResponse& response) {
  std::vector<std::string> scopes;
  const json::value told = json::parse(response.body);
  for (const json::value& one : told.at("limits").as_array()) {
    scopes.emplace_back(one.at("scope").as_string());
  }
  return scopes;
}

TEST(LimitsApi, a_limit_is_told_as_it_was_set) {
  WorldForTests world;
  const auto set = world.ask("PUT", link, R"({"transfers":4,"rate":200000000,"zone":"local",
      "windows":[{"days":"mon-fri","from":"08:00","to":"18:00","transfers":1}]})");
  ASSERT_EQ(set.status, 200) << set.body;
  const json::value told = json::parse(set.body);
  EXPECT_EQ(told.at("scope"), "gsiftp://a.example:2811->gsiftp://b.example:2811");
  EXPECT_EQ(told.at("kind"), "link");
  EXPECT_EQ(told.at("transfers"), 4);
  EXPECT_TRUE(told.at("streams").is_null());
  EXPECT_EQ(told.at("rate"), 200'000'000);
  EXPECT_EQ(told.at("zone"), "local");
  EXPECT_EQ(told.at("set_by"), "uid:1000");
  EXPECT_EQ(told.at("windows").as_array().size(), 1U);
  EXPECT_EQ(told.at("windows").at(0).at("days"), "mon-fri");
  EXPECT_EQ(told.at("windows").at(0).at("to"), "18:00");
  // 2027-01-15 08:00 UTC is a Friday.
  EXPECT_EQ(told.at("now").at("transfers"), 1);
  EXPECT_EQ(told.at("until"), "2027-01-15T18:00:00.000Z");
  EXPECT_EQ(world.ask("GET", "/v1/limits").body, R"({"limits":[)" + set.body + "]}");
}

TEST(LimitsApi, a_second_one_takes_the_place_of_the_first) {
  WorldForTests world;
  ASSERT_EQ(world.ask("PUT", "/v1/limits/all", R"({"transfers":4})").status, 200);
  ASSERT_EQ(world.ask("PUT", "/v1/limits/all", R"({"streams":9})").status, 200);
  const json::value told = json::parse(world.ask("GET", "/v1/limits").body).at("limits").at(0);
  EXPECT_TRUE(told.at("transfers").is_null());
  EXPECT_EQ(told.at("streams"), 9);
}

TEST(LimitsApi, one_that_is_removed_is_gone_and_a_second_removal_says_so) {
  WorldForTests world;
  ASSERT_EQ(world.ask("PUT", "/v1/limits/all", R"({"transfers":4})").status, 200);
  EXPECT_EQ(world.ask("DELETE", "/v1/limits/all").status, 204);
  EXPECT_THAT(scopes(world.ask("GET", "/v1/limits")), ElementsAre());
  EXPECT_EQ(WorldForTests::code(world.ask("DELETE", "/v1/limits/all")), "no_such_limit");
}

TEST(LimitsApi, what_cannot_be_a_limit_is_refused_by_name_and_changes_nothing) {
  WorldForTests world;
  const auto refused = [&](const std::string& scope, const std::string& body,
                           const std::string& code, const std::string& names) {
    const auto response = world.ask("PUT", "/v1/limits/" + scope, body);
    EXPECT_EQ(WorldForTests::code(response), code) << body;
    EXPECT_THAT(WorldForTests::detail(response), HasSubstr(names)) << body;
  };
  refused("everything", R"({"transfers":1})", "invalid_limit", "a scope is");
  refused("all", "{}", "invalid_limit", "nothing is bounded");
  refused("all", R"({"transfers":-1})", "invalid_limit", "transfers");
  refused("all", R"({"streams":0})", "invalid_limit", "streams");
  refused("all", R"({"transfers":"4"})", "invalid_request", "transfers");
  refused("all", R"({"colour":1})", "unknown_field", "colour");
  refused("all", R"({"transfers":1,"share":2})", "invalid_limit", "owner");
  refused("all", R"({"zone":"CET","transfers":1})", "invalid_request", "UTC, local");
  refused("all", R"({"windows":[{"days":"someday","from":"00:00","to":"01:00"}]})", "invalid_limit",
          "windows[0]: 'someday'");
  refused("all", R"({"windows":[{"days":"mon","from":"00:00"}]})", "missing_field", "'to'");
  refused("all", R"({"windows":[7]})", "invalid_request", "windows[0]");
  EXPECT_THAT(scopes(world.ask("GET", "/v1/limits")), ElementsAre());
}

TEST(LimitsApi, a_user_sees_those_that_bear_on_its_own_transfers) {
  WorldForTests world;
  for (const std::string scope :
       {"all", "owner:uid:2000", "owner:uid:1000", "gsiftp:%2F%2Fa.example",
        "gsiftp:%2F%2Fc.example", "gsiftp:%2F%2Fb.example-%3Egsiftp:%2F%2Fa.example"}) {
    ASSERT_EQ(world.ask("PUT", "/v1/limits/" + scope, R"({"transfers":4})").status, 200) << scope;
  }
  EXPECT_EQ(scopes(world.ask("GET", "/v1/limits")).size(), 6U);
  EXPECT_THAT(scopes(world.ask("GET", "/v1/limits", "", {}, user)),
              ElementsAre("all", "owner:uid:2000"));
  world.ask("POST", "/v1/transfers", submission("h", R"(,"commit":true)"), {}, user);
  EXPECT_THAT(scopes(world.ask("GET", "/v1/limits", "", {}, user)),
              ElementsAre("all", "owner:uid:2000", "gsiftp://a.example:2811"));
}

TEST(LimitsApi, who_waits_for_one_is_told_which) {
  WorldForTests world;
  ASSERT_EQ(world.ask("PUT", "/v1/limits/all", R"({"transfers":0})").status, 200);
  world.ask("POST", "/v1/transfers", submission("h", R"(,"commit":true)"));
  const json::value why = json::parse(world.ask("GET", "/v1/transfers/h/why").body);
  EXPECT_EQ(why.at("hold"), "limit");
  EXPECT_THAT(std::string(why.at("sentence").as_string()),
              HasSubstr("the service admits nothing at this time"));
  EXPECT_THAT(std::string(why.at("sentence").as_string()), HasSubstr("by uid:1000"));
}

}  // namespace
}  // namespace rft::api
