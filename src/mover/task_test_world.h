// A Carrier that keeps its files in a map, and a task that runs on it.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <utility>

#include "mover/task.h"
#include "wire/part_name.h"

namespace rft::mover {

struct Content {
  FileFacts facts;
  std::string checksum;
  int touched_by_looks = 0;  // so many looks more find it changed
};

struct World {
  std::map<std::string, Content> source;
  std::map<std::string, Content> destination;
  std::vector<std::string> said;  // what was asked for that changes something
  std::optional<std::string> common = "ADLER32";
  std::optional<Fault> move_fault;
  std::optional<Fault> look_fault;
  std::function<void(const std::string&)> after_rename;
  std::function<void()> before_rename;
  std::map<std::string, int> touched_at_look;  // the n-th look at a name finds it changed
  bool rename_answer_is_lost = false;
  RangeSet moved_without;
  std::optional<unsigned> source_mode;
  bool cannot_set = false;
};

class FakeCarrier final : public Carrier {
 public:
  explicit FakeCarrier(World& world) : world_(world) {}

  awaitable<Outcome<void>> meet() override { co_return Outcome<void>(); }
  std::optional<std::string> common_checksum(const std::string&) const override {
    return world_.common;
  }
  awaitable<Outcome<RangeSet>> resumable(std::string, std::string, RangeSet confirmed) override {
    co_return confirmed;
  }
  awaitable<std::vector<Look>> look_many(Side side, std::vector<std::string> names,
                                         Doing) override {
    std::vector<Look> looks;
    for (const std::string& name : names) looks.push_back(look_at(side, name));
    co_return looks;
  }
  Look look_at(Side side, const std::string& name) {
    if (world_.look_fault) return tl::unexpected(*world_.look_fault);
    if (name == "/d") return std::optional(Standing{true, {}});
    auto& files = side == Side::source ? world_.source : world_.destination;
    const auto found = files.find(name);
    if (found == files.end()) return std::optional<Standing>();
    const auto touch = world_.touched_at_look.find(name);
    if (touch != world_.touched_at_look.end() && --touch->second == 0) {
      found->second.facts.modify += "+";
    }
    if (found->second.touched_by_looks > 0) {
      --found->second.touched_by_looks;
      found->second.facts.modify += "+";
    }
    return std::optional(Standing{false, found->second.facts,
                                  side == Side::source ? world_.source_mode : std::nullopt, false,
                                  true});
  }
  awaitable<std::vector<Outcome<void>>> make_folders(std::vector<std::string> names) override {
    co_return std::vector<Outcome<void>>(names.size());
  }
  awaitable<std::vector<Outcome<void>>> set_traits(std::vector<Traits> files) override {
    std::vector<Outcome<void>> told;
    for (const Traits& file : files) told.push_back(set(file));
    co_return told;
  }
  Outcome<void> set(const Traits& file) {
    if (world_.cannot_set)
      return fault(FaultCode::not_supported, Side::destination, Doing::preserve);
    const auto found = world_.destination.find(file.name);
    if (found == world_.destination.end()) {
      return fault(FaultCode::no_such_file, Side::destination, Doing::preserve);
    }
    if (file.mode) world_.said.push_back("mode " + std::to_string(*file.mode) + " " + file.name);
    if (!file.modify.empty()) {
      world_.said.push_back("times " + file.name);
      found->second.facts.modify = file.modify;
    }
    return {};
  }
  awaitable<Outcome<void>> move(const Freight& freight, Flow& flow,
                                const std::function<void()>&) override {
    world_.said.push_back("move");
    world_.moved_without = freight.there;
    if (world_.move_fault) co_return tl::unexpected(*world_.move_fault);
    Content arrived = world_.source.at(freight.source);
    arrived.facts.unique = "part";
    world_.destination[freight.destination] = arrived;
    flow.end = FlowEnd::known;
    flow.confirmed.add({0, freight.size});
    co_return Outcome<void>();
  }
  awaitable<Outcome<std::string>> checksum(Side side, std::string name, std::string,
                                           std::uint64_t) override {
    co_return (side == Side::source ? world_.source : world_.destination).at(name).checksum;
  }
  awaitable<Renamed> rename(std::string from, std::string to, Doing doing) override {
    if (world_.before_rename) std::exchange(world_.before_rename, nullptr)();
    if (!world_.destination.contains(from)) {
      co_return Renamed{Fault{FaultCode::part_missing, Side::destination, doing, "", ""}, false};
    }
    world_.said.push_back("rename " + to);
    world_.destination[to] = world_.destination.at(from);
    world_.destination.erase(from);
    if (world_.rename_answer_is_lost) {
      co_return Renamed{Fault{FaultCode::cut, Side::destination, doing, "", ""}, true};
    }
    if (world_.after_rename) world_.after_rename(to);
    co_return Renamed{};
  }
  awaitable<Outcome<void>> keep_alive() override { co_return Outcome<void>(); }
  void leave_source() override {}
  void distrust_channel() override { world_.said.push_back("distrust channel"); }

 private:
  World& world_;
};

class TaskRules : public testing::Test {
 protected:
  TaskRules() {
    order.task = {Uuid{}, 2};
    order.source = parse_url("ftp://a/s/file").value();
    order.destination = parse_url("ftp://b/d/file").value();
    world.source["/s/file"] = {{100, "20260101000000", "1"}, "abcd", 0};
  }
  std::string part(std::uint32_t epoch) { return "/d/" + part_name(order.part, epoch); }
  void earlier(FlowEnd end, RangeSet confirmed) {
    EarlierPart before;
    before.epochs = {1};
    before.end = end;
    before.confirmed = std::move(confirmed);
    order.earlier = before;
  }

  // Runs the task to its last word; it is told to publish as soon as it has verified.
  TaskSays run(Interrupt::Why when_verified = Interrupt::Why::none) {
    asio::io_context io;
    Signal lease_changed;
    Signal saved;
    bool all_saved = true;
    std::optional<TaskSays> last;
    MoveTask* running = nullptr;
    const MoveTask::MakeCarrier make_carrier = [this](const MoveOrder&, Interrupt*) {
      return std::make_unique<FakeCarrier>(world);
    };
    WorkPorts ports;
    ports.say = [&](TaskSays says) {
      if (auto* begun = std::get_if<Begun>(&says)) {
        begun_ = *begun;
        all_saved = false;
      }
      if (std::holds_alternative<Verified>(says)) {
        verified_ = true;
        if (when_verified != Interrupt::Why::none) running->interrupt(when_verified);
        if (before_publish) before_publish();
        running->publish(0);
      }
      last = std::move(says);
      return std::uint64_t{1};
    };
    ports.may_publish = [] { return true; };
    ports.lease_changed = &lease_changed;
    ports.hurry = [&] {
      asio::post(io, [&] {
        moved_unsaved_ = !world.said.empty();
        all_saved = true;
        saved.notify();
      });
    };
    ports.all_saved = [&] { return all_saved; };
    ports.saved = &saved;
    MoveTask task(order, make_carrier, ports);
    running = &task;
    asio::co_spawn(io, task.run(), asio::detached);
    io.run();
    return *last;
  }
  FaultCode fault_of(const TaskSays& says) { return std::get<Failed>(says).fault.code; }

  MoveOrder order;
  World world;
  std::function<void()> before_publish;
  std::optional<Begun> begun_;
  bool verified_ = false;
  bool moved_unsaved_ = false;  // something was done at the servers while Begun was not saved
};

}  // namespace rft::mover
