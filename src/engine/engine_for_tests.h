// A clock that is set by hand, and movers that only keep what they are told.
#pragma once
#include <string>
#include <vector>

#include "engine/engine.h"

namespace rft {

class ClockInHand final : public Clock {
 public:
  Now now() override { return {instant, WallTime{} + instant.time_since_epoch()}; }
  Uuid fresh_id() override {
    Uuid id;
    id.bytes[14] = life;
    id.bytes[15] = ++drawn_;
    return id;
  }
  Instant instant = Instant{} + 1h;
  std::uint8_t life = 0;  // ids of different lives differ

 private:
  std::uint8_t drawn_ = 0;
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

}  // namespace rft
