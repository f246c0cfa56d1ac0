// The engine on a store in memory, with a clock that is set by hand and movers that only keep what
// they are told.
#pragma once
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "store/memory.h"

namespace rft {

class ClockInHand final : public Clock {
 public:
  Now now() override { return {instant, WallTime{} + instant.time_since_epoch()}; }
  Uuid fresh_id() override {
    Uuid id;
    id.bytes[11] = life;
    ++drawn_;
    for (unsigned octet = 0; octet < 4; ++octet) {
      id.bytes[15 - octet] = static_cast<std::uint8_t>(drawn_ >> (8 * octet));
    }
    return id;
  }
  Instant instant = Instant{} + 1h;
  std::uint8_t life = 0;  // ids of different lives differ

 private:
  std::uint32_t drawn_ = 0;
};

class RecordedMovers final : public Movers {
 public:
  void start(const std::string& mover, const std::string& owner) override {
    started.push_back(mover);
    owners.push_back(owner);
  }
  void order(const std::string&, const Order& order) override { orders.push_back(order); }
  void acknowledge(const std::string&, const Task&, std::uint64_t) override { ++acknowledged; }
  void drain(const std::string&) override {}
  std::vector<std::string> started;
  std::vector<std::string> owners;  // of those that were started
  std::vector<Order> orders;
  int acknowledged = 0;
};

struct EngineInHand {
  explicit EngineInHand(Limits given = {}) : limits(given) { start(); }

  // Again: another life of rftd on the same store.
  void start() {
    ++clock.life;
    posted.clear();
    movers = {};
    up = 0;
    engine.emplace(store, movers, clock, limits, "instance");
    engine->start([](Result<void>) {});
    run();
  }
  void run() {
    while (!posted.empty()) {
      const auto task = std::move(posted.front());
      posted.pop_front();
      task();
    }
  }
  // Movers that were started are up.
  void turn() {
    engine->tick();
    run();
    for (; up < movers.started.size(); ++up) {
      engine->mover_up(movers.started[up], movers.owners[up], {});
    }
    run();
  }
  // A committed transfer of one file.
  void commit(const std::string& handle, const std::string& from = "a",
              const std::string& owner = "uid:1") {
    Submit call;
    call.handle = handle;
    call.source = parse_url("ftp://" + from + "/s/" + handle).value();
    call.destination = parse_url("ftp://b/d/" + handle).value();
    call.commit = true;
    engine->call({owner, owner}, std::move(call), "", [](const Answer&) {});
    run();
    turn();
  }
  void say(const std::string& mover, const Task& task, TaskSays says) {
    engine->heard(mover, TaskWord{task, ++seq, std::move(says)});
    run();
  }

  Limits limits;
  std::size_t up = 0;
  std::uint64_t seq = 0;
  std::deque<std::function<void()>> posted;
  ClockInHand clock;
  RecordedMovers movers;
  MemoryStore store{Uuid{}, [this](std::function<void()> task) { posted.push_back(task); }};
  std::optional<Engine> engine;
};

}  // namespace rft
