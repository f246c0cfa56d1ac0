// A task's decisions, with a Carrier that keeps its files in a map.
#include "mover/task.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <utility>

#include "wire/part_name.h"

namespace rft::mover {
namespace {

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
                                  side == Side::source ? world_.source_mode : std::nullopt});
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

TEST_F(TaskRules, a_file_is_moved_verified_and_renamed) {
  const TaskSays last = run();
  ASSERT_TRUE(std::holds_alternative<Done>(last));
  EXPECT_EQ(std::get<Done>(last).checksum, (Checksum{"ADLER32", "abcd"}));
  EXPECT_TRUE(world.destination.contains("/d/file"));
}

TEST_F(TaskRules, in_place_nothing_is_written_before_it_is_stored_that_the_name_is_ours) {
  order.options.publish = Publish::in_place;
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(begun_.has_value());
  EXPECT_FALSE(moved_unsaved_);
}

TEST_F(TaskRules, in_place_without_a_checksum_the_next_epoch_begins_at_the_first_byte) {
  order.options.publish = Publish::in_place;
  order.options.verify = Verify::size_only;
  order.final_name_is_ours = true;
  world.destination["/d/file"] = {{60, "1", "ours"}, "", 0};
  earlier(FlowEnd::known, RangeSet{{0, 50}});
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(world.moved_without, RangeSet());
}

TEST_F(TaskRules, a_part_of_an_earlier_epoch_is_renamed_before_anything_is_sent) {
  world.destination[part(1)] = {{60, "1", "part"}, "", 0};
  earlier(FlowEnd::known, RangeSet{{0, 50}});
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(world.said[0], "rename " + part(2));
  EXPECT_EQ(world.moved_without, (RangeSet{{0, 50}}));
  EXPECT_TRUE(begun_->part_adopted);
}

TEST_F(TaskRules, a_part_that_an_earlier_rename_moves_meanwhile_is_found_again) {
  order.task.epoch = 3;
  world.destination[part(1)] = {{60, "1", "part"}, "", 0};
  earlier(FlowEnd::known, RangeSet{{0, 50}});
  order.earlier->epochs = {2, 1};
  world.before_rename = [this] {
    world.destination[part(2)] = world.destination.at(part(1));
    world.destination.erase(part(1));
  };
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(world.moved_without, (RangeSet{{0, 50}}));
}

TEST_F(TaskRules, a_rename_of_an_earlier_epoch_that_is_done_late_is_seen) {
  order.options.existing = Existing::fail;
  order.intent = PublishIntent{{100, "1", "part"}, Checksum{"ADLER32", "abcd"}};
  world.destination[part(1)] = {{100, "1", "part"}, "abcd", 0};
  earlier(FlowEnd::known, RangeSet{{0, 100}});
  world.before_rename = [this] {
    world.destination["/d/file"] = world.destination.at(part(1));
    world.destination.erase(part(1));
  };
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_FALSE(begun_);
}

TEST_F(TaskRules, a_rename_of_an_earlier_epoch_that_may_still_come_finds_nothing) {
  order.options.existing = Existing::fail;
  order.intent = PublishIntent{{100, "1", "part"}, Checksum{"ADLER32", "abcd"}};
  world.destination[part(1)] = {{100, "1", "part"}, "abcd", 0};
  earlier(FlowEnd::known, RangeSet{{0, 100}});
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(world.said.at(0), "rename " + part(2));
}

TEST_F(TaskRules, a_part_that_already_has_this_epochs_name_is_not_renamed_again) {
  world.destination[part(2)] = {{60, "1", "part"}, "", 0};
  earlier(FlowEnd::known, RangeSet{{0, 50}});
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(world.said[0], "move");
}

TEST_F(TaskRules, a_part_shorter_than_what_was_confirmed_is_missing) {
  world.destination[part(1)] = {{49, "1", "part"}, "", 0};
  earlier(FlowEnd::known, RangeSet{{0, 50}});
  EXPECT_EQ(fault_of(run()), FaultCode::part_missing);
  EXPECT_TRUE(world.said.empty());
}

