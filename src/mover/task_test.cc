// A task's decisions.
#include "mover/task_test_world.h"

namespace rft::mover {
namespace {

TEST_F(TaskRules, a_file_where_a_folder_is_needed_fails_it_at_once_and_is_named) {
  world.destination["/d/taken"] = {{5, "1", "other"}, "x", 0};
  for (const char* below : {"file", "new/er/file"}) {
    order.destination = parse_url(std::string("ftp://b/d/taken/") + below).value();
    const TaskSays last = run();
    EXPECT_EQ(fault_of(last), FaultCode::not_a_folder);
    EXPECT_NE(std::get<Failed>(last).fault.detail.find("'/d/taken' is a file"), std::string::npos);
    EXPECT_TRUE(world.said.empty());
  }
}

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
