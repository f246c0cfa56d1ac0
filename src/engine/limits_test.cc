// Limits on the engine with a store in memory; movers are played here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/engine_for_tests.h"

namespace rft {
namespace {

using testing::HasSubstr;

Bounds transfers(std::uint32_t count) {
  Bounds bounds;
  bounds.transfers = count;
  return bounds;
}

struct World : EngineInHand {
  Result<LimitState> set(const std::string& scope, const Bounds& bounds,
                         std::vector<LimitWindow> windows = {}, std::uint32_t share = 1) {
    Limit limit;
    limit.scope = LimitScope::parse(scope).value();
    limit.bounds = bounds;
    limit.windows = std::move(windows);
    limit.share = share;
    limit.set_by = "uid:0";
    std::optional<Result<LimitState>> answer;
    engine->set_limit(limit, [&](Result<LimitState> got) { answer = std::move(got); });
    run();
    return answer.value();
  }
  Result<void> remove(const std::string& scope) {
    std::optional<Result<void>> answer;
    engine->remove_limit(LimitScope::parse(scope).value(), [&](Result<void> got) { answer = got; });
    run();
    turn();
    return answer.value();
  }
  std::vector<std::string> moving() const {
    std::vector<std::string> names;
    for (const Order& order : movers.orders) {
      if (const auto* move = std::get_if<MoveOrder>(&order))
        names.push_back(move->source.wire_name());
    }
    return names;
  }
  // A list without sizes, of so many bundles.
  void commit_list(const std::string& handle, int bundles, const std::string& owner = "uid:1") {
    Submit call;
    call.handle = handle;
    call.source = parse_folder_url("ftp://a/s/").value();
    call.destination = parse_folder_url("ftp://b/d/").value();
    call.what = Submit::What::list;
    AddFiles more{handle, {}};
    for (std::size_t n = 0; n < static_cast<std::size_t>(bundles) * bundle_items_max; ++n) {
      const std::string name = handle + std::to_string(n);
      more.files.push_back(
          {parse_url("ftp://a/s/" + name).value(), parse_url("ftp://b/d/" + name).value()});
    }
    engine->call({owner, owner}, std::move(call), "", [](const Answer&) {});
    run();
    engine->call({owner, owner}, std::move(more), "", [](const Answer&) {});
    run();
    engine->call({owner, owner}, Commit{handle}, "", [](const Answer&) {});
    run();
    turn();
  }
  std::vector<Task> bundles() const {
    std::vector<Task> tasks;
    for (const Order& order : movers.orders) {
      if (const auto* bundle = std::get_if<BundleOrder>(&order)) tasks.push_back(bundle->task);
    }
    return tasks;
  }
  void begin(const Task& task, std::uint64_t size) {
    Begun begun;
    begun.source.size = size;
    say(movers.started.back(), task, begun);
  }
  // The nth order that went out is carried out.
  void end(std::size_t nth, std::uint64_t bytes = 10) {
    const Task task = std::get<MoveOrder>(movers.orders.at(nth)).task;
    const std::string owner = moving().at(nth).front() == 'b' ? "uid:2" : "uid:1";
    const auto mover = std::find(movers.owners.begin(), movers.owners.end(), owner);
    say(movers.started.at(static_cast<std::size_t>(mover - movers.owners.begin())), task,
        Done{{}, Verdict::verified, false, bytes, bytes});
    turn();
  }
  Why why(const std::string& handle) {
    std::optional<Why> why;
    engine->why("uid:1", handle, [&](Result<Why> got) { why = got.value(); });
    run();
    return why.value();
  }
  void pass(Duration time) {
    clock.instant += time;
    turn();
  }
};

using Names = std::vector<std::string>;

TEST(EngineLimits, a_link_admits_the_next_when_one_has_ended_and_says_so_meanwhile) {
  World world;
  ASSERT_TRUE(world.set("ftp://a:21->ftp://b:21", transfers(1)));
  for (const char* handle : {"one", "two", "three"}) world.commit(handle);
  world.commit("elsewhere", "c");
  EXPECT_EQ(world.moving(), (Names{"one", "elsewhere"}));
  const Why why = world.why("three");
  EXPECT_EQ(why.hold, Hold::limit);
  EXPECT_EQ(why.ahead, 1U);
  EXPECT_EQ(why.sentence,
            "link ftp://a:21 -> ftp://b:21 has its 1 transfer at once (limit set 1970-01-01 by "
            "uid:0); 1 of the same owner go first");
  world.end(0);
  EXPECT_EQ(world.moving(), (Names{"one", "elsewhere", "two"}));
}

TEST(EngineLimits, a_host_that_answers_again_is_not_what_a_transfer_without_room_waits_for) {
  World world;
  world.commit("one");
  const Fault down{FaultCode::unreachable, Side::source, Doing::connect, "", ""};
  world.say(world.movers.started[0], std::get<MoveOrder>(world.movers.orders[0]).task,
            Failed{down});
  ASSERT_TRUE(world.set("all", transfers(0)));
  const Endpoint host = LimitScope::parse("ftp://a:21").value().source;
  world.pass(1min);
  ASSERT_TRUE(std::holds_alternative<ProbeOrder>(world.movers.orders.back()));
  const Fault answer{FaultCode::login_refused, Side::source, Doing::login, "", ""};
  world.engine->heard(world.movers.started[0], Probed{host, std::nullopt, answer});
  world.run();
  world.pass(11min);
  EXPECT_EQ(world.why("one").hold, Hold::limit) << "no log-in succeeded, but it is no wrong name";
}

TEST(EngineLimits, each_scope_bounds_what_is_in_it) {
  for (const char* scope : {"all", "owner:uid:1", "ftp://a:21", "ftp://b:21"}) {
    World world;
    ASSERT_TRUE(world.set(scope, transfers(1)));
    world.commit("one");
    world.commit("two");
    EXPECT_EQ(world.moving(), Names{"one"}) << scope;
  }
  for (const char* scope : {"owner:uid:2", "ftp://c:21", "ftp://b:21->ftp://a:21"}) {
    World world;
    ASSERT_TRUE(world.set(scope, transfers(1)));
    world.commit("one");
    world.commit("two");
    EXPECT_EQ(world.moving(), (Names{"one", "two"})) << scope;
  }
}

TEST(EngineLimits, of_two_the_tighter_one_holds) {
  World world;
  ASSERT_TRUE(world.set("all", transfers(5)));
  ASSERT_TRUE(world.set("ftp://b:21", transfers(1)));
  world.commit("one");
  world.commit("two");
  EXPECT_EQ(world.moving(), Names{"one"});
  EXPECT_THAT(world.why("two").sentence, HasSubstr("endpoint ftp://b:21"));
}

TEST(EngineLimits, one_that_is_lowered_stops_nothing_and_admits_none_until_it_fits) {
  World world;
  world.commit("one");
  world.commit("two");
  ASSERT_TRUE(world.set("all", transfers(1)));
  world.commit("three");
  world.end(0);
  EXPECT_EQ(world.moving(), (Names{"one", "two"}));
  world.end(1);
  EXPECT_EQ(world.moving(), (Names{"one", "two", "three"}));
}

TEST(EngineLimits, one_that_is_removed_holds_nothing_back) {
  World world;
  ASSERT_TRUE(world.set("all", transfers(0)));
  world.commit("one");
  EXPECT_EQ(world.moving(), Names{});
  EXPECT_THAT(world.why("one").sentence, HasSubstr("the service admits nothing"));
  ASSERT_TRUE(world.remove("all"));
  EXPECT_EQ(world.moving(), Names{"one"});
  EXPECT_EQ(world.remove("all").error().code, Code::no_such_limit);
}

TEST(EngineLimits, a_window_that_ends_lets_go_what_waited_at_that_minute) {
  World world;  // it is one in the morning of a Thursday
  ASSERT_TRUE(world.set("all", {}, {{0x7f, 0, 120, transfers(0)}}));
  world.commit("one");
  EXPECT_EQ(world.why("one").until, WallTime{} + 2h);
  world.pass(1h - 1ms);
  EXPECT_EQ(world.moving(), Names{});
  EXPECT_EQ(world.engine->next_wake(), Instant{} + 2h);
  world.pass(1ms);
  EXPECT_EQ(world.moving(), Names{"one"});
}

TEST(EngineLimits, what_was_sent_is_paid_before_the_next_begins) {
  World world;
  Bounds bounds;
  bounds.rate = 1'000;
  ASSERT_TRUE(world.set("ftp://b:21", bounds));
  world.commit("one");
  world.end(0, 5'000);  // nobody knew how large it was
  world.commit("two");
  EXPECT_EQ(world.moving(), Names{"one"});
  const Why why = world.why("two");
  EXPECT_THAT(why.sentence, HasSubstr("endpoint ftp://b:21 has used up its 1 kB/s"));
  ASSERT_TRUE(why.until);
  world.pass(4'999ms);
  EXPECT_EQ(world.moving(), Names{"one"});
  EXPECT_LE(world.engine->next_wake(), world.clock.instant + 2ms);
  world.pass(2ms);
  EXPECT_EQ(world.moving(), (Names{"one", "two"}));
  EXPECT_GT(world.engine->next_wake(), world.clock.instant);
}

TEST(EngineLimits, nothing_begins_beside_what_is_not_measured_yet) {
  World world;
  Bounds bounds;
  bounds.rate = 1'000;
  ASSERT_TRUE(world.set("ftp://b:21", bounds));
  world.commit("one");
  world.commit("two");
  EXPECT_EQ(world.moving(), Names{"one"});
  EXPECT_THAT(world.why("two").sentence, HasSubstr("does not know yet how much of its 1 kB/s"));
  Begun begun;
  begun.source.size = 3'000;
  world.engine->heard(world.movers.started.back(),
                      TaskWord{std::get<MoveOrder>(world.movers.orders[0]).task, 1, begun});
  world.run();
  EXPECT_EQ(world.moving(), Names{"one"}) << "now it is known, and is to be paid";
  EXPECT_THAT(world.why("two").sentence, HasSubstr("has used up its 1 kB/s"));
  world.pass(3'002ms);
  EXPECT_EQ(world.moving(), (Names{"one", "two"})) << "though the first still moves";
}

TEST(EngineLimits, a_bundle_of_unknown_size_is_paid_for_as_soon_as_its_mover_has_looked) {
  World world;
  Bounds bounds;
  bounds.rate = 1'000;
  ASSERT_TRUE(world.set("ftp://b:21", bounds));
  world.commit_list("l", 3);
  ASSERT_EQ(world.bundles().size(), 1U);
  EXPECT_THAT(world.why("l").sentence, HasSubstr("moving"));
  world.begin(world.bundles()[0], 3'000);
  EXPECT_EQ(world.bundles().size(), 1U) << "now it is known, and is to be paid";
  world.pass(2'999ms);
  EXPECT_EQ(world.bundles().size(), 1U);
  world.pass(3ms);
  EXPECT_EQ(world.bundles().size(), 2U) << "though the first still moves";
  world.pass(1min);
  EXPECT_EQ(world.bundles().size(), 2U) << "of the second it is not known yet";
}

TEST(EngineLimits, what_a_bundle_did_send_is_paid_once_and_its_rest_with_its_next_try) {
  World world;
  Bounds bounds;
  bounds.rate = 1'000;
  ASSERT_TRUE(world.set("ftp://b:21", bounds));
  world.commit_list("l", 2);
  const Task first = world.bundles().at(0);
  world.begin(first, 3'000);
  Outcomes outcomes;
  outcomes.bytes_sent = 1'000;
  outcomes.outcomes.push_back({0, Fate::done, 1'000, {}, Verdict::verified, false, {}});
  world.say(world.movers.started.back(), first, outcomes);
  const Fault cut{FaultCode::cut, Side::source, Doing::move, "", ""};
  Failed failed{cut};
  failed.bytes_sent = 1'000;
  world.say(world.movers.started.back(), first, failed);
  world.pass(1'002ms);
  ASSERT_EQ(world.bundles().size(), 2U) << "2 of the 3 kB were not sent";
  const Limit limit = world.engine->limits().front().limit;
  EXPECT_EQ(limit.bounds.rate, 1'000U);
  world.begin(world.bundles()[1], 0);
  world.pass(2min);
  ASSERT_EQ(world.bundles().size(), 3U) << "the first again";
  EXPECT_EQ(world.engine->limits().front().used.unmeasured, 0U) << "it is known what is left of it";
}

TEST(EngineLimits, an_owner_whose_host_is_mute_holds_up_no_other_owner) {
  World world;
  Bounds bounds;
  bounds.rate = 1'000;
  ASSERT_TRUE(world.set("all", bounds));
  world.commit("one");
  world.commit("two", "c");
  world.commit("b1", "d", "uid:2");
  EXPECT_EQ(world.moving(), (Names{"one", "b1"}));
  EXPECT_THAT(world.why("two").sentence, HasSubstr("does not know yet how much of its 1 kB/s"));
}

TEST(EngineLimits, an_attempt_has_as_many_streams_as_are_left) {
  World world;
  Bounds bounds;
  bounds.streams = 6;
  ASSERT_TRUE(world.set("all", bounds));
  for (const char* handle : {"one", "two", "three"}) world.commit(handle);
  ASSERT_EQ(world.moving(), (Names{"one", "two"}));
  EXPECT_EQ(std::get<MoveOrder>(world.movers.orders[0]).streams, 4U);
  EXPECT_EQ(std::get<MoveOrder>(world.movers.orders[1]).streams, 2U);
  EXPECT_THAT(world.why("three").sentence, HasSubstr("its 6 data streams at once"));
  EXPECT_EQ(world.engine->limits().front().used, (Usage{2, 6, 4, 2}));
}

TEST(EngineLimits, outlive_a_restart) {
  World world;
  ASSERT_TRUE(world.set("all", transfers(1)));
  world.commit("one");
  world.start();
  ASSERT_EQ(world.engine->limits().size(), 1U);
  world.commit("two");
  EXPECT_EQ(world.why("two").hold, Hold::limit) << "what runs is counted again";
}

TEST(EngineLimits, one_of_which_it_is_not_known_whether_it_was_saved_does_not_hold_after_all) {
  World world;
  world.store.disturb(1, Saved::unknown, true);
  EXPECT_EQ(world.set("all", transfers(0)).error().code, Code::unavailable);
  EXPECT_EQ(world.store.tables().limits.size(), 1U);
  world.turn();
  EXPECT_EQ(world.store.tables().limits.size(), 0U) << "as its caller was told";
}

TEST(EngineLimits, a_grant_of_which_it_is_not_known_whether_it_was_saved_keeps_its_place) {
  World world;
  ASSERT_TRUE(world.set("all", transfers(1)));
  Submit call;
  call.handle = "one";
  call.source = parse_url("ftp://a/s/one").value();
  call.destination = parse_url("ftp://b/d/one").value();
  call.commit = true;
  world.store.disturb(2, Saved::unknown, true);
  world.engine->call({"uid:1", "uid:1"}, call, "", [](const Answer&) {});
  bool counted = false;
  while (!world.posted.empty()) {
    const auto task = std::move(world.posted.front());
    world.posted.pop_front();
    task();
    const bool counts = world.engine->limits().front().used.transfers == 1;
    EXPECT_TRUE(counts || !counted);
    counted = counts;
  }
  EXPECT_TRUE(counted);
  world.turn();
  EXPECT_EQ(world.moving(), Names{"one"});
}

// Handles of uid:2 begin with b, those of others do not.
void crowd(World& world, int count) {
  for (int i = 0; i < count; ++i) {
    world.commit("a" + std::to_string(i), "a", "uid:1");
    world.commit("b" + std::to_string(i), "a", "uid:2");
  }
}

std::size_t of_second_owner(const Names& names, std::size_t from, std::size_t to) {
  std::size_t count = 0;
  for (std::size_t i = from; i < to; ++i) count += names.at(i).front() == 'b' ? 1 : 0;
  return count;
}

TEST(EngineShares, slots_of_a_full_service_are_shared_by_weight) {
  World world;
  ASSERT_TRUE(world.set("all", transfers(0)));
  ASSERT_TRUE(world.set("owner:uid:2", {}, {}, 3));
  crowd(world, 12);
  ASSERT_TRUE(world.set("all", transfers(8)));
  world.turn();
  const Names first = world.moving();
  ASSERT_EQ(first.size(), 8U);
  EXPECT_EQ(of_second_owner(first, 0, 8), 6U);
}

TEST(EngineShares, owners_take_turns_by_weight_at_a_link_that_admits_one) {
  World world;
  ASSERT_TRUE(world.set("ftp://a:21->ftp://b:21", transfers(0)));
  ASSERT_TRUE(world.set("owner:uid:2", {}, {}, 3));
  crowd(world, 12);
  ASSERT_TRUE(world.set("ftp://a:21->ftp://b:21", transfers(1)));
  world.turn();
  for (std::size_t i = 0; i < 12; ++i) world.end(i);
  EXPECT_EQ(of_second_owner(world.moving(), 0, 12), 9U);
}

TEST(EngineShares, who_works_much_elsewhere_has_its_turn_at_a_link_that_is_short) {
  World world;
  for (int i = 0; i < 5; ++i) world.commit("elsewhere" + std::to_string(i), "c", "uid:1");
  ASSERT_TRUE(world.set("ftp://a:21->ftp://b:21", transfers(0)));
  crowd(world, 4);
  ASSERT_TRUE(world.set("ftp://a:21->ftp://b:21", transfers(1)));
  world.turn();
  for (std::size_t i = 5; i < 9; ++i) world.end(i);
  EXPECT_EQ(of_second_owner(world.moving(), 5, 9), 2U);
}

}  // namespace
}  // namespace rft
