// Requests of many files through the API, with movers that are played here.
#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "api/file_pages.h"
#include "api/lines.h"
#include "api/world_for_tests.h"

namespace rft::api {

namespace json = boost::json;

inline const Fault no_file{FaultCode::no_such_file, Side::source, Doing::look, "550 no", ""};

inline std::string many(const std::string& handle, const std::string& kind,
                        const std::string& more = "") {
  return fmt::format(
      R"({{"handle":"{}","kind":"{}","source":"ftp://a.example/s","destination":"ftp://b.example/d/"{}}})",
      handle, kind, more);
}

inline std::string numbered(int first, int count, std::uint64_t size = 0) {
  std::string body;
  for (int n = first; n < first + count; ++n) {
    body += size > 0 ? fmt::format("{{\"source\":\"f{}\",\"size\":{}}}\n", n, size)
                     : fmt::format("{{\"source\":\"f{}\"}}\n", n);
  }
  return body;
}

inline std::vector<json::object> objects(const std::string& lines) {
  std::vector<json::object> all;
  LineCutter cutter;
  cutter.feed(lines, [&](const Line& line) { all.push_back(json::parse(line.text).as_object()); });
  return all;
}

struct ManyForTests : testing::Test {
  // The lines of the answer, or the refusal.
  std::string add(const std::string& handle, const std::string& body, Headers headers = {}) {
    HttpResponse response =
        world.ask("POST", "/v1/transfers/" + handle + "/files", "", std::move(headers));
    if (!response.taker) return response.body;
    response.taker->feed(body);
    world.run();
    response.taker->fed_all();
    world.run();
    EXPECT_TRUE(response.stream->ended());
    return response.stream->take();
  }
  void commit(const std::string& handle) {
    ASSERT_EQ(world.ask("POST", "/v1/transfers/" + handle + "/commit").status, 200);
  }
  json::object get(const std::string& target) {
    const HttpResponse response = world.ask("GET", "/v1/transfers/" + target);
    EXPECT_EQ(response.status, 200) << response.body;
    return json::parse(response.body).as_object();
  }
  // Moves all that is ordered; `fate` tells what becomes of a file of a bundle.
  void play(const std::function<Fate(const BundleItem&)>& fate) {
    for (std::size_t played = 0;;) {
      world.engine.tick();
      world.run();
      for (; up < world.movers.started.size(); ++up) {
        world.engine.mover_up(world.movers.started[up].first, "uid:1000", {});
      }
      world.run();
      if (played == world.movers.orders.size()) return;
      const Order order = world.movers.orders[played++];
      if (const auto* bundle = std::get_if<BundleOrder>(&order)) move(*bundle, fate);
      if (const auto* one = std::get_if<MoveOrder>(&order)) {
        say(one->task, Done{{}, Verdict::verified, false, bundle_file_max, 0});
      }
    }
  }
  void move(const BundleOrder& order, const std::function<Fate(const BundleItem&)>& fate) {
    Outcomes outcomes;
    for (const BundleItem& item : order.items) {
      ItemOutcome outcome{item.number, fate(item), 10, {}, Verdict::verified, false, {}};
      if (outcome.fate == Fate::failed) outcome.fault = no_file;
      if (outcome.fate == Fate::done) outcome.checksum = Checksum{"MD5", "00"};
      outcomes.outcomes.push_back(outcome);
    }
    say(order.task, outcomes);
    say(order.task, Done{});
  }
  void say(const Task& task, TaskSays says) {
    world.engine.heard(world.movers.started.back().first, TaskWord{task, ++seq, std::move(says)});
    world.run();
  }
  // The sources of all files that the query gives, page by page.
  std::vector<std::string> sources(const std::string& query) {
    std::vector<std::string> all;
    std::string after;
    do {
      const json::object page = get("h/files?" + query + after);
      for (const json::value& file : page.at("files").as_array()) {
        all.emplace_back(file.at("source").as_string());
      }
      const json::value& next = page.at("next");
      after = next.is_null() ? "" : "&after=" + std::string(next.as_string());
    } while (!after.empty());
    return all;
  }

  WorldForTests world;
  std::size_t up = 0;
  std::uint64_t seq = 0;
};

}  // namespace rft::api