TEST_F(TaskRules, a_part_longer_than_its_source_is_not_gone_on_with) {
  world.destination[part(1)] = {{101, "1", "part"}, "", 0};
  earlier(FlowEnd::known, RangeSet{{0, 50}});
  EXPECT_EQ(fault_of(run()), FaultCode::size_differs);
  EXPECT_TRUE(world.said.empty());
}

TEST_F(TaskRules, an_earlier_epoch_that_wrote_nothing_is_no_reason_to_fail) {
  earlier(FlowEnd::known, {});
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_FALSE(begun_->part_adopted);
}

TEST_F(TaskRules, a_whole_part_is_not_sent_again) {
  world.destination[part(1)] = {{100, "1", "part"}, "abcd", 0};
  earlier(FlowEnd::known, RangeSet{{0, 100}});
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(std::count(world.said.begin(), world.said.end(), "move"), 0);
}

TEST_F(TaskRules, a_flow_that_ended_without_us_is_proven_and_not_sent_again) {
  world.destination[part(1)] = {{100, "1", "part"}, "abcd", 0};
  earlier(FlowEnd::presumed, RangeSet{{0, 20}});
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(std::count(world.said.begin(), world.said.end(), "move"), 0);
}

TEST_F(TaskRules, a_part_of_the_full_size_with_other_bytes_is_sent_from_its_markers) {
  world.destination[part(1)] = {{100, "1", "part"}, "ffff", 0};
  earlier(FlowEnd::presumed, RangeSet{{0, 20}});
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(world.moved_without, (RangeSet{{0, 20}}));
}

TEST_F(TaskRules, nothing_is_resumed_where_no_checksum_is_compared) {
  order.options.verify = Verify::size_only;
  world.destination[part(1)] = {{60, "1", "part"}, "", 0};
  earlier(FlowEnd::known, RangeSet{{0, 50}});
  EXPECT_EQ(fault_of(run()), FaultCode::no_restart);
}

TEST_F(TaskRules, what_failed_before_anything_was_begun_forgets_nothing) {
  world.source.clear();
  earlier(FlowEnd::known, RangeSet{{0, 50}});
  EXPECT_EQ(std::get<Failed>(run()).confirmed, (RangeSet{{0, 50}}));
}

TEST_F(TaskRules, a_doubtful_part_that_changes_after_the_rename_loses_its_name_again) {
  world.destination[part(1)] = {{60, "1", "part"}, "", 0};
  earlier(FlowEnd::presumed, RangeSet{{0, 50}});
  world.after_rename = [this](const std::string& name) {
    if (name == "/d/file") world.destination[name].touched_by_looks = 1;
  };
  EXPECT_EQ(fault_of(run()), FaultCode::changed_after_verify);
  EXPECT_FALSE(world.destination.contains("/d/file"));
  EXPECT_TRUE(world.destination.contains(part(2)));
  EXPECT_TRUE(begun_->presumed);
}

TEST_F(TaskRules,
       a_doubtful_part_that_changes_between_the_looks_that_agreed_and_the_proof_is_not_it) {
  world.destination[part(1)] = {{100, "1", "part"}, "abcd", 0};
  earlier(FlowEnd::presumed, RangeSet{{0, 100}});
  world.touched_at_look[part(2)] = 4;  // to find it, two that agree, the proof's
  EXPECT_EQ(fault_of(run()), FaultCode::changed_after_verify);
  EXPECT_FALSE(verified_);
}

TEST_F(TaskRules, a_published_file_that_an_old_flow_spoilt_loses_its_name_after_a_crash_too) {
  order.intent = PublishIntent{{100, "1", "part"}, Checksum{"ADLER32", "abcd"}};
  world.destination["/d/file"] = {{100, "2", "part"}, "ffff", 0};
  earlier(FlowEnd::presumed, RangeSet{{0, 100}});
  EXPECT_EQ(fault_of(run()), FaultCode::changed_after_verify);
  EXPECT_FALSE(world.destination.contains("/d/file"));
  EXPECT_TRUE(world.destination.contains(part(2)));
}

