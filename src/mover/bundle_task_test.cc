// A bundle's decisions: which file costs which others what.
#include "mover/bundle_task.h"

#include "mover/bundle_test_world.h"
#include "mover/limits.h"

namespace rft::mover {
namespace {

constexpr std::uint64_t mib = 1 << 20;

TEST_F(BundleRules, all_files_are_moved_proven_and_renamed) {
  add_files(300);
  const TaskSays last = run();
  ASSERT_TRUE(std::holds_alternative<Done>(last));
  EXPECT_EQ(std::get<Done>(last).size, 30'000U);
  EXPECT_EQ(std::get<Done>(last).bytes_sent, 30'000U);
  EXPECT_EQ(begun->source.size, 30'000U);
  EXPECT_EQ(outcomes.size(), 300U);
  EXPECT_EQ(world.destination.size(), 300U);
  for (std::uint32_t i = 0; i < 300; ++i) {
    EXPECT_TRUE(is_done(i));
    expect_whole(i);
  }
  EXPECT_EQ(outcomes[7].verdict, Verdict::verified);
  EXPECT_EQ(outcomes[7].checksum, (Checksum{"ADLER32", "sum7"}));
}

TEST_F(BundleRules, void_files_go_again_under_new_names) {
  add_files(5);
  world.refused[from(2)] = test_fault(FaultCode::not_permitted, Side::source);
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(failed_item(2), FaultCode::not_permitted);
  ASSERT_EQ(world.pipelines.size(), 2U);
  ASSERT_EQ(world.pipelines[1].size(), 2U) << "what arrived is not sent again";
  EXPECT_EQ(world.pipelines[1][0].source, from(3));
  EXPECT_NE(world.pipelines[1][0].destination, world.pipelines[0][3].destination);
  for (const std::size_t i : {0U, 1U, 3U, 4U}) expect_whole(i);
  expect_only({to(0), to(1), to(3), to(4)});
}

TEST_F(BundleRules, many_refusals_use_two_names_in_turns) {
  add_files(8);
  for (const std::size_t i : {1U, 3U, 5U}) {
    world.refused[from(i)] = test_fault(FaultCode::no_such_file, Side::source);
  }
  ASSERT_TRUE(std::holds_alternative<Done>(run()));
  ASSERT_EQ(world.pipelines.size(), 4U);
  EXPECT_EQ(world.pipelines[3][0].destination, part(2, 6, 1));
  for (const std::size_t i : {0U, 2U, 4U, 6U, 7U}) expect_whole(i);
  EXPECT_EQ(world.destination.size(), 5U);
}

TEST_F(BundleRules, where_the_end_of_a_refused_flow_was_not_read_nothing_goes_again) {
  add_files(4);
  world.refused[from(1)] = test_fault(FaultCode::no_such_file, Side::source);
  world.end = FlowEnd::presumed;
  const Failed last = failure();
  EXPECT_EQ(last.fault.code, FaultCode::cut);
  EXPECT_EQ(last.end, FlowEnd::presumed);
  EXPECT_EQ(world.pipelines.size(), 1U);
  EXPECT_TRUE(is_done(0));
  EXPECT_EQ(outcomes.size(), 2U);
}

TEST_F(BundleRules, a_refusal_that_may_pass_leaves_its_file_alone_without_an_outcome) {
  add_files(4);
  world.refused[from(1)] = test_fault(FaultCode::server_refused, Side::source);
  EXPECT_EQ(failure().fault.code, FaultCode::server_refused);
  EXPECT_EQ(outcomes.size(), 3U);
  EXPECT_FALSE(outcomes.contains(1));
  expect_only({to(0), to(2), to(3)});
}

TEST_F(BundleRules, refusals_without_a_reason_come_to_an_end) {
  add_files(40);
  for (std::size_t i = 0; i < 40; ++i) {
    world.refused[from(i)] = test_fault(FaultCode::server_refused, Side::source);
  }
  EXPECT_EQ(failure().fault.code, FaultCode::server_refused);
  EXPECT_LE(world.pipelines.size(), 8U);
}

TEST_F(BundleRules, refusals_in_a_row_are_counted_and_an_arrival_ends_the_row) {
  add_files(40);
  for (std::size_t i = 0; i < 40; i += 2) {
    world.refused[from(i)] = test_fault(FaultCode::server_refused, Side::source);
  }
  EXPECT_EQ(failure().fault.code, FaultCode::server_refused);
  for (std::uint32_t i = 1; i < 40; i += 2) EXPECT_TRUE(is_done(i)) << i;
}

TEST_F(BundleRules, a_row_of_refused_files_is_in_the_way_of_the_others_in_one_epoch_only) {
  add_files(40);
  for (std::size_t i = 0; i < unexplained_refusals_max; ++i) {
    world.refused[from(i)] = test_fault(FaultCode::server_refused, Side::source);
  }
  order.task.epoch = 1;
  EXPECT_EQ(failure().fault.code, FaultCode::server_refused);
  EXPECT_TRUE(outcomes.empty());
  order.task.epoch = 2;
  EXPECT_EQ(failure().fault.code, FaultCode::server_refused);
  EXPECT_EQ(outcomes.size(), 40 - unexplained_refusals_max);
}

TEST_F(BundleRules, the_last_word_tells_the_fault_of_each_file_that_has_one_of_its_own) {
  add_files(6);
  world.refused[from(1)] = test_fault(FaultCode::server_refused, Side::source);
  world.look_refused[from(4)] = test_fault(FaultCode::stalled, Side::source);
  world.breaks_at = 2;  // of the second pipeline
  const Failed last = failure();
  EXPECT_EQ(last.fault.code, FaultCode::cut) << "the fault of those that have none";
  ASSERT_EQ(last.item_faults.size(), 2U);
  EXPECT_EQ(last.item_faults[0],
            (ItemFault{1, test_fault(FaultCode::server_refused, Side::source)}));
  EXPECT_EQ(last.item_faults[1], (ItemFault{4, test_fault(FaultCode::stalled, Side::source)}));
}

TEST_F(BundleRules, the_faults_of_files_in_the_last_word_have_a_limit) {
  add_files(2 * item_faults_max);
  for (std::size_t i = 0; i < order.items.size(); ++i) {
    world.look_refused[from(i)] = test_fault(FaultCode::stalled, Side::source);
    world.look_refused[from(i)].reply = std::to_string(i);
  }
  EXPECT_EQ(failure().item_faults.size(), item_faults_max);
}

TEST_F(BundleRules, after_a_row_of_refusals_no_other_file_has_the_fault_of_one) {
  add_files(40);
  for (std::size_t i = 0; i < 40; ++i) {
    world.refused[from(i)] = test_fault(FaultCode::server_refused, Side::source);
  }
  const Failed last = failure();
  EXPECT_TRUE(last.fault.reply.empty());
  EXPECT_FALSE(last.fault.detail.empty());
  EXPECT_EQ(last.item_faults.size(), unexplained_refusals_max);
}

TEST_F(BundleRules, what_arrived_before_a_break_is_proven_and_published) {
  add_files(4);
  world.breaks_at = 2;
  const Failed last = failure();
  EXPECT_EQ(last.fault.code, FaultCode::cut);
  EXPECT_EQ(last.bytes_sent, 200U);
  EXPECT_EQ(world.pipelines.size(), 1U);
  EXPECT_TRUE(is_done(0) && is_done(1));
  EXPECT_EQ(outcomes.size(), 2U);
}

TEST_F(BundleRules, a_full_disk_ends_the_moving_and_not_the_publishing) {
  add_files(4);
  world.stor_refused[part(2, 1)] = test_fault(FaultCode::destination_full);
  EXPECT_EQ(failure().fault.code, FaultCode::destination_full);
  EXPECT_EQ(world.pipelines.size(), 1U);
  EXPECT_TRUE(is_done(0));
  EXPECT_EQ(outcomes.size(), 1U);
}

TEST_F(BundleRules, an_order_to_publish_an_earlier_lot_publishes_nothing_of_a_later_one) {
  add_files(3, 30 * mib);
  when_verified = [this](std::uint64_t seq) {
    running->publish(verified.front().first);
    if (seq != verified.front().first) running->interrupt(Interrupt::Why::stop);
  };
  EXPECT_TRUE(std::holds_alternative<Stopped>(run()));
  EXPECT_EQ(verified.size(), 2U);
  EXPECT_TRUE(is_done(0) && is_done(1));
  EXPECT_FALSE(world.destination.contains(to(2)));
}

TEST_F(BundleRules, an_order_to_publish_that_comes_again_late_does_not_undo_the_newer_one) {
  add_files(3, 30 * mib);
  when_verified = [this](std::uint64_t seq) {
    running->publish(seq);
    running->publish(verified.front().first);
  };
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
}

TEST_F(BundleRules, nothing_is_published_before_the_word_to_publish) {
  add_files(2);
  when_verified = [this](std::uint64_t seq) {
    expect_only({part(2, 0), part(2, 1)});
    EXPECT_TRUE(outcomes.empty());
    EXPECT_EQ(verified.back().second.at(1).intent.checksum, (Checksum{"ADLER32", "sum1"}));
    running->publish(seq);
  };
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
}

TEST_F(BundleRules, a_stop_publishes_nothing) {
  add_files(2);
  when_verified = [this](std::uint64_t seq) {
    running->interrupt(Interrupt::Why::stop);
    running->publish(seq);
  };
  ASSERT_TRUE(std::holds_alternative<Stopped>(run()));
  EXPECT_EQ(std::get<Stopped>(last).end, FlowEnd::known);
  EXPECT_FALSE(world.destination.contains(to(0)));
}

TEST_F(BundleRules, a_stop_while_bytes_move_starts_no_proof) {
  add_files(4);
  order.options.verify = Verify::size_only;
  world.breaks_at = 2;
  world.while_moving = [this] { running->interrupt(Interrupt::Why::stop); };
  EXPECT_TRUE(std::holds_alternative<Stopped>(run()));
  EXPECT_TRUE(verified.empty());
}

TEST_F(BundleRules, the_end_of_the_lease_publishes_nothing) {
  add_files(2);
  when_verified = [this](std::uint64_t) { running->interrupt(Interrupt::Why::mover_ends); };
  EXPECT_EQ(failure().fault.code, FaultCode::lease_ended);
  EXPECT_TRUE(outcomes.empty());
}

TEST_F(BundleRules, a_rename_whose_answer_is_lost_has_no_outcome) {
  add_files(3);
  world.rename_answer_lost.insert(to(1));
  const Failed last = failure();
  EXPECT_TRUE(last.publish_unknown);
  EXPECT_TRUE(is_done(0) && is_done(2));
  EXPECT_FALSE(outcomes.contains(1));
  EXPECT_TRUE(world.destination.contains(to(1)));
}

TEST_F(BundleRules, each_source_that_cannot_be_moved_fails_alone) {
  add_files(5);
  world.source.erase(from(1));
  world.look_refused[from(2)] = test_fault(FaultCode::not_permitted, Side::source);
  world.source[from(3)].facts.size = bundle_file_max + 1;
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(failed_item(1), FaultCode::no_such_file);
  EXPECT_EQ(failed_item(2), FaultCode::not_permitted);
  EXPECT_EQ(outcomes[3].fate, Fate::apart);
  EXPECT_EQ(outcomes[3].size, bundle_file_max + 1);
  expect_only({to(0), to(4)});
}

TEST_F(BundleRules, the_outcomes_of_a_lot_go_in_one_word) {
  add_files(lot_files_max);
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(outcome_words, 1U) << "each is a commit of the store";
}

TEST_F(BundleRules, the_faults_in_a_word_of_outcomes_have_a_limit) {
  add_files(2 * outcome_faults_max + 1);
  world.source.clear();
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(outcome_words, 3U);
}

TEST_F(BundleRules, without_extended_mode_each_is_moved_apart) {
  add_files(2);
  world.many = false;
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(outcomes[0].fate, Fate::apart);
  EXPECT_EQ(outcomes[1].fate, Fate::apart);
  EXPECT_TRUE(world.pipelines.empty());
}

TEST_F(BundleRules, without_a_common_checksum_no_byte_moves) {
  add_files(2);
  world.algorithms.clear();
  EXPECT_EQ(failure().fault.code, FaultCode::no_common_checksum);
  EXPECT_TRUE(world.pipelines.empty());
}

TEST_F(BundleRules, a_checksum_of_a_files_own_is_its_own_affair) {
  add_files(3);
  world.algorithms.insert("MD5");
  order.items[1].checksum = {"MD5", "d41d8cd98f00b204e9800998ecf8427e"};
  order.items[2].checksum = {"SHA1", ""};
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(is_done(0));
  EXPECT_EQ(failed_item(1), FaultCode::not_the_expected_content);
  EXPECT_EQ(failed_item(2), FaultCode::no_common_checksum);
  expect_only({to(0)});
}

TEST_F(BundleRules, bytes_that_differ_are_not_published_and_their_way_is_not_used_again) {
  add_files(3);
  world.spoilt_on_the_way.insert(from(1));
  EXPECT_EQ(failure().fault.code, FaultCode::checksum_differs);
  EXPECT_FALSE(outcomes.contains(1));
  EXPECT_EQ(world.channels_distrusted, 1U);
  expect_only({to(0), to(2)});
}

TEST_F(BundleRules, a_source_that_changes_under_a_size_only_move_is_told) {
  add_files(2);
  order.options.verify = Verify::size_only;
  world.while_moving = [this] { world.source[from(1)].facts.modify = "2"; };
  EXPECT_EQ(failure().fault.code, FaultCode::source_changed);
  EXPECT_EQ(outcomes[0].verdict, Verdict::size_only);
  expect_only({to(0)});
}

TEST_F(BundleRules, what_stands_there_already_is_adopted_if_it_is_identical) {
  add_files(4);
  stands(to(0), "x", "sum0");
  stands(to(1), "x", "ffff");
  stands(to(2), "x", "sum2", 99);
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(is_done(0) && outcomes[0].adopted);
  EXPECT_EQ(failed_item(1), FaultCode::destination_exists);
  EXPECT_EQ(failed_item(2), FaultCode::destination_exists);
  EXPECT_TRUE(is_done(3) && !outcomes[3].adopted);
  EXPECT_EQ(world.destination[to(1)].checksum, "ffff");
  EXPECT_EQ(world.pipelines.at(0).size(), 1U);
}

TEST_F(BundleRules, a_name_taken_meanwhile_is_judged_again) {
  add_files(3);
  when_verified = [this](std::uint64_t seq) {
    stands(to(0), "x", "sum0");
    stands(to(1), "x", "ffff");
    running->publish(seq);
  };
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(outcomes[0].adopted);
  EXPECT_EQ(failed_item(1), FaultCode::destination_exists);
  EXPECT_EQ(world.destination[to(1)].checksum, "ffff");
  expect_only({to(0), to(1), to(2)});
}

TEST_F(BundleRules, by_the_option_what_stands_there_is_replaced_or_kept) {
  add_files(1);
  stands(to(0), "x", "ffff");
  order.options.existing = Existing::fail;
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(failed_item(0), FaultCode::destination_exists);
  outcomes.clear();
  order.options.existing = Existing::overwrite;
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  expect_whole(0);
}

TEST_F(BundleRules, what_another_put_in_its_place_meanwhile_keeps_the_name) {
  add_files(2);
  world.after_rename = [this](const std::string& name) {
    if (name == to(1)) stands(name, "anothers", "ffff", 7);
  };
  const Failed last = failure();
  EXPECT_EQ(last.fault.code, FaultCode::changed_after_verify);
  EXPECT_FALSE(last.publish_unknown);
  EXPECT_EQ(world.destination[to(1)].checksum, "ffff");
}

TEST_F(BundleRules, what_a_server_cuts_short_as_it_renames_loses_its_name_again) {
  add_files(2);
  world.after_rename = [this](const std::string& name) { world.destination[name].facts.size = 7; };
  const Failed last = failure();
  EXPECT_EQ(last.fault.code, FaultCode::changed_after_verify);
  EXPECT_FALSE(last.publish_unknown);
  expect_only({});
}

TEST_F(BundleRules, a_missing_folder_is_made_once) {
  add_files(4);
  for (std::size_t i = 1; i < 4; ++i) {
    order.items[i].destination = "/d/e/f/" + std::to_string(i);
  }
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(world.folders_made, (std::vector<std::string>{"/d/e", "/d/e/f"}));
}

TEST_F(BundleRules, with_parents_fail_a_missing_folder_is_the_fault_of_its_files) {
  add_files(2);
  order.items[1].destination = "/d/e/1";
  order.options.parents = Parents::fail;
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(is_done(0));
  EXPECT_EQ(failed_item(1), FaultCode::no_such_folder);
}

TEST_F(BundleRules, in_place_nothing_is_written_before_it_is_stored_that_the_names_are_ours) {
  add_files(2);
  order.options.publish = Publish::in_place;
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(waited);
  EXPECT_FALSE(moved_unsaved);
  EXPECT_TRUE(verified.empty());
  expect_only({to(0), to(1)});
}

TEST_F(BundleRules, in_place_another_files_name_is_not_ours_for_that_of_its_neighbour) {
  add_files(3);
  order.options.publish = Publish::in_place;
  for (const Existing existing : {Existing::fail, Existing::adopt}) {
    order.options.existing = existing;
    order.items[0].final_name_is_ours = true;
    stands(to(0), "half", "ffff", 7);
    stands(to(1), "theirs", "eeee", 7);
    outcomes.clear();
    EXPECT_TRUE(std::holds_alternative<Done>(run()));
    EXPECT_EQ(failed_item(1), FaultCode::destination_exists);
    EXPECT_EQ(world.destination[to(1)].checksum, "eeee");
    expect_whole(0);
    EXPECT_EQ(begun->items.front(), 0U);
    EXPECT_EQ(std::count(begun->items.begin(), begun->items.end(), 1U), 0) << "it is not begun";
  }
}

TEST_F(BundleRules, in_place_a_name_whose_look_failed_is_not_begun) {
  add_files(2);
  order.options.publish = Publish::in_place;
  order.options.existing = Existing::fail;
  world.look_refused[to(1)] = test_fault(FaultCode::stalled);
  EXPECT_EQ(failure().fault.code, FaultCode::stalled);
  EXPECT_EQ(begun->items, std::vector<std::uint32_t>{0});
}

TEST_F(BundleRules, in_place_it_is_stored_again_where_another_name_becomes_ours) {
  add_files(2);
  order.options.publish = Publish::in_place;
  order.items[0].final_name_is_ours = true;
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_TRUE(waited);
  EXPECT_FALSE(moved_unsaved);
}

TEST_F(BundleRules, in_place_nothing_waits_for_the_store_where_no_look_would_meet_our_half_files) {
  add_files(2);
  order.options.publish = Publish::in_place;
  order.options.verify = Verify::none;
  order.options.existing = Existing::overwrite;
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_FALSE(waited);
  expect_only({to(0), to(1)});
}

TEST_F(BundleRules, in_place_a_refused_source_leaves_no_other_files_bytes_under_its_name) {
  add_files(4);
  order.options.publish = Publish::in_place;
  world.refused[from(1)] = test_fault(FaultCode::not_permitted, Side::source);
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  for (const std::size_t i : {0U, 2U, 3U}) expect_whole(i);
  expect_only({to(0), to(2), to(3)});
}

TEST_F(BundleRules, in_place_a_deletion_of_unknown_end_is_waited_out_as_a_flow_is) {
  add_files(3);
  order.options.publish = Publish::in_place;
  world.refused[from(1)] = test_fault(FaultCode::server_refused, Side::source);
  world.remove_refused[to(1)] = Fault{FaultCode::cut, Side::destination, Doing::remove, "", ""};
  EXPECT_EQ(failure().end, FlowEnd::presumed);
}

TEST_F(BundleRules, in_place_such_a_deletion_is_waited_out_where_nothing_else_is_to_be_done) {
  add_files(3);
  order.options.publish = Publish::in_place;
  world.refused[from(1)] = test_fault(FaultCode::not_permitted, Side::source);
  world.remove_refused[to(1)] = Fault{FaultCode::cut, Side::destination, Doing::remove, "", ""};
  const TaskSays said = run();
  EXPECT_EQ(outcomes.size(), 3U);
  ASSERT_TRUE(std::holds_alternative<Stopped>(said));
  EXPECT_EQ(std::get<Stopped>(said).end, FlowEnd::presumed);
}

TEST_F(BundleRules, in_place_a_deletion_that_is_refused_is_not_waited_for) {
  add_files(3);
  order.options.publish = Publish::in_place;
  world.refused[from(1)] = test_fault(FaultCode::server_refused, Side::source);
  world.remove_refused[to(1)] = test_fault(FaultCode::not_permitted);
  EXPECT_EQ(failure().end, FlowEnd::known);
}

TEST_F(BundleRules, in_place_a_name_that_the_server_does_not_let_us_write_is_not_deleted) {
  add_files(3);
  order.options.publish = Publish::in_place;
  order.options.existing = Existing::overwrite;
  stands(to(1), "x", "ffff");
  world.stor_refused[to(1)] = test_fault(FaultCode::not_permitted);
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(failed_item(1), FaultCode::not_permitted);
  EXPECT_EQ(world.destination[to(1)].checksum, "ffff");
  expect_whole(2);
}

TEST_F(BundleRules, where_nothing_is_to_be_proven_no_file_of_the_destination_is_looked_at) {
  add_files(3);
  order.options.publish = Publish::in_place;
  order.options.existing = Existing::overwrite;
  order.options.verify = Verify::none;
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  EXPECT_EQ(world.looked_at, std::vector<std::string>{"/d"});
  EXPECT_EQ(outcomes[0].verdict, Verdict::not_verified);
}

TEST(Judge, a_connection_that_ends_is_no_refusal_to_replace) {
  const Renamed cut{Fault{FaultCode::cut, Side::destination, Doing::publish, "", ""}, false};
  EXPECT_EQ(judge_rename(cut, true).code, FaultCode::cut);
  const Renamed refused{test_fault(FaultCode::not_permitted), false};
  EXPECT_EQ(judge_rename(refused, true).code, FaultCode::cannot_replace);
  EXPECT_EQ(judge_rename(refused, false).code, FaultCode::not_permitted);
}

}  // namespace
}  // namespace rft::mover
