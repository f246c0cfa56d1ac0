// The mover against real servers: bundles of many small files.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>

#include "mover_live_steps.h"

namespace rft::live {
namespace {

constexpr std::uint64_t size = 1024;

// What became of a bundle.
struct Told {
  std::map<std::uint32_t, ItemOutcome> outcomes;
  std::uint64_t words_verified = 0;
  TaskSays last;
};

class BundleLive : public MoverLive, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    std::replace(name.begin(), name.end(), '/', '_');
    folder = Bed::get().folder(name);
    fs::create_directories(folder + "/out");
    mover->connect();
    if (gsi()) alice = give_proxy(*mover, "alice");
  }

  static bool gsi() { return GetParam(); }
  Endpoint server(const std::string& name, const std::string& options = "") {
    const std::string url = gsi() ? Bed::get().server("gsi-" + name, "--gsi" + options)
                                  : Bed::get().server("anon-" + name, "--anon" + options);
    return parse_url(url + "/x").value().endpoint;
  }
  std::string from(std::size_t i) const { return folder + "/s" + std::to_string(i); }
  std::string to(std::size_t i) const { return folder + "/out/d" + std::to_string(i); }

  // Of `count` files; what they are read with is a user to whom not all may be open.
  BundleOrder bundle(std::size_t first, std::size_t count) {
    BundleOrder order;
    order.task = {Uuid::v7(wall_time(1), random_bits()), 1};
    order.source = server("source", " --user nobody");
    order.destination = server("destination");
    order.source_credential = order.destination_credential = alice;
    order.part = Uuid::v7(wall_time(1), random_bits());
    for (std::size_t i = first; i < first + count; ++i) {
      write_file(from(i), size, static_cast<unsigned>(i + 1));
      BundleItem item;
      item.number = static_cast<std::uint32_t>(i);
      item.source = from(i);
      item.destination = to(i);
      order.items.push_back(item);
    }
    return order;
  }

  // Each lot is published as soon as it is verified.
  Told move(const BundleOrder& order) {
    Told told;
    mover->send(Order(order));
    while (auto word = mover->next()) {
      const auto* said = std::get_if<TaskWord>(&*word);
      if (said == nullptr || said->task != order.task) continue;
      if (std::holds_alternative<BundleVerified>(said->says)) {
        ++told.words_verified;
        mover->send(Order(PublishOrder{order.task, said->seq}));
      }
      if (const auto* some = std::get_if<Outcomes>(&said->says)) {
        for (const ItemOutcome& one : some->outcomes) told.outcomes[one.number] = one;
      }
      told.last = said->says;
      const bool is_over = std::holds_alternative<Done>(told.last) ||
                           std::holds_alternative<Failed>(told.last) ||
                           std::holds_alternative<Stopped>(told.last);
      if (is_over) return told;
    }
    throw std::runtime_error("the mover did not say how the bundle ended");
  }

  void expect_done(const Told& told, std::size_t i, Verdict verdict = Verdict::verified) {
    const auto found = told.outcomes.find(static_cast<std::uint32_t>(i));
    ASSERT_NE(found, told.outcomes.end()) << i;
    EXPECT_EQ(found->second.fate, Fate::done)
        << (found->second.fault ? sentence(*found->second.fault) : "");
    EXPECT_EQ(found->second.verdict, verdict);
    EXPECT_TRUE(same_bytes(from(i), to(i))) << i;
  }
  void expect_failed(const Told& told, std::size_t i, FaultCode code) {
    const auto found = told.outcomes.find(static_cast<std::uint32_t>(i));
    ASSERT_NE(found, told.outcomes.end()) << i;
    ASSERT_TRUE(found->second.fault);
    EXPECT_EQ(found->second.fault->code, code) << sentence(*found->second.fault);
    EXPECT_FALSE(fs::exists(to(i)));
  }
  void expect_is_done(const Told& told) {
    const auto* failed = std::get_if<Failed>(&told.last);
    EXPECT_TRUE(std::holds_alternative<Done>(told.last)) << (failed ? sentence(failed->fault) : "");
  }

  std::unique_ptr<Mover> mover = std::make_unique<Mover>();
  std::optional<Uuid> alice;
};

TEST_P(BundleLive, a_thousand_files_are_moved_and_are_identical) {
  for (const std::size_t first : {0U, 500U}) {
    const Told told = move(bundle(first, 500));
    expect_is_done(told);
    for (std::size_t i = first; i < first + 500; ++i) expect_done(told, i);
  }
  EXPECT_EQ(names_in(folder + "/out").size(), 1000U);
}

TEST_P(BundleLive, what_is_refused_in_the_middle_fails_alone) {
  const BundleOrder order = bundle(0, 150);
  fs::remove(from(60));
  fs::permissions(from(80), fs::perms::owner_read);
  fs::permissions(from(81), fs::perms::owner_read);
  const Told told = move(order);
  expect_is_done(told);
  expect_failed(told, 60, FaultCode::no_such_file);
  expect_failed(told, 80, FaultCode::not_permitted);
  expect_failed(told, 81, FaultCode::not_permitted);
  for (std::size_t i = 0; i < 150; ++i) {
    if (i != 60 && i != 80 && i != 81) expect_done(told, i);
  }
  EXPECT_EQ(names_in(folder + "/out").size(), 147U) << "only final names stand there";
}

