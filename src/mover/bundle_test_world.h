// A ManyCarrier that keeps its files in maps and errs as it is told, and a task that runs on it.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <map>
#include <set>
#include <utility>

#include "mover/bundle_parts.h"
#include "mover/bundle_task.h"

namespace rft::mover {

struct TestFile {
  FileFacts facts;
  std::string checksum;
};

struct TestWorld {
  std::map<std::string, TestFile> source, destination;
  std::set<std::string> folders{"/d"}, source_folders;
  std::set<std::string> algorithms{"ADLER32"};
  std::map<std::string, unsigned> modes;            // of sources, folders, and what was set
  std::map<std::string, std::string> folder_times;  // of folders, and what was set
  bool many = true;
  bool tells_types = true;

  // What goes wrong, by the name that it happens to.
  std::map<std::string, Fault> refused;       // RETR of a source, once and for all
  std::map<std::string, Fault> stor_refused;  // by the final name
  std::map<std::string, Fault> look_refused;
  std::map<std::string, Fault> remove_refused;
  std::set<std::string> spoilt_on_the_way;   // sources
  std::set<std::string> rename_answer_lost;  // final names; it is done all the same
  std::optional<std::size_t> breaks_at;      // a pipeline, before this file of it
  FlowEnd end = FlowEnd::known;
  std::set<std::string> cannot_set;  // words of the option `preserve`
  bool sets_nothing = false;         // and says yes
  std::function<void()> while_moving, before_remove;
  std::function<void(const std::string&)> after_rename;

  std::vector<std::vector<Consignment>> pipelines;
  std::vector<std::string> looked_at, folders_made;
  std::vector<std::vector<Traits>> traits_set;
  std::set<std::string> folders_refused;
  unsigned channels_distrusted = 0;
  bool folders_unreachable = false;  // the connection ends when one is to be removed
};

inline Fault test_fault(FaultCode code, Side side = Side::destination) {
  return Fault{code, side, Doing::nothing, "550 no", ""};
}

class TestCarrier final : public ManyCarrier {
 public:
  explicit TestCarrier(TestWorld& world) : world_(world) {}
  awaitable<Outcome<void>> meet() override { co_return Outcome<void>(); }
  bool can_move_many() const override { return world_.many; }
  std::optional<std::string> common_checksum(const std::string& wish) const override {
    const std::string name = wish.empty() ? "ADLER32" : wish;
    return world_.algorithms.contains(name) ? std::optional(name) : std::nullopt;
  }
  awaitable<std::vector<Look>> look_many(Side side, std::vector<std::string> names,
                                         Doing) override {
    std::vector<Look> looks;
    for (const std::string& name : names) looks.push_back(look_at(side, name));
    co_return looks;
  }
  awaitable<std::vector<Outcome<void>>> make_folders(std::vector<std::string> names) override {
    std::vector<Outcome<void>> told(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (world_.folders_refused.contains(names[i])) {
        told[i] = tl::unexpected(test_fault(FaultCode::not_permitted));
        continue;
      }
      world_.folders.insert(names[i]);
      world_.folders_made.push_back(names[i]);
    }
    co_return told;
  }
  awaitable<std::vector<Outcome<void>>> set_traits(std::vector<Traits> files) override {
    world_.traits_set.push_back(files);
    std::vector<Outcome<void>> told;
    for (const Traits& file : files) told.push_back(set(file));
    co_return told;
  }
  // It is asked for where the task waits in vain: the test is to end.
  awaitable<Outcome<void>> keep_alive() override {
    co_return tl::unexpected(test_fault(FaultCode::stalled));
  }
  void distrust_channel() override { ++world_.channels_distrusted; }