TEST_F(TaskRules, where_no_old_flow_may_live_another_content_is_another_file) {
  order.intent = PublishIntent{{100, "1", "part"}, Checksum{"ADLER32", "abcd"}};
  world.destination["/d/file"] = {{100, "2", "part"}, "ffff", 0};
  earlier(FlowEnd::known, RangeSet{{0, 100}});
  EXPECT_EQ(fault_of(run()), FaultCode::destination_exists);
  EXPECT_TRUE(world.destination.contains("/d/file"));
}

TEST_F(TaskRules, a_look_for_a_stop_leaves_nothing_for_a_late_rename) {
  order.look_only = true;
  order.intent = PublishIntent{{100, "1", "part"}, Checksum{"ADLER32", "abcd"}};
  world.destination[part(1)] = {{100, "1", "part"}, "abcd", 0};
  earlier(FlowEnd::known, RangeSet{{0, 100}});
  EXPECT_TRUE(std::holds_alternative<Stopped>(run()));
  EXPECT_FALSE(world.destination.contains(part(1)));
  EXPECT_TRUE(world.destination.contains(part(2)));
}

TEST_F(TaskRules, a_look_for_a_stop_sees_the_rename_that_was_done_meanwhile) {
  order.look_only = true;
  order.intent = PublishIntent{{100, "1", "part"}, Checksum{"ADLER32", "abcd"}};
  world.destination[part(1)] = {{100, "1", "part"}, "abcd", 0};
  earlier(FlowEnd::known, RangeSet{{0, 100}});
  world.before_rename = [this] {
    world.destination["/d/file"] = world.destination.at(part(1));
    world.destination.erase(part(1));
  };
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
}

TEST_F(TaskRules, what_another_put_in_its_place_meanwhile_keeps_the_name) {
  world.after_rename = [this](const std::string& name) {
    if (name == "/d/file") world.destination[name] = {{7, "9", "another"}, "ffff", 0};
  };
  EXPECT_EQ(fault_of(run()), FaultCode::changed_after_verify);
  EXPECT_EQ(world.destination["/d/file"].checksum, "ffff");
}

TEST_F(TaskRules, a_rename_whose_answer_is_lost_may_have_happened) {
  world.rename_answer_is_lost = true;
  const TaskSays last = run();
  EXPECT_EQ(fault_of(last), FaultCode::cut);
  EXPECT_TRUE(std::get<Failed>(last).publish_unknown);
}

TEST_F(TaskRules, an_earlier_rename_is_unknown_until_the_part_has_another_name) {
  order.intent = PublishIntent{{100, "20260101000000", "part"}, std::nullopt};
  world.look_fault = Fault{FaultCode::unreachable, Side::destination, Doing::connect, "", ""};
  EXPECT_TRUE(std::get<Failed>(run()).publish_unknown);
  world.look_fault.reset();
  world.move_fault = Fault{FaultCode::cut, Side::source, Doing::move, "", ""};
  EXPECT_FALSE(std::get<Failed>(run()).publish_unknown);
}

TEST_F(TaskRules, a_stop_after_the_proof_publishes_nothing) {
  const TaskSays last = run(Interrupt::Why::stop);
  ASSERT_TRUE(std::holds_alternative<Stopped>(last));
  EXPECT_EQ(std::get<Stopped>(last).end, FlowEnd::known);
  EXPECT_FALSE(world.destination.contains("/d/file"));
}

TEST_F(TaskRules, the_end_of_the_lease_publishes_nothing) {
  EXPECT_EQ(fault_of(run(Interrupt::Why::mover_ends)), FaultCode::lease_ended);
  EXPECT_FALSE(world.destination.contains("/d/file"));
}

TEST_F(TaskRules, a_name_taken_meanwhile_by_the_same_bytes_is_adopted) {
  before_publish = [this] { world.destination["/d/file"] = {{100, "9", "other"}, "abcd", 0}; };
  const TaskSays last = run();
  ASSERT_TRUE(std::holds_alternative<Done>(last));
  EXPECT_TRUE(std::get<Done>(last).adopted);
}

TEST_F(TaskRules, a_name_taken_meanwhile_by_other_bytes_stays) {
  before_publish = [this] { world.destination["/d/file"] = {{100, "9", "other"}, "ffff", 0}; };
  EXPECT_EQ(fault_of(run()), FaultCode::destination_exists);
  EXPECT_EQ(world.destination["/d/file"].checksum, "ffff");
}

