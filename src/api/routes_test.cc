#include "api/routes.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "api/schema.h"
#include "api/world_for_tests.h"
#include "core/option.h"

namespace rft::api {
namespace {

using testing::HasSubstr;

std::string path_of(const Route& route) {
  std::string path(route.pattern);
  const std::size_t open = path.find('{');
  if (open != std::string::npos) path.replace(open, path.find('}') - open + 1, "none");
  return path;
}

std::string value_of(const HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

TEST(Routes, each_is_reached_by_its_method_and_path) {
  for (const Route& route : routes()) {
    const auto found = match(route.method, parse_target(path_of(route))->path);
    ASSERT_TRUE(found) << route.pattern;
    EXPECT_EQ(found->route, &route) << route.pattern;
    EXPECT_EQ(found->arguments.size(), route.pattern.find('{') == std::string_view::npos ? 0U : 1U);
  }
}

TEST(Routes, each_refuses_every_method_that_its_path_does_not_take_and_tells_which_it_takes) {
  WorldForTests world;
  for (const Route& route : routes()) {
    for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get"}) {
      const std::string path = path_of(route);
      const bool known = std::any_of(routes().begin(), routes().end(), [&](const Route& one) {
        return one.pattern == route.pattern && one.method == method;
      });
      if (known) continue;
      const HttpResponse response = world.ask(method, path);
      EXPECT_EQ(response.status, 405) << method << " " << path;
      EXPECT_EQ(WorldForTests::code(response), "method_not_allowed");
      EXPECT_THAT(value_of(response, "Allow"), HasSubstr(std::string(route.method)));
    }
  }
}

TEST(Routes, each_that_changes_refuses_a_bad_key_and_a_caller_who_may_only_read) {
  WorldForTests world;
  for (const Route& route : routes()) {
    if (!route.changes()) continue;
    const std::string path = path_of(route);
    const auto bad_key =
        world.ask(std::string(route.method), path, "", {{"idempotency-key", "\x01"}});
    EXPECT_EQ(WorldForTests::code(bad_key), "invalid_request") << path;
    EXPECT_THAT(WorldForTests::detail(bad_key), HasSubstr("Idempotency-Key"));
    const auto reader =
        world.ask(std::string(route.method), path, "", {}, {{"uid:1", "uid:1"}, Right::read});
    EXPECT_EQ(WorldForTests::code(reader), "not_allowed") << path;
  }
}

TEST(Routes, what_holds_for_all_is_changed_by_administrators_alone) {
  WorldForTests world;
  std::size_t found = 0;
  for (const Route& route : routes()) {
    if (route.right != Right::administer) continue;
    ++found;
    const auto response = world.ask(std::string(route.method), path_of(route), "", {},
                                    {{"uid:1", "uid:1"}, Right::change});
    EXPECT_EQ(WorldForTests::code(response), "not_allowed") << route.pattern;
    EXPECT_THAT(WorldForTests::detail(response), HasSubstr("runs the service"));
  }
  EXPECT_EQ(found, 2U);
}

TEST(Routes, only_those_without_a_right_answer_a_caller_who_is_not_known) {
  WorldForTests world;
  for (const Route& route : routes()) {
    const auto response = world.ask(std::string(route.method), path_of(route), "", {}, Peer{});
    EXPECT_EQ(response.status == 401, route.right != Right::none) << route.pattern;
  }
}

TEST(Routes, each_refuses_a_query_field_that_it_does_not_know) {
  WorldForTests world;
  for (const Route& route : routes()) {
    const auto response = world.ask(std::string(route.method), path_of(route) + "?colour=red");
    EXPECT_EQ(WorldForTests::code(response), "unknown_field") << route.pattern;
    EXPECT_THAT(WorldForTests::detail(response), HasSubstr("'colour'"));
  }
}

TEST(Routes, an_unknown_path_is_no_such_route) {
  WorldForTests world;
  for (const std::string path : {"/", "/v1", "/v1/version/", "/v1/transfers/h/files/x",
                                 "/v2/transfers", "/v1/transfers:batch/x", "//v1/version"}) {
    const auto response = world.ask("GET", path);
    EXPECT_EQ(WorldForTests::code(response), "no_such_route") << path;
  }
  EXPECT_EQ(WorldForTests::code(world.ask("GET", "/v1/transfers/")), "invalid_handle");
}

TEST(Routes, names_are_given_once_and_schemas_exist) {
  std::set<std::string_view> names;
  for (const Route& route : routes()) {
    EXPECT_TRUE(names.insert(route.name).second) << route.name;
    if (!route.request.empty()) {
      EXPECT_EQ(schema(route.request).name, route.request);
    }
    if (!route.answer.empty()) {
      EXPECT_EQ(schema(route.answer).name, route.answer);
    }
  }
  for (const Schema& one : schemas()) {
    for (const Field& field : one.fields) {
      if (!field.of.empty()) {
        EXPECT_EQ(schema(field.of).name, field.of);
      }
    }
  }
}

TEST(Routes, the_option_schema_has_the_options_of_core) {
  std::vector<std::string_view> names;
  for (const Field& field : schema("Options").fields) names.push_back(field.name);
  EXPECT_THAT(names, testing::UnorderedElementsAreArray(option_names()));
}

TEST(Calls, a_transfer_is_submitted_committed_stopped_and_cleared) {
  WorldForTests world;
  const auto made = world.ask("POST", "/v1/transfers", submission("h1"));
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(value_of(made, "Location"), "/v1/transfers/h1");
  EXPECT_EQ(made.body,
            R"({"handle":"h1","status":"inactive","stopping":false,"created":true,"priority":50})");
  EXPECT_EQ(world.ask("POST", "/v1/transfers", submission("h1")).status, 200);
  EXPECT_EQ(WorldForTests::code(world.ask("POST", "/v1/transfers",
                                          submission("h1", R"(,"options":{"label":"x"})"))),
            "handle_in_use");
  EXPECT_EQ(WorldForTests::code(world.ask("POST", "/v1/transfers/h1/stop")), "wrong_state");
  EXPECT_THAT(world.ask("POST", "/v1/transfers/h1/priority", R"({"priority":70})").body,
              HasSubstr(R"("priority":70)"));
  EXPECT_THAT(world.ask("POST", "/v1/transfers/h1/commit", "{}").body,
              HasSubstr(R"("status":"committed")"));
  EXPECT_THAT(world.ask("POST", "/v1/transfers/h1/stop").body,
              HasSubstr(R"("status":"user_stop_partial_trans")"));
  EXPECT_THAT(world.ask("DELETE", "/v1/transfers/h1").body, HasSubstr(R"("status":"user_stop")"));
  EXPECT_EQ(WorldForTests::code(world.ask("GET", "/v1/transfers/h1")), "no_such_transfer");
}

TEST(Calls, a_foreign_owners_handle_does_not_exist) {
  WorldForTests world;
  world.ask("POST", "/v1/transfers", submission("h1"));
  const Peer other{{"uid:2000", "uid:2000"}, Right::change};
  for (const auto& [method, path] :
       std::initializer_list<std::pair<std::string, std::string>>{{"GET", ""},
                                                                  {"GET", "/status"},
                                                                  {"GET", "/history"},
                                                                  {"GET", "/why"},
                                                                  {"POST", "/commit"},
                                                                  {"POST", "/stop"},
                                                                  {"DELETE", ""}}) {
    const auto response = world.ask(method, "/v1/transfers/h1" + path, "", {}, other);
    EXPECT_EQ(WorldForTests::code(response), "no_such_transfer") << method << path;
  }
  EXPECT_EQ(world.ask("GET", "/v1/transfers", "", {}, other).body,
            R"({"transfers":[],"next":null})");
}

TEST(Calls, under_one_key_the_first_answer_comes_again) {
  WorldForTests world;
  const Headers key{{"idempotency-key", "k1"}};
  const auto first = world.ask("POST", "/v1/transfers", submission("h1"), key);
  const auto again = world.ask("POST", "/v1/transfers", submission("h1"), key);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(WorldForTests::code(
                world.ask("POST", "/v1/transfers", submission("h1", R"(,"commit":true)"), key)),
            "idempotency_key_reused");
}

TEST(Calls, a_handle_that_the_service_made_is_the_same_under_the_same_key) {
  WorldForTests world;
  const std::string body =
      R"({"source":"gsiftp://a.example/f","destination":"gsiftp://b.example/f"})";
  const Headers key{{"idempotency-key", "k1"}};
  const auto first = world.ask("POST", "/v1/transfers", body, key);
  EXPECT_EQ(world.ask("POST", "/v1/transfers", body, key).body, first.body);
  EXPECT_NE(world.ask("POST", "/v1/transfers", body, {{"idempotency-key", "k2"}}).body, first.body);
  EXPECT_NE(world.ask("POST", "/v1/transfers", body).body,
            world.ask("POST", "/v1/transfers", body).body);
}

TEST(Calls, a_status_may_wait_for_the_end) {
  WorldForTests world;
  world.ask("POST", "/v1/transfers", submission("h1", R"(,"commit":true)"));
  std::optional<HttpResponse> answer;
  world.api.answer({{"uid:1000", "uid:1000"}, Right::change},
                   {"GET", "/v1/transfers/h1/status?end_within=5000", {}, ""},
                   [&answer](HttpResponse response) { answer = std::move(response); });
  world.run();
  EXPECT_FALSE(answer);
  world.ask("POST", "/v1/transfers/h1/stop");
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->body, HasSubstr("user_stop_partial_trans"));
  for (const std::string bad : {"0", "10001", "x", "-1", ""}) {
    EXPECT_EQ(WorldForTests::code(world.ask("GET", "/v1/transfers/h1/status?end_within=" + bad)),
              "invalid_request")
        << bad;
  }
}

TEST(Calls, a_list_goes_by_status_and_by_pages) {
  WorldForTests world;
  for (int i = 0; i < 5; ++i) {
    world.ask("POST", "/v1/transfers", submission(fmt::format("h{}", i)));
  }
  std::set<std::string> seen;
  std::string after;
  for (int pages = 0; pages < 3; ++pages) {
    const auto page =
        boost::json::parse(world.ask("GET", "/v1/transfers?status=inactive&limit=2" + after).body);
    for (const auto& one : page.at("transfers").as_array()) {
      seen.insert(std::string(one.at("handle").as_string()));
    }
    if (page.at("next").is_null()) break;
    after = "&after=" + std::string(page.at("next").as_string());
  }
  EXPECT_EQ(seen.size(), 5U);
  EXPECT_EQ(WorldForTests::code(world.ask("GET", "/v1/transfers?status=asleep")), "unknown_status");
  for (const std::string limit : {"0", "1001", "-1", "x", ""}) {
    EXPECT_EQ(WorldForTests::code(world.ask("GET", "/v1/transfers?limit=" + limit)),
              "invalid_request");
  }
}

TEST(Calls, a_record_its_history_and_its_reason_are_told) {
  WorldForTests world;
  world.ask("POST", "/v1/transfers", submission("h:1", R"(,"commit":true)"));
  const auto record = boost::json::parse(world.ask("GET", "/v1/transfers/h%3A1").body);
  EXPECT_EQ(record.at("status").as_string(), "committed");
  const auto history = boost::json::parse(world.ask("GET", "/v1/transfers/h:1/history").body);
  EXPECT_FALSE(history.at("events").as_array().empty());
  const std::string id(record.at("id").as_string());
  EXPECT_EQ(world.ask("GET", "/v1/transfers/h:1/history?id=" + id).status, 200);
  const auto why = boost::json::parse(world.ask("GET", "/v1/transfers/h:1/why").body);
  EXPECT_FALSE(why.at("sentence").as_string().empty());
  EXPECT_EQ(WorldForTests::code(world.ask("GET", "/v1/transfers/%20/why")), "invalid_handle");
}

TEST(Calls, credentials_are_kept_listed_and_forgotten_and_no_secret_is_told) {
  WorldForTests world;
  const auto made = world.ask(
      "POST", "/v1/credentials",
      R"({"kind":"password","endpoint":"ftp://host:21","user":"u","password":"hunter2"})");
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(std::get<NewPassword>(world.book.last.value()).password.reveal(), "hunter2");
  const auto list = world.ask("GET", "/v1/credentials");
  EXPECT_THAT(list.body,
              testing::AllOf(HasSubstr(R"("subject":"u")"), testing::Not(HasSubstr("hunter2"))));
  EXPECT_THAT(made.body, testing::Not(HasSubstr("hunter2")));
  const std::string id(boost::json::parse(made.body).at("id").as_string());
  EXPECT_EQ(world.ask("DELETE", "/v1/credentials/" + id).status, 204);
  EXPECT_EQ(world.ask("DELETE", "/v1/credentials/" + id).status, 404);
  EXPECT_EQ(world.ask("DELETE", "/v1/credentials/x").status, 404);
}

TEST(Calls, the_service_tells_how_it_is) {
  WorldForTests world;
  EXPECT_EQ(world.ask("GET", "/healthz").status, 200);
  EXPECT_EQ(world.ask("GET", "/readyz").status, 200);
  world.ready = false;
  const auto starting = world.ask("GET", "/readyz");
  EXPECT_EQ(starting.status, 503);
  EXPECT_EQ(value_of(starting, "Retry-After"), "2");
  EXPECT_THAT(world.ask("GET", "/v1/version").body, HasSubstr(R"("api":"v1")"));
  EXPECT_THAT(world.ask("GET", "/v1/links").body, HasSubstr(R"("links":[)"));
}

TEST(Calls, metrics_count_requests_by_route_and_never_by_what_a_client_wrote) {
  WorldForTests world;
  world.ask("POST", "/v1/transfers", submission("h1"));
  world.ask("GET", "/v1/transfers/h1");
  world.ask("GET", "/nowhere");
  const std::string text = world.ask("GET", "/metrics").body;
  EXPECT_THAT(text, HasSubstr("rft_transfers{status=\"inactive\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("route=\"GET /v1/transfers/{handle}\",status=\"200\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("route=\"none\",status=\"404\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("rft_http_request_duration_seconds_count 3\n"));
  EXPECT_THAT(text, testing::Not(HasSubstr("nowhere")));
}

}  // namespace
}  // namespace rft::api