  awaitable<Outcome<Pipelined>> move_many(
      const std::vector<Consignment>& files,
      const std::function<void(std::size_t)>& arrived) override {
    world_.pipelines.push_back(files);
    if (world_.while_moving) world_.while_moving();
    Pipelined told;
    told.ordered = files.size();
    for (; told.moved < files.size(); ++told.moved) {
      const Consignment& file = files[told.moved];
      const auto no = world_.refused.find(file.source);
      const auto no_stor = world_.stor_refused.find(file.destination);
      const bool breaks = world_.breaks_at == told.moved;
      if (breaks) told.fault = test_fault(FaultCode::cut);
      if (no_stor != world_.stor_refused.end()) told.fault = no_stor->second;
      if (no != world_.refused.end()) told.fault = no->second;
      if (told.fault) {
        told.refused = !breaks;
        told.written = no_stor == world_.stor_refused.end();
        break;
      }
      store(file, file.source);
      arrived(told.moved + 1);
    }
    // Behind it every file has the bytes of the one after it.
    for (std::size_t i = told.moved; i + 1 < files.size(); ++i) {
      if (i > told.moved || told.written) store(files[i], files[i + 1].source);
    }
    if (told.fault) told.end = world_.end;
    co_return told;
  }
  awaitable<std::vector<Outcome<std::string>>> checksum_many(Side side,
                                                             std::vector<Summand> files) override {
    std::vector<Outcome<std::string>> sums;
    for (const Summand& file : files) {
      sums.push_back(
          (side == Side::source ? world_.source : world_.destination).at(file.name).checksum);
    }
    co_return sums;
  }
  awaitable<std::vector<Renamed>> rename_many(std::vector<Rename> renames) override {
    std::vector<Renamed> told;
    for (const Rename& rename : renames) told.push_back(renamed(rename));
    co_return told;
  }
  awaitable<std::vector<Outcome<void>>> remove_many(std::vector<std::string> names) override {
    if (world_.before_remove) std::exchange(world_.before_remove, nullptr)();
    std::vector<Outcome<void>> told;
    for (const std::string& name : names) {
      const auto no = world_.remove_refused.find(name);
      if (no != world_.remove_refused.end()) {
        told.push_back(tl::unexpected(no->second));
        continue;
      }
      world_.destination.erase(name);
      told.emplace_back();
    }
    co_return told;
  }

  awaitable<std::vector<Outcome<void>>> remove_folders(std::vector<std::string> names) override {
    for (const std::string& name : names) {
      const auto below = world_.destination.lower_bound(name + "/");
      const bool holds = below != world_.destination.end() && below->first.starts_with(name + "/");
      const auto inner = world_.folders.lower_bound(name + "/");
      const bool nests = inner != world_.folders.end() && inner->starts_with(name + "/");
      if (!holds && !nests) world_.folders.erase(name);
    }
    co_return std::vector<Outcome<void>>(
        names.size(), world_.folders_unreachable
                          ? Outcome<void>(tl::unexpected(test_fault(FaultCode::cut)))
                          : Outcome<void>());
  }

 private:
  Outcome<void> set(const Traits& file) {
    const auto no = [&](const char* word) {
      Fault fault = test_fault(FaultCode::not_supported);
      fault.detail = word;
      return tl::unexpected(std::move(fault));
    };
    if (!file.modify.empty() && world_.cannot_set.contains("times")) return no("times");
    if (file.mode && world_.cannot_set.contains("mode")) return no("mode");
    if (world_.folders.contains(file.name)) {
      if (world_.sets_nothing) return {};
      if (!file.modify.empty()) world_.folder_times[file.name] = file.modify;
      if (file.mode) world_.modes[file.name] = *file.mode;
      return {};
    }
    const auto found = world_.destination.find(file.name);
    if (found == world_.destination.end())
      return tl::unexpected(test_fault(FaultCode::no_such_file));
    if (world_.sets_nothing) return {};
    if (!file.modify.empty()) found->second.facts.modify = file.modify;
    if (file.mode) world_.modes[file.name] = *file.mode;
    return {};
  }
  Look look_at(Side side, const std::string& name) {
    if (side == Side::destination) world_.looked_at.push_back(name);
    const auto no = world_.look_refused.find(name);
    if (no != world_.look_refused.end()) return tl::unexpected(no->second);
    const auto told = world_.modes.find(name);
    const auto mode = told == world_.modes.end() ? std::nullopt : std::optional(told->second);
    const auto& folders = side == Side::source ? world_.source_folders : world_.folders;
    if (folders.contains(name)) {
      return std::optional(Standing{true, {0, world_.folder_times[name], ""}, mode});
    }
    auto& files = side == Side::source ? world_.source : world_.destination;
    const auto found = files.find(name);
    if (found == files.end()) return std::optional<Standing>();
    return std::optional(Standing{false, found->second.facts, mode, false, world_.tells_types});
  }
  void store(const Consignment& file, const std::string& bytes_of) {
    TestFile& stored = world_.destination[file.destination];
    stored = world_.source.at(bytes_of);
    stored.facts.modify = "now";
    stored.facts.unique = "part" + std::to_string(++stored_);
    if (world_.spoilt_on_the_way.contains(file.source)) stored.checksum = "beef";
  }
  Renamed renamed(const Rename& rename) {
    const auto from = world_.destination.find(rename.from);
    if (from == world_.destination.end()) return {test_fault(FaultCode::part_missing), false};
    const TestFile file = from->second;
    world_.destination.erase(from);
    world_.destination[rename.to] = file;
    if (const auto mode = world_.modes.extract(rename.from)) {
      world_.modes[rename.to] = mode.mapped();
    }
    if (world_.after_rename) world_.after_rename(rename.to);
    if (world_.rename_answer_lost.contains(rename.to)) {
      return {Fault{FaultCode::cut, Side::destination, Doing::publish, "", ""}, true};
    }
    return {};
  }

