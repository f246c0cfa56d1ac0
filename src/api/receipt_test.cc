// Receipts as the API gives them, on a store in memory and movers that are played here.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "api/many_for_tests.h"
#include "api/receipt_stream.h"
#include "receipt/checker.h"

namespace rft::api {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

struct Receipts : ManyForTests {
  void list_of(int files) {
    world.ask("POST", "/v1/transfers", many("h", "list"));
    add("h", numbered(0, files));
    commit("h");
  }
  void stop() {
    world.engine.tick();
    world.run();
    world.engine.mover_up(world.movers.started.back().first, "uid:1000", {});
    world.run();
    ASSERT_EQ(world.ask("POST", "/v1/transfers/h/stop").status, 200);
    const std::vector<Order> orders = world.movers.orders;
    for (const Order& order : orders) {
      if (const auto* one = std::get_if<StopOrder>(&order)) say(one->task, Stopped{});
    }
  }
  HttpResponse ask() { return world.ask("GET", "/v1/transfers/h/receipt"); }
  // All that comes until the stream ends.
  std::string read(HttpResponse response) {
    EXPECT_EQ(response.status, 200) << response.body;
    if (!response.stream) return {};
    std::string all;
    while (!response.stream->ended() || response.stream->waiting() > 0) {
      all += response.stream->take();
      world.run();
    }
    return all;
  }
  static Result<receipt::Summary> check(const std::string& text) {
    std::istringstream in(text);
    return receipt::check(in);
  }
};

TEST_F(Receipts, of_a_list_names_every_file_with_its_fate_and_is_good) {
  list_of(3);
  play([](const BundleItem& item) {
    return item.source.ends_with("f1") ? Fate::failed : Fate::done;
  });
  const std::string text = read(ask());
  const auto summary = check(text);
  ASSERT_TRUE(summary) << summary.error().detail << "\n" << text;
  EXPECT_EQ(summary->handle, "h");
  EXPECT_EQ(summary->status, "failed");
  EXPECT_EQ(summary->totals, (receipt::Totals{3, 0, 2, 1, 0, 20}));
  EXPECT_TRUE(summary->complete);
  const auto lines = objects(text);
  EXPECT_EQ(lines[0].at("request").at("destination").as_string(), "ftp://b.example/d/");
  EXPECT_EQ(lines[0].at("request").at("kind").as_string(), "list");
  EXPECT_EQ(lines[1].at("source").as_string(), "ftp://a.example/s/f0");
  EXPECT_EQ(lines[1].at("destination").as_string(), "ftp://b.example/d/f0");
  EXPECT_EQ(lines[1].at("size"), 10);
  EXPECT_EQ(lines[1].at("checksum").as_string(), "MD5:00");
  EXPECT_EQ(lines[1].at("verdict").as_string(), "verified");
  EXPECT_EQ(lines[1].at("attempts"), 1);
  EXPECT_TRUE(lines[1].at("started_at").is_string());
  EXPECT_TRUE(lines[1].at("finished_at").is_string());
  EXPECT_EQ(lines[2].at("status").as_string(), "failed");
  EXPECT_EQ(lines[2].at("fault").at("code").as_string(), "no_such_file");
  EXPECT_TRUE(lines[2].at("checksum").is_null());
}

TEST_F(Receipts, of_one_file_is_one_of_that_file) {
  world.ask("POST", "/v1/transfers",
            R"({"handle":"h","source":"ftp://a/x","destination":"ftp://b/y","commit":true})");
  play([](const BundleItem&) { return Fate::done; });
  const auto summary = check(read(ask()));
  ASSERT_TRUE(summary) << summary.error().detail;
  EXPECT_EQ(summary->status, "done");
  EXPECT_EQ(summary->totals.files, 1U);
}

TEST_F(Receipts, of_what_has_not_ended_is_refused) {
  EXPECT_EQ(WorldForTests::code(ask()), "no_such_transfer");
  world.ask("POST", "/v1/transfers", many("h", "list"));
  EXPECT_EQ(WorldForTests::code(ask()), "wrong_state");
  EXPECT_THAT(WorldForTests::detail(ask()), HasSubstr("this one is inactive"));
  add("h", numbered(0, 1));
  commit("h");
  EXPECT_EQ(ask().status, 409);
  const Peer other{{"uid:2000", "uid:2000"}, Right::change};
  EXPECT_EQ(world.ask("GET", "/v1/transfers/h/receipt", "", {}, other).status, 404);
}

TEST_F(Receipts, of_a_plan_there_are_none) {
  world.ask("POST", "/v1/transfers", many("h", "list", R"(,"options":{"act":"plan"})"));
  add("h", numbered(0, 1));
  commit("h");
  play([](const BundleItem&) { return Fate::would_move; });
  EXPECT_EQ(WorldForTests::code(ask()), "wrong_state");
  EXPECT_THAT(WorldForTests::detail(ask()), HasSubstr("this request was a plan"));
}

TEST_F(Receipts, of_a_stopped_request_tells_what_still_waited) {
  list_of(2);
  stop();
  const auto summary = check(read(ask()));
  ASSERT_TRUE(summary) << summary.error().detail;
  EXPECT_EQ(summary->status, "user_stop_partial_trans");
  EXPECT_EQ(summary->totals, (receipt::Totals{2, 2, 0, 0, 0, 0}));
  EXPECT_TRUE(summary->complete);
}

TEST_F(Receipts, of_a_tree_that_was_stopped_while_it_was_listed_says_that_more_may_be_there) {
  world.ask("POST", "/v1/transfers", many("h", "tree", R"(,"commit":true)"));
  stop();
  const auto summary = check(read(ask()));
  ASSERT_TRUE(summary) << summary.error().detail;
  EXPECT_EQ(summary->totals, receipt::Totals{});
  EXPECT_FALSE(summary->complete);
}

TEST_F(Receipts, are_read_in_chunks_that_wait_for_their_reader) {
  const int per_chunk = static_cast<int>(parts_per_chunk * bundle_items_max);
  list_of(2 * per_chunk + 1);
  play([](const BundleItem&) { return Fate::done; });
  HttpResponse response = ask();
  EXPECT_EQ(objects(response.stream->take()).size(), 1U);  // the header
  world.run();
  EXPECT_EQ(objects(response.stream->take()).size(), static_cast<std::size_t>(per_chunk));
  response = {};
  const auto summary = check(read(ask()));
  ASSERT_TRUE(summary) << summary.error().detail;
  EXPECT_EQ(summary->totals.files, static_cast<std::uint64_t>(2 * per_chunk + 1));
}

TEST_F(Receipts, of_a_request_that_is_committed_again_meanwhile_is_not_sealed) {
  list_of(2);
  play([](const BundleItem&) { return Fate::failed; });
  HttpResponse response = ask();
  commit("h");
  const std::string text = read(std::move(response));
  EXPECT_FALSE(check(text));
  EXPECT_EQ(objects(text).back().at("code").as_string(), "wrong_state");
}

TEST_F(Receipts, at_the_limit_of_an_owner_the_next_is_told_to_wait) {
  list_of(1);
  play([](const BundleItem&) { return Fate::done; });
  std::vector<HttpResponse> open;
  for (std::size_t i = 0; i < receipts_per_owner_max; ++i) open.push_back(ask());
  EXPECT_EQ(WorldForTests::code(ask()), "busy");
  open.pop_back();
  EXPECT_EQ(ask().status, 200);
}

TEST_F(Receipts, are_signed_with_the_key_that_the_service_shows) {
  list_of(1);
  play([](const BundleItem&) { return Fate::done; });
  const json::object shown = json::parse(world.ask("GET", "/v1/service").body).as_object();
  EXPECT_EQ(shown.at("algorithm").as_string(), "Ed25519");
  EXPECT_EQ(shown.at("fingerprint").as_string(), check(read(ask()))->fingerprint);
}

}  // namespace
}  // namespace rft::api
