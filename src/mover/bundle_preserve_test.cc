// Modes and times of a bundle's files.
#include "mover/bundle_test_world.h"

namespace rft::mover {
namespace {

class BundlePreserves : public BundleRules {
 protected:
  BundlePreserves() {
    order.options.preserve = {true, true};
    add_files(2);
    for (std::size_t i = 0; i < 2; ++i) {
      world.source[from(i)].facts.modify = "2001020304050" + std::to_string(i);
      world.modes[from(i)] = 04750;
    }
  }
  void expect_kept(std::size_t i) {
    expect_whole(i);
    EXPECT_EQ(world.destination[to(i)].facts.modify, world.source[from(i)].facts.modify);
    EXPECT_EQ(world.modes[to(i)], 0750U) << "and no set-user-id bit";
  }
};

TEST_F(BundlePreserves, all_are_set_at_once_on_the_parts_and_stand_under_the_final_names) {
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  expect_kept(0);
  expect_kept(1);
  ASSERT_EQ(world.traits_set.size(), 2U) << "a trial, and one step for all";
  EXPECT_EQ(world.traits_set[1][0].name, part(2, 0));
  EXPECT_EQ(verified.at(0).second.at(0).intent.part.modify, "20010203040500")
      << "what is saved before the rename is what stands after it";
}

TEST_F(BundlePreserves, nothing_is_set_that_was_not_asked_for) {
  order.options.preserve = {};
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(world.traits_set.empty());
}

TEST_F(BundlePreserves, a_server_that_cannot_is_named_before_a_byte_is_moved) {
  for (const std::string word : {"mode", "times"}) {
    world.cannot_set = {word};
    const Failed failed = failure();
    EXPECT_EQ(failed.fault.code, FaultCode::cannot_preserve);
    EXPECT_EQ(failed.fault.side, Side::destination);
    EXPECT_EQ(failed.fault.detail, word);
  }
  EXPECT_TRUE(world.pipelines.empty());
}

TEST_F(BundlePreserves, a_plan_says_so_too) {
  order.options.act = Act::plan;
  world.cannot_set = {"mode"};
  EXPECT_EQ(failure().fault.code, FaultCode::cannot_preserve);
}

TEST_F(BundlePreserves, a_source_that_tells_no_mode_fails_alone) {
  world.modes.erase(from(0));
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(failed_item(0), FaultCode::cannot_preserve);
  EXPECT_EQ(outcomes.at(0).fault->side, Side::source);
  expect_kept(1);
}

TEST_F(BundlePreserves, a_server_that_says_yes_and_sets_nothing_publishes_nothing) {
  world.sets_nothing = true;
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(failed_item(0), FaultCode::cannot_preserve);
  expect_only({});
}

TEST_F(BundlePreserves, in_place_a_mode_of_an_earlier_try_does_not_stop_the_next_one) {
  order.options.publish = Publish::in_place;
  order.items[0].final_name_is_ours = true;
  stands(to(0), "u", "half");
  world.modes[to(0)] = 0400;
  std::optional<unsigned> while_written;
  world.while_moving = [&] { while_written = world.modes[to(0)]; };
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(while_written, 0600U);
  expect_kept(0);
}

TEST_F(BundlePreserves, what_is_adopted_is_left_as_it_is) {
  stands(to(0), "u", "sum0");
  world.modes[to(0)] = 0600;
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(outcomes.at(0).adopted);
  EXPECT_EQ(world.modes[to(0)], 0600U);
  EXPECT_EQ(world.destination[to(0)].facts.modify, "1");
}

// The folders of a tree, when all that goes into them is there.
class KeptFolders : public BundleRules {
 protected:
  KeptFolders() {
    order.options.preserve = {true, true};
    order.options.act = Act::keep_folders;
    for (std::uint32_t number = 0; number < 2; ++number) {
      BundleItem item;
      item.number = number;
      item.is_folder = true;
      item.source = from(number) + "/";
      item.destination = to(number) + "/";
      order.items.push_back(item);
      world.source_folders.insert(from(number));
      world.folders.insert(to(number));
      world.folder_times[from(number)] = "2001020304050" + std::to_string(number);
      world.modes[from(number)] = 02750;
    }
  }
};

TEST_F(KeptFolders, have_the_modes_and_times_of_their_sources) {
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  for (const std::uint32_t i : {0U, 1U}) {
    EXPECT_TRUE(is_done(i));
    EXPECT_EQ(world.folder_times[to(i)], world.folder_times[from(i)]);
    EXPECT_EQ(world.modes[to(i)], 0750U) << "and no set-group-id bit";
  }
  EXPECT_EQ(world.traits_set.size(), 1U) << "one step for all";
}

TEST_F(KeptFolders, that_stand_at_one_side_alone_are_passed_over_and_not_made) {
  world.folders.erase(to(0));
  world.source_folders.erase(from(1));
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  for (const std::uint32_t i : {0U, 1U}) EXPECT_EQ(outcomes.at(i).fate, Fate::skipped);
  EXPECT_TRUE(world.folders_made.empty());
  EXPECT_TRUE(world.traits_set.empty());
}

TEST_F(KeptFolders, that_a_server_says_to_have_set_and_did_not_fail) {
  world.sets_nothing = true;
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(failed_item(0), FaultCode::cannot_preserve);
}

TEST_F(KeptFolders, are_seen_to_again_after_a_connection_broke) {
  world.look_refused[to(1)] = Fault{FaultCode::cut, Side::destination, Doing::look, "", ""};
  EXPECT_EQ(failure().fault.code, FaultCode::cut);
  EXPECT_TRUE(is_done(0)) << "what was set stays set";
  EXPECT_FALSE(outcomes.contains(1));
}

TEST_F(KeptFolders, that_lie_in_others_come_first) {
  order.items[1].source = from(0) + "/in/";
  order.items[1].destination = to(0) + "/in/";
  world.source_folders.insert(from(0) + "/in");
  world.folders.insert(to(0) + "/in");
  world.folder_times[from(0) + "/in"] = "20010203040509";
  world.modes[from(0) + "/in"] = 0700;
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  ASSERT_EQ(world.traits_set.size(), 1U);
  EXPECT_EQ(world.traits_set[0][0].name, to(0) + "/in") << "the mode of the other may lock us out";
}

}  // namespace
}  // namespace rft::mover