  TestWorld& world_;
  int stored_ = 0;
};

class BundleRules : public testing::Test {
 protected:
  BundleRules() {
    order.task = {Uuid{}, 2};
    order.source = order.destination = parse_url("ftp://a/x").value().endpoint;
  }
  void add_files(std::size_t count, std::uint64_t size = 100) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t number = order.items.size();
      BundleItem item;
      item.number = static_cast<std::uint32_t>(number);
      item.source = from(number);
      item.destination = to(number);
      order.items.push_back(item);
      world.source[from(number)] = {{size, "1", "s" + std::to_string(number)},
                                    "sum" + std::to_string(number)};
    }
  }
  static std::string from(std::size_t i) { return "/s/" + std::to_string(i); }
  static std::string to(std::size_t i) { return "/d/" + std::to_string(i); }
  std::string part(std::uint32_t epoch, std::size_t i, std::uint32_t round = 0) {
    return item_part(to(i), order.part, epoch, static_cast<std::uint32_t>(i), round);
  }
  // Another's or an earlier file under a name at the destination.
  void stands(const std::string& name, const std::string& unique, const std::string& checksum,
              std::uint64_t size = 100) {
    world.destination[name] = {{size, "1", unique}, checksum};
  }
  void expect_whole(std::size_t i) {
    ASSERT_TRUE(world.destination.contains(to(i))) << i;
    EXPECT_EQ(world.destination.at(to(i)).checksum, world.source.at(from(i)).checksum) << i;
  }
  void expect_only(const std::set<std::string>& names) {
    std::set<std::string> there;
    for (const auto& [name, file] : world.destination) there.insert(name);
    EXPECT_EQ(there, names);
  }

  // Runs the task to its last word.
  TaskSays run() {
    asio::io_context io;
    Signal lease_changed, saved;
    bool all_saved = true;
    std::uint64_t seq = 0;
    WorkPorts ports;
    ports.say = [&](TaskSays says) {
      ++seq;
      if (std::holds_alternative<Begun>(says)) {
        begun = std::get<Begun>(says);
        all_saved = false;
      }
      if (auto* told = std::get_if<Outcomes>(&says)) {
        last_outcomes = *told;
        ++outcome_words;
        EXPECT_LE(std::count_if(told->outcomes.begin(), told->outcomes.end(),
                                [](const ItemOutcome& one) { return one.fault.has_value(); }),
                  outcome_faults_max);
        for (const ItemOutcome& one : told->outcomes) {
          EXPECT_TRUE(outcomes.emplace(one.number, one).second) << "told twice";
        }
      }
      if (auto* told = std::get_if<BundleVerified>(&says)) {
        verified.push_back({seq, told->items});
        asio::post(io, [&, seq] { when_verified(seq); });
      }
      last = std::move(says);
      return seq;
    };
    ports.may_publish = [] { return true; };
    ports.lease_changed = &lease_changed;
    ports.hurry = [&] {
      waited = true;
      asio::post(io, [&] {
        moved_unsaved = !world.pipelines.empty();
        all_saved = true;
        saved.notify();
      });
    };
    ports.all_saved = [&] { return all_saved; };
    ports.saved = &saved;
    BundleTask task(
        order,
        [this](const BundleOrder&, Interrupt*) { return std::make_unique<TestCarrier>(world); },
        ports);
    running = &task;
    asio::co_spawn(io, task.run(), asio::detached);
    io.run();
    return last;
  }
  Failed failure() { return std::get<Failed>(run()); }
  FaultCode failed_item(std::uint32_t number) {
    const auto found = outcomes.find(number);
    if (found == outcomes.end() || !found->second.fault) return FaultCode::internal;
    EXPECT_EQ(found->second.fate, Fate::failed);
    return found->second.fault->code;
  }
  bool is_done(std::uint32_t number) {
    const auto found = outcomes.find(number);
    return found != outcomes.end() && found->second.fate == Fate::done;
  }

  BundleOrder order;
  TestWorld world;
  BundleTask* running = nullptr;
  std::function<void(std::uint64_t)> when_verified = [this](std::uint64_t seq) {
    running->publish(seq);
  };
  std::optional<Begun> begun;
  bool waited = false;  // until Begun was saved
  bool moved_unsaved = false;
  std::map<std::uint32_t, ItemOutcome> outcomes;
  Outcomes last_outcomes;
  std::size_t outcome_words = 0;
  std::vector<std::pair<std::uint64_t, std::vector<VerifiedItem>>> verified;
  TaskSays last;
};

}  // namespace rft::mover