TEST_F(TaskRules, what_the_intent_names_is_ours_even_if_the_source_is_gone) {
  order.options.existing = Existing::fail;
  order.intent = PublishIntent{{100, "5", "part"}, Checksum{"ADLER32", "abcd"}};
  world.destination["/d/file"] = {{100, "5", "part"}, "abcd", 0};
  world.source.clear();
  const TaskSays last = run();
  ASSERT_TRUE(std::holds_alternative<Done>(last));
  EXPECT_FALSE(std::get<Done>(last).adopted);
}

TEST_F(TaskRules, with_the_unique_alone_a_checksum_tells_whose_it_is) {
  order.options.existing = Existing::fail;
  order.intent = PublishIntent{{100, "5", "part"}, Checksum{"ADLER32", "abcd"}};
  world.destination["/d/file"] = {{100, "6", "part"}, "abcd", 0};
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  world.destination["/d/file"].checksum = "ffff";
  EXPECT_EQ(fault_of(run()), FaultCode::destination_exists);
}

TEST_F(TaskRules, a_source_that_changes_under_a_size_only_move_is_told) {
  order.options.verify = Verify::size_only;
  world.source["/s/file"].touched_by_looks = 2;
  EXPECT_EQ(fault_of(run()), FaultCode::source_changed);
}

TEST_F(TaskRules, the_verdict_says_what_was_proven) {
  order.options.verify = Verify::size_only;
  EXPECT_EQ(std::get<Done>(run()).verdict, Verdict::size_only);
  world.destination.clear();
  order.options.verify = Verify::none;
  EXPECT_EQ(std::get<Done>(run()).verdict, Verdict::not_verified);
}

TEST_F(TaskRules, bytes_that_differ_are_not_published) {
  world.source["/s/file"].checksum = "abcd";
  order.earlier = EarlierPart{{1}, FlowEnd::known, 0ms, false, RangeSet{{0, 100}}};
  world.destination[part(1)] = {{100, "1", "part"}, "beef", 0};
  EXPECT_EQ(fault_of(run()), FaultCode::checksum_differs);
  EXPECT_FALSE(verified_);
}

TEST_F(TaskRules, the_way_that_bytes_took_which_differ_is_not_used_again) {
  world.source["/s/file"].checksum = "abcd";
  world.destination[part(1)] = {{100, "1", "part"}, "beef", 0};
  earlier(FlowEnd::known, RangeSet{{0, 100}});
  EXPECT_EQ(fault_of(run()), FaultCode::checksum_differs);
  EXPECT_EQ(world.said.back(), "distrust channel");
}

TEST_F(TaskRules, a_plan_says_done_and_changes_nothing) {
  order.options.act = Act::plan;
  const TaskSays last = run();
  ASSERT_TRUE(std::holds_alternative<Done>(last));
  EXPECT_FALSE(std::get<Done>(last).adopted);
  EXPECT_EQ(std::get<Done>(last).size, 100U);
  EXPECT_EQ(std::get<Done>(last).verdict, Verdict::none) << "nothing is proven";
  EXPECT_FALSE(begun_);
  EXPECT_TRUE(world.said.empty());
  EXPECT_TRUE(world.destination.empty());
}

TEST_F(TaskRules, a_plan_tells_what_is_there_already_and_what_stands_in_the_way) {
  order.options.act = Act::plan;
  world.destination["/d/file"] = {{100, "1", "other"}, "abcd", 0};
  const TaskSays last = run();
  ASSERT_TRUE(std::holds_alternative<Done>(last));
  EXPECT_TRUE(std::get<Done>(last).adopted);
  order.options.existing = Existing::fail;
  EXPECT_EQ(fault_of(run()), FaultCode::destination_exists);
  order.destination = parse_url("ftp://b/nowhere/file").value();
  EXPECT_EQ(fault_of(run()), FaultCode::no_such_folder);
  order.destination = parse_url("ftp://b/d/new/file").value();
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  order.options.parents = Parents::fail;
  EXPECT_EQ(fault_of(run()), FaultCode::no_such_folder);
}