TEST_P(BundleLive, identical_files_are_adopted_and_others_keep_their_names) {
  const BundleOrder order = bundle(0, 20);
  fs::copy_file(from(3), to(3));
  write_file(to(4), size, 999);
  const Told told = move(order);
  expect_is_done(told);
  for (const std::size_t i : {0U, 3U, 19U}) expect_done(told, i);
  EXPECT_TRUE(told.outcomes.at(3).adopted);
  EXPECT_FALSE(told.outcomes.at(0).adopted);
  EXPECT_EQ(told.outcomes.at(4).fault.value().code, FaultCode::destination_exists);
  EXPECT_FALSE(same_bytes(from(4), to(4)));
}

TEST_P(BundleLive, in_place_and_unproven_they_only_move) {
  BundleOrder order = bundle(0, 100);
  order.options.publish = Publish::in_place;
  order.options.existing = Existing::overwrite;
  order.options.verify = Verify::none;
  fs::permissions(from(50), fs::perms::owner_read);
  const Told told = move(order);
  expect_is_done(told);
  EXPECT_EQ(told.words_verified, 0U);
  expect_failed(told, 50, FaultCode::not_permitted);
  for (std::size_t i = 0; i < 100; ++i) {
    if (i != 50) expect_done(told, i, Verdict::not_verified);
  }
  EXPECT_EQ(names_in(folder + "/out").size(), 99U);
}

TEST_P(BundleLive, folders_are_made_that_are_missing) {
  BundleOrder order = bundle(0, 60);
  for (std::size_t i = 0; i < 60; ++i) {
    order.items[i].destination =
        folder + "/out/a" + std::to_string(i % 3) + "/b/d" + std::to_string(i);
  }
  expect_is_done(move(order));
  EXPECT_EQ(names_in(folder + "/out").size(), 3U);
  EXPECT_TRUE(same_bytes(from(59), folder + "/out/a2/b/d59"));
}

// The first epoch's mover dies while its files wait for the word to publish.
TEST_P(BundleLive, the_next_epoch_clears_what_the_last_left_and_knows_what_it_published) {
  BundleOrder order = bundle(0, 40);
  mover->send(Order(order));
  const BundleVerified verified = mover->expect<BundleVerified>(order.task);
  ASSERT_EQ(verified.items.size(), 40U);
  mover->kill();
  const std::vector<std::string> parts = names_in(folder + "/out");
  ASSERT_EQ(parts.size(), 40U);
  // As if one of the renames had been done.
  fs::rename(folder + "/out/" + item_part_name(order.part, 1, 7, 0), to(7));
  mover = std::make_unique<Mover>();
  mover->connect();
  order.earlier = {1};
  order.task.epoch = 2;
  for (std::size_t i = 0; i < 40; ++i) order.items[i].intent = verified.items[i].intent;
  fs::remove(from(7));
  if (gsi()) order.source_credential = order.destination_credential = give_proxy(*mover, "alice");
  const Told told = move(order);
  expect_is_done(told);
  EXPECT_EQ(told.outcomes.at(7).fate, Fate::done);
  EXPECT_FALSE(told.outcomes.at(7).adopted);
  for (std::size_t i = 0; i < 40; ++i) {
    if (i != 7) expect_done(told, i);
  }
  EXPECT_EQ(names_in(folder + "/out").size(), 40U);
}

// A clear command is cut at its first byte that is not ASCII: what stands under the rest is not
// ours.
TEST_P(BundleLive, a_name_that_is_cut_on_its_way_costs_no_other_file) {
  BundleOrder order = bundle(0, 2);
  order.task.epoch = 2;
  order.earlier = {1};
  order.items[1].destination = folder + "/out/caf%C3%A9/d1";
  write_file(folder + "/out/caf", size);
  const Told told = move(order);
  expect_is_done(told);
  expect_done(told, 0);
  EXPECT_TRUE(fs::exists(folder + "/out/caf"));
  if (gsi()) {
    EXPECT_TRUE(same_bytes(from(1), folder + "/out/caf\xC3\xA9/d1"));
  } else {
    EXPECT_EQ(told.outcomes.at(1).fault.value().code, FaultCode::bad_name);
  }
}

TEST_P(BundleLive, the_parts_of_a_bundle_can_be_removed) {
  const BundleOrder order = bundle(0, 40);
  mover->send(Order(order));
  mover->expect<BundleVerified>(order.task);
  mover->send(Order(StopOrder{order.task}));
  mover->expect<Stopped>(order.task);
  EXPECT_EQ(names_in(folder + "/out").size(), 40U);
  RemoveOrder remove;
  remove.id = Uuid::v7(wall_time(1), random_bits());
  remove.destination = Url{order.destination, to(0)};
  remove.credential = alice;
  remove.part = order.part;
  remove.epochs = {1};
  remove.items = order.items;
  mover->send(Order(remove));
  for (;;) {
    const auto word = mover->next();
    ASSERT_TRUE(word);
    const auto* removed = std::get_if<Removed>(&*word);
    if (removed == nullptr) continue;
    EXPECT_FALSE(removed->fault) << sentence(*removed->fault);
    break;
  }
  EXPECT_TRUE(names_in(folder + "/out").empty());
}

INSTANTIATE_TEST_SUITE_P(Servers, BundleLive, testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "gsi" : "anonymous");
});

}  // namespace
}  // namespace rft::live
