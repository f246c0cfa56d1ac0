// The window of a request of many files: what stands at its head does not hold up what is behind.
#include "engine/wholes_for_tests.h"

namespace rft {
namespace {

struct ListWorld : World {
  using World::World;

  // Files of so many bundles, from one host.
  void add(const std::string& handle, const std::string& host, std::size_t bundles) {
    for (; bundles > 0; --bundles) {
      std::vector<NewFile> files = lines(added, static_cast<int>(bundle_items_max));
      for (NewFile& file : files) {
        file.source = parse_url("ftp://" + host + file.source.path).value();
      }
      added += static_cast<int>(bundle_items_max);
      ASSERT_TRUE(call(AddFiles{handle, std::move(files)}));
    }
  }
  // What comes from a host whose name begins with "ill" ends with this fault, all else is done.
  void play_with_ill(const Fault& fault) {
    for (auto orders = fresh(); !orders.empty(); orders = fresh()) {
      for (const BundleOrder& order : bundles_of(orders)) {
        most_waiting = std::max(most_waiting, engine->totals().waiting);
        if (order.source.host.starts_with("ill")) {
          say(order.task, Failed{fault});
        } else {
          move(order, all_done);
        }
      }
    }
  }
  void pass(Duration time) {
    clock.instant += time;
    turn();
  }
  void host_answers(const std::string& host) {
    const Endpoint endpoint = parse_folder_url("ftp://" + host + "/").value().endpoint;
    engine->heard(movers.started.back(), Probed{endpoint, std::nullopt, std::nullopt});
    run();
  }