TEST_F(TaskRules, a_check_asks_the_destination_alone_and_changes_nothing) {
  order.options.act = Act::check;
  order.options.checksum = {"ADLER32", "0000abcd"};
  order.recorded_size = 100;
  world.source.clear();
  EXPECT_EQ(fault_of(run()), FaultCode::no_such_file);
  world.destination["/d/file"] = {{100, "1", "other"}, "0000abcd", 0};
  const TaskSays last = run();
  ASSERT_TRUE(std::holds_alternative<Done>(last));
  EXPECT_EQ(std::get<Done>(last).verdict, Verdict::verified);
  EXPECT_EQ(std::get<Done>(last).size, 100U);
  EXPECT_FALSE(std::get<Done>(last).adopted);
  EXPECT_FALSE(begun_);
  EXPECT_TRUE(world.said.empty());
  world.destination["/d/file"].checksum = "0000beef";
  EXPECT_EQ(fault_of(run()), FaultCode::not_as_recorded);
  order.options.checksum = {};
  EXPECT_EQ(std::get<Done>(run()).verdict, Verdict::size_only);
  order.recorded_size = 101;
  EXPECT_EQ(fault_of(run()), FaultCode::not_as_recorded);
}

TEST_F(TaskRules, an_order_to_prove_ends_with_the_part_proven_and_not_renamed) {
  order.prove_only = true;
  EXPECT_TRUE(std::holds_alternative<Proven>(run()));
  EXPECT_TRUE(verified_);
  EXPECT_TRUE(world.destination.contains(part(2)));
  EXPECT_FALSE(world.destination.contains("/d/file"));
}

TEST_F(TaskRules, a_part_that_stands_as_it_was_proven_is_published_without_its_source) {
  world.source.clear();
  world.destination[part(1)] = {{100, "1", "part"}, "abcd", 0};
  earlier(FlowEnd::known, RangeSet{{0, 100}});
  order.intent = PublishIntent{{100, "1", "part"}, Checksum{"ADLER32", "abcd"}};
  order.publish_proven = true;
  const TaskSays last = run();
  ASSERT_TRUE(std::holds_alternative<Done>(last));
  EXPECT_EQ(std::get<Done>(last).verdict, Verdict::verified);
  EXPECT_EQ(std::get<Done>(last).size, 100U);
  EXPECT_FALSE(verified_) << "the order was to publish";
  EXPECT_TRUE(world.destination.contains("/d/file"));
}

TEST_F(TaskRules, a_part_that_changed_since_its_proof_is_proven_again) {
  world.destination[part(1)] = {{100, "2", "part"}, "abcd", 0};
  earlier(FlowEnd::known, RangeSet{{0, 100}});
  order.intent = PublishIntent{{100, "1", "part"}, Checksum{"ADLER32", "abcd"}};
  order.publish_proven = true;
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(verified_);
}

TEST_F(TaskRules, modes_and_times_are_set_on_the_part_before_it_is_published) {
  order.options.preserve = {true, true};
  world.source_mode = 04640;
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(world.said, (std::vector<std::string>{"move", "mode 416 " + part(2), "times " + part(2),
                                                  "rename /d/file"}));
  EXPECT_EQ(world.destination["/d/file"].facts.modify, "20260101000000");
}

TEST_F(TaskRules, a_server_that_cannot_set_them_is_known_before_a_byte_is_moved) {
  order.options.preserve.times = true;
  world.cannot_set = true;
  EXPECT_EQ(fault_of(run()), FaultCode::cannot_preserve);
  EXPECT_TRUE(world.said.empty());
}

TEST_F(TaskRules, a_part_that_was_given_a_mode_is_made_writable_before_it_is_gone_on_with) {
  order.options.preserve.mode = true;
  world.source_mode = 0400;
  earlier(FlowEnd::known, RangeSet{{0, 50}});
  world.destination[part(1)] = world.source["/s/file"];
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(world.said,
            (std::vector<std::string>{"mode 384 " + part(1), "rename " + part(2), "move",
                                      "mode 256 " + part(2), "rename /d/file"}));
}

}  // namespace
}  // namespace rft::mover
