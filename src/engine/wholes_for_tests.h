// Requests of many files on a store in memory, and movers that are played here.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/engine_for_tests.h"

namespace rft {

inline const Caller alice{"uid:1", "uid:1"};
inline const Fault test_cut{FaultCode::cut, Side::both, Doing::move, "", ""};
inline const Fault no_file{FaultCode::no_such_file, Side::source, Doing::look, "550 no", ""};

struct World : EngineInHand {
  using EngineInHand::EngineInHand;

  void start() {
    played = 0;
    EngineInHand::start();
  }
  Answer call(Call call) {
    std::optional<Answer> answer;
    engine->call(alice, std::move(call), "", [&](const Answer& given) { answer = given; });
    run();
    return answer.value();
  }
  Transfer record(const std::string& handle) {
    std::optional<Transfer> found;
    engine->find("uid:1", handle, [&](Result<Found> got) { found = got.value().transfer; });
    run();
    return found.value();
  }
  // Why it says that so happened to the request itself, last.
  std::string told(const std::string& handle, std::string_view what) {
    std::string why;
    store.history("uid:1", handle, [&](Result<History> got) {
      for (const Event& event : got->events) {
        if (event.what == what && event.request == record(handle).request.id) why = event.why;
      }
    });
    run();
    return why;
  }
  Live live(const std::string& handle) {
    std::optional<Live> live;
    engine->find("uid:1", handle, [&](Result<Found> got) { live = got.value().live; });
    run();
    return live.value();
  }
  void submit(const std::string& handle, Submit::What what, const Options& options = {}) {
    Submit submit;
    submit.options = options;
    submit.handle = handle;
    submit.source = *parse_folder_url("ftp://a/s/");
    submit.destination = *parse_folder_url("ftp://b/d/");
    submit.what = what;
    submit.commit = what == Submit::What::tree;
    ASSERT_TRUE(call(submit));
  }
  // Orders that nobody looked at yet.
  std::vector<Order> fresh() {
    turn();
    const std::vector<Order> orders(movers.orders.begin() + static_cast<std::ptrdiff_t>(played),
                                    movers.orders.end());
    played = movers.orders.size();
    return orders;
  }
  void say(const Task& task, Listed folder) { say(task, FoldersListed{{std::move(folder)}}); }
  void say(const Task& task, TaskSays says) {
    EngineInHand::say(movers.started.back(), task, std::move(says));
  }
  // Moves what is ordered until nothing more is; `fate` tells what becomes of a file.
  void play(const std::function<Fate(const BundleItem&)>& fate) {
    for (int turns = 0; turns < 10'000; ++turns) {
      const auto orders = fresh();
      if (orders.empty()) return;
      for (const Order& order : orders) {
        if (const auto* bundle = std::get_if<BundleOrder>(&order)) move(*bundle, fate);
        if (const auto* move = std::get_if<MoveOrder>(&order)) {
          ++moved_alone;
          say(move->task, Done{{}, Verdict::verified, false, bundle_file_max, 0});
        }
      }
    }
    FAIL() << "it does not come to rest";
  }
  void move(const BundleOrder& order, const std::function<Fate(const BundleItem&)>& fate) {
    Outcomes outcomes;
    for (const BundleItem& item : order.items) {
      ItemOutcome outcome{item.number, fate(item), 10, {}, Verdict::verified, false, {}};
      if (outcome.fate == Fate::failed) outcome.fault = no_file;
      if (outcome.fate == Fate::done) ++moved;
      if (outcome.fate == Fate::would_move) outcome.verdict = Verdict::none;
      outcomes.outcomes.push_back(outcome);
    }
    say(order.task, outcomes);
    say(order.task, Done{});
  }

  std::size_t played = 0;  // of movers.orders
  std::size_t moved = 0, moved_alone = 0;
};

inline std::vector<NewFile> lines(int first, int count) {
  std::vector<NewFile> files;
  for (int n = first; n < first + count; ++n) {
    const std::string name = "/f" + std::to_string(n);
    files.push_back({*parse_url("ftp://a/s" + name), *parse_url("ftp://b/d" + name), {}, {}, {}});
  }
  return files;
}

inline const auto all_done = [](const BundleItem&) { return Fate::done; };
inline const auto third_fails = [](const BundleItem& item) {
  return item.source == "/s/f3" ? Fate::failed : Fate::done;
};

inline std::vector<BundleOrder> bundles_of(const std::vector<Order>& orders) {
  std::vector<BundleOrder> bundles;
  for (const Order& order : orders) {
    if (const auto* bundle = std::get_if<BundleOrder>(&order)) bundles.push_back(*bundle);
  }
  return bundles;
}

}  // namespace rft