  int added = 0;
  std::uint64_t most_waiting = 0;
};

const Fault down{FaultCode::unreachable, Side::source, Doing::connect, "", ""};
const Fault cut{FaultCode::cut, Side::source, Doing::move, "", ""};

TEST(Window, files_of_a_host_that_is_down_do_not_hold_up_those_behind_them) {
  for (const std::size_t memory : {Limits{}.memory_for_open, std::size_t{0}}) {
    ListWorld world(Limits{.memory_for_open = memory});
    world.submit("h", Submit::What::list);
    world.add("h", "ill", 60);
    world.add("h", "a", 10);
    ASSERT_TRUE(world.call(Commit{"h"}));
    world.play_with_ill(down);
    EXPECT_EQ(world.moved, 10 * bundle_items_max);
    EXPECT_EQ(world.record("h").file.tally.done, 10 * bundle_items_max);
    EXPECT_LE(world.most_waiting, 40U) << "nor is all that waits in memory";
    world.pass(2s);
    world.host_answers("ill");
    world.play(all_done);
    EXPECT_EQ(world.record("h").file.status, Status::done);
    EXPECT_EQ(world.moved, 70 * bundle_items_max) << "each file once";
  }
}

TEST(Window, files_of_a_link_that_has_all_it_takes_do_not_hold_up_those_of_another) {
  ListWorld world;
  world.submit("h", Submit::What::list);
  world.add("h", "a", 60);
  world.add("h", "b", 10);
  ASSERT_TRUE(world.call(Commit{"h"}));
  std::map<std::string, std::size_t> at_work;
  for (const BundleOrder& order : bundles_of(world.fresh())) ++at_work[order.source.host];
  EXPECT_EQ(at_work["a"], Limits{}.bundles_per_link_max);
  EXPECT_EQ(at_work["b"], Limits{}.bundles_per_link_max);
}

TEST(Window, files_that_wait_for_a_limit_do_not_hold_up_those_of_another_link) {
  ListWorld world;
  Limit one_at_a_time;
  one_at_a_time.scope = LimitScope::parse("ftp://a").value();
  one_at_a_time.bounds.transfers = 1;
  world.engine->set_limit(one_at_a_time, [](const Result<LimitState>& set) { ASSERT_TRUE(set); });
  world.run();
  world.submit("h", Submit::What::list);
  world.add("h", "a", 60);
  world.add("h", "b", 10);
  ASSERT_TRUE(world.call(Commit{"h"}));
  std::set<Uuid> of_a;
  for (auto orders = world.fresh(); !orders.empty(); orders = world.fresh()) {
    for (const BundleOrder& order : bundles_of(orders)) {
      if (order.source.host == "a") {
        of_a.insert(order.task.file);
      } else {
        world.move(order, all_done);
      }
    }
  }
  EXPECT_EQ(of_a.size(), 1U);
  EXPECT_EQ(world.moved, 10 * bundle_items_max);
}

TEST(Window, many_links_that_wait_for_a_limit_do_not_hold_up_another) {
  ListWorld world;
  world.submit("h", Submit::What::list);
  for (int n = 0; n < 20; ++n) {
    const std::string host = "limited" + std::to_string(n);
    Limit none;
    none.scope = LimitScope::parse("ftp://" + host).value();
    none.bounds.transfers = 0;
    world.engine->set_limit(none, [](const Result<LimitState>& set) { ASSERT_TRUE(set); });
    world.run();
    world.add("h", host, 10);
  }
  world.add("h", "free", 40);
  ASSERT_TRUE(world.call(Commit{"h"}));
  world.play(all_done);
  EXPECT_EQ(world.moved, 40 * bundle_items_max);
}

TEST(Window, lanes_take_turns_however_many_there_are) {
  ListWorld world;
  world.submit("h", Submit::What::list);
  std::vector<NewFile> files = lines(0, 3000);
  for (std::size_t i = 0; i < files.size(); ++i) {
    files[i].source = parse_url("ftp://host" + std::to_string(i % 1000) + "/f").value();
  }
  ASSERT_TRUE(world.call(AddFiles{"h", files}));
  ASSERT_TRUE(world.call(Commit{"h"}));
  world.play(all_done);
  EXPECT_EQ(world.record("h").file.status, Status::done);
  EXPECT_EQ(world.moved, 3000U);
}

TEST(Window, more_hosts_that_are_down_than_a_window_has_parts_do_not_hold_up_others) {
  ListWorld world;
  world.submit("h", Submit::What::list);
  std::vector<NewFile> files = lines(0, 601);
  for (std::size_t i = 1; i < files.size(); ++i) {
    files[i].source = parse_url("ftp://ill" + std::to_string(i) + "/f").value();
  }
  ASSERT_TRUE(world.call(AddFiles{"h", files}));
  ASSERT_TRUE(world.call(Commit{"h"}));
  world.play_with_ill(down);
  EXPECT_EQ(world.moved, 1U);
  EXPECT_EQ(world.engine->totals().waiting, 600U) << "each has its gate probed";
}

TEST(Window, files_that_back_off_do_not_hold_up_those_behind_them) {
  ListWorld world;
  world.submit("h", Submit::What::list);
  world.add("h", "ill", 60);
  world.add("h", "a", 10);
  ASSERT_TRUE(world.call(Commit{"h"}));
  world.play_with_ill(cut);
  EXPECT_EQ(world.moved, 10 * bundle_items_max);
}

TEST(Window, hosts_that_are_down_are_each_probed_however_many_files_wait_for_the_first) {
  ListWorld world;
  world.submit("h", Submit::What::list);
  world.add("h", "ill", 60);
  world.add("h", "ill2", 10);
  ASSERT_TRUE(world.call(Commit{"h"}));
  world.play_with_ill(down);
  world.pass(1min);
  std::set<std::string> probed;
  for (const Order& order : world.fresh()) {
    if (const auto* probe = std::get_if<ProbeOrder>(&order)) probed.insert(probe->endpoint.host);
  }
  EXPECT_EQ(probed, (std::set<std::string>{"ill", "ill2"}));
}

TEST(Window, what_waits_for_a_host_goes_to_its_end_though_it_is_not_in_memory) {
  ListWorld world;
  world.submit("h", Submit::What::list);
  world.add("h", "ill", 60);
  ASSERT_TRUE(world.call(Commit{"h"}));
  world.play_with_ill(down);
  for (int minutes = 0; minutes < 120 && world.record("h").file.tally.failed == 0; ++minutes) {
    world.pass(1min);
  }
  for (int minutes = 0; minutes < 240; ++minutes) world.pass(1min);
  const Transfer whole = world.record("h");
  EXPECT_EQ(whole.file.status, Status::failed);
  EXPECT_EQ(whole.file.tally.failed, 60 * bundle_items_max);
}

TEST(Window, a_stop_stops_what_is_not_in_memory_too) {
  ListWorld world;
  world.submit("h", Submit::What::list);
  world.add("h", "ill", 60);
  ASSERT_TRUE(world.call(Commit{"h"}));
  world.play_with_ill(down);
  ASSERT_TRUE(world.call(Stop{"h"}));
  world.turn();
  EXPECT_EQ(world.record("h").file.status, Status::user_stop_partial_trans);
  world.pass(2s);
  ASSERT_TRUE(world.call(Commit{"h"}));
  world.play(all_done);
  world.pass(1min);
  world.play(all_done);
  world.host_answers("ill");
  world.play(all_done);
  EXPECT_EQ(world.record("h").file.status, Status::done);
  EXPECT_EQ(world.moved, 60 * bundle_items_max);
}

TEST(Window, few_parts_stand_before_what_their_owner_commits_next) {
  ListWorld world;
  world.submit("h", Submit::What::list);
  world.add("h", "a", 60);
  ASSERT_TRUE(world.call(Commit{"h"}));
  world.turn();
  EXPECT_LE(world.engine->totals().waiting, 9U);
  EXPECT_EQ(bundles_of(world.fresh()).size(), Limits{}.bundles_per_link_max);
}

TEST(Window, a_large_request_keeps_its_movers_busy) {
  ListWorld world;
  world.submit("h", Submit::What::list);
  world.add("h", "a", 60);
  ASSERT_TRUE(world.call(Commit{"h"}));
  std::size_t ended = 0;
  for (auto orders = bundles_of(world.fresh()); ended + orders.size() < 60;) {
    world.move(orders.front(), all_done);
    orders.erase(orders.begin());
    ++ended;
    for (BundleOrder& order : bundles_of(world.fresh())) orders.push_back(std::move(order));
    ASSERT_EQ(orders.size(), Limits{}.bundles_per_link_max) << "after " << ended;
  }
}

}  // namespace
}  // namespace rft
