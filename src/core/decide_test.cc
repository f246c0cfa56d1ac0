#include "core/decide.h"

#include <gtest/gtest.h>

#include <array>

namespace rft {
namespace {

const Now noon{Instant{Duration{1'000'000}}, wall_time(1'795'676'400'000)};
const Caller alice{"uid:1", "uid:1"};

Uuid id(std::uint8_t n) {
  Uuid made;
  made.bytes[15] = n;
  return made;
}
const Draws draws{id(1), id(2), id(3), id(4), 100, -7};

Submit a_submit(bool commit = false) {
  return {"h", *parse_url("ftp://a/x"), *parse_url("ftp://b/y"), std::nullopt, {}, commit};
}

Transfer created() {
  return on_call(nullptr, a_submit(), alice, noon, draws).change->next;
}

Transfer queued() {
  return on_call(nullptr, a_submit(true), alice, noon, draws).change->next;
}

Transfer granted(const Transfer& from) {
  return on_grant(from, {"m1", std::nullopt, std::nullopt, 4}, noon, draws)->next;
}

Transfer heard(const Transfer& from, TaskSays says, Now now = noon) {
  const TaskWord word{task_of(from.file), from.file.heard + 1, std::move(says)};
  return on_word(from, word, now, draws)->next;
}

Transfer stopped_while_active() {
  const Transfer active = granted(queued());
  return on_call(&active, Stop{"h"}, alice, noon, draws).change->next;
}

Transfer at(Stage stage) {
  switch (stage) {
    case Stage::inactive:
      return created();
    case Stage::committed:
      return queued();
    case Stage::active:
      return granted(queued());
    case Stage::stopping:
      return stopped_while_active();
    case Stage::done:
      return heard(granted(queued()), Done{});
    case Stage::failed:
      return heard(granted(queued()),
                   Failed{{FaultCode::no_such_file, Side::source, Doing::look, "", ""}});
    case Stage::stopped:
      return heard(stopped_while_active(), Stopped{FlowEnd::known});
  }
  return {};
}

// Design, section 2: what each call answers in each state, and what stands afterwards.
struct Cell {
  const char* answer;  // a status, or the code of a refusal
  Stage after;
};
constexpr std::array stages{Stage::inactive, Stage::committed, Stage::active, Stage::stopping,
                            Stage::done,     Stage::failed,    Stage::stopped};
struct Row {
  const char* name;
  Call call;
  std::array<Cell, 7> cells;
};

using S = Stage;
const std::array rows{
    Row{"submit",
        a_submit(),
        {{{"inactive", S::inactive},
          {"committed", S::committed},
          {"active", S::active},
          {"active", S::stopping},
          {"done", S::done},
          {"failed", S::failed},
          {"user_stop_partial_trans", S::stopped}}}},
    Row{"commit",
        Commit{"h"},
        {{{"committed", S::committed},
          {"committed", S::committed},
          {"active", S::active},
          {"wrong_state", S::stopping},
          {"done", S::done},
          {"committed", S::committed},
          {"committed", S::committed}}}},
    Row{"complete",
        a_submit(true),
        {{{"committed", S::committed},
          {"committed", S::committed},
          {"active", S::active},
          {"active", S::stopping},
          {"done", S::done},
          {"failed", S::failed},
          {"user_stop_partial_trans", S::stopped}}}},
    Row{"priority",
        ChangePriority{"h", 70},
        {{{"inactive", S::inactive},
          {"committed", S::committed},
          {"wrong_state", S::active},
          {"wrong_state", S::stopping},
          {"wrong_state", S::done},
          {"wrong_state", S::failed},
          {"user_stop_partial_trans", S::stopped}}}},
    Row{"stop",
        Stop{"h"},
        {{{"wrong_state", S::inactive},
          {"user_stop_partial_trans", S::stopped},
          {"active", S::stopping},
          {"active", S::stopping},
          {"wrong_state", S::done},
          {"wrong_state", S::failed},
          {"user_stop_partial_trans", S::stopped}}}},
};

std::string said(const Answer& answer) {
  return std::string(answer ? word(answer->status) : entry(answer.error().code).word);
}

TEST(EightCalls, every_call_in_every_state_does_what_the_table_says_and_may_be_repeated) {
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const Transfer before = at(stages[i]);
      ASSERT_EQ(stage(before.file), stages[i]);
      const CallOutcome first = on_call(&before, row.call, alice, noon, draws);
      const Transfer after = first.change ? first.change->next : before;
      EXPECT_EQ(said(first.answer), row.cells[i].answer) << row.name << " in state " << i;
      EXPECT_EQ(stage(after.file), row.cells[i].after) << row.name << " in state " << i;
      EXPECT_EQ(after.file.version, before.file.version + (first.change ? 1 : 0));

      const CallOutcome second = on_call(&after, row.call, alice, noon, draws);
      if (first.answer) {
        EXPECT_EQ(said(second.answer), said(first.answer)) << row.name << " again, state " << i;
      }
    }
  }
}

TEST(EightCalls, clear_erases_what_rests_and_refuses_what_lives) {
  for (const Stage one : stages) {
    const Transfer before = at(one);
    const CallOutcome outcome = on_call(&before, Clear{"h"}, alice, noon, draws);
    const bool lives = one == S::committed || one == S::active || one == S::stopping;
    EXPECT_EQ(said(outcome.answer), lives ? "wrong_state" : "user_stop");
    EXPECT_EQ(outcome.change && outcome.change->erased, !lives);
  }
}

TEST(EightCalls, without_a_record_all_but_submit_and_complete_fail) {
  for (const Call& call :
       {Call(Commit{"h"}), Call(ChangePriority{"h", 1}), Call(Clear{"h"}), Call(Stop{"h"})}) {
    EXPECT_EQ(said(on_call(nullptr, call, alice, noon, draws).answer), "no_such_transfer");
  }
  EXPECT_EQ(said(on_call(nullptr, a_submit(), alice, noon, draws).answer), "inactive");
  EXPECT_EQ(said(on_call(nullptr, a_submit(true), alice, noon, draws).answer), "committed");
}

TEST(EightCalls, other_content_under_a_known_handle_fails_in_every_state) {
  for (const Stage one : stages) {
    const Transfer before = at(one);
    for (const bool commit : {false, true}) {
      Submit other = a_submit(commit);
      other.destination = *parse_url("ftp://b/z");
      EXPECT_EQ(said(on_call(&before, other, alice, noon, draws).answer), "handle_in_use");
    }
  }
}

TEST(EightCalls, a_repeated_submit_leaves_the_stored_priority) {
  const Transfer before = created();
  Submit again = a_submit();
  again.priority = 90;
  EXPECT_FALSE(on_call(&before, again, alice, noon, draws).change);
}

TEST(EightCalls, push_goes_ahead_of_all_and_is_kept_through_a_later_commit) {
  const Transfer before = created();
  const Transfer pushed =
      on_call(&before, ChangePriority{"h", PriorityStep::push}, alice, noon, draws).change->next;
  EXPECT_EQ(pushed.file.priority, 100);
  EXPECT_EQ(pushed.file.rank, -7);
  const Transfer committed = on_call(&pushed, Commit{"h"}, alice, noon, draws).change->next;
  EXPECT_EQ(committed.file.rank, -7);
}

TEST(EightCalls, increase_and_decrease_move_by_ten_and_stay_within_bounds) {
  Transfer now = created();
  for (int i = 0; i < 7; ++i) {
    now =
        on_call(&now, ChangePriority{"h", PriorityStep::increase}, alice, noon, draws).change->next;
  }
  EXPECT_EQ(now.file.priority, 100);
  for (int i = 0; i < 12; ++i) {
    now =
        on_call(&now, ChangePriority{"h", PriorityStep::decrease}, alice, noon, draws).change->next;
  }
  EXPECT_EQ(now.file.priority, 0);
}

TEST(EightCalls, commit_after_finish_by_fails) {
  Submit late = a_submit();
  late.options.finish_by = noon.wall + 1s;
  const Transfer before = on_call(nullptr, late, alice, noon, draws).change->next;
  const Now later{noon.instant + 2s, noon.wall + 2s};
  EXPECT_EQ(said(on_call(&before, Commit{"h"}, alice, later, draws).answer), "finish_by_passed");
}

TEST(Words, a_stale_word_moves_nothing) {
  const Transfer active = granted(queued());
  Task other = task_of(active.file);
  ++other.epoch;
  EXPECT_FALSE(on_word(active, {other, 1, Done{}}, noon, draws));
  const Transfer once = heard(active, Begun{});
  EXPECT_FALSE(on_word(once, {task_of(once.file), once.file.heard, Done{}}, noon, draws));
  const Transfer done = heard(active, Done{});
  EXPECT_FALSE(on_word(done, {task_of(done.file), 9, Failed{}}, noon, draws));
}

TEST(Words, progress_refills_the_budget_and_a_try_without_it_costs_one) {
  Transfer now = granted(queued());
  const Fault cut{FaultCode::cut, Side::source, Doing::move, "", ""};
  now = heard(now, Failed{cut, FlowEnd::known});
  EXPECT_EQ(now.file.tries, 1U);
  now = heard(granted(now), Failed{cut, FlowEnd::known});
  EXPECT_EQ(now.file.tries, 2U);
  now = heard(granted(now), Moving{RangeSet{{0, 10}}, 10});
  EXPECT_EQ(now.file.tries, 0U);
}

TEST(Words, twenty_tries_in_a_row_without_a_byte_end_it) {
  Transfer now = queued();
  int tries = 0;
  for (; now.file.status == Status::committed && tries < 50; ++tries) {
    now = heard(granted(now),
                Failed{{FaultCode::cut, Side::source, Doing::move, "", ""}, FlowEnd::known});
  }
  EXPECT_EQ(now.file.status, Status::failed);
  EXPECT_EQ(tries, 21);
  EXPECT_EQ(now.file.fault->code, FaultCode::cut);
}

TEST(Words, bytes_sent_again_from_zero_are_no_progress) {
  Submit submit = a_submit(true);
  submit.options.verify = Verify::size_only;
  Transfer now = on_call(nullptr, submit, alice, noon, draws).change->next;
  const Fault refused{FaultCode::server_refused, Side::destination, Doing::publish, "", ""};
  int tries = 0;
  for (; now.file.status == Status::committed && tries < 50; ++tries) {
    now = heard(granted(now), Begun{{10, "m", "u"}});
    now = heard(now, Verified{{10, "m", "u"}, std::nullopt, Verdict::size_only, 10});
    now = heard(now, Failed{refused, FlowEnd::known});
  }
  EXPECT_EQ(now.file.status, Status::failed);
  EXPECT_EQ(tries, 21);
}

TEST(Words, the_last_try_may_not_end_it_while_its_rename_may_have_been_done) {
  Submit submit = a_submit(true);
  submit.options.max_tries = 1;
  submit.options.finish_by = noon.wall + 1s;
  Transfer now = on_call(nullptr, submit, alice, noon, draws).change->next;
  now = heard(granted(now), Verified{{5, "m", "u"}, std::nullopt, {}, 5});
  Failed lost{{FaultCode::cut, Side::destination, Doing::publish, "", ""}, FlowEnd::known};
  lost.publish_unknown = true;
  now = heard(now, lost);
  EXPECT_EQ(now.file.status, Status::committed);
  EXPECT_FALSE(on_time(now, {}, {noon.instant + 1min, noon.wall + 1min}, draws));
  EXPECT_EQ(heard(granted(now), Done{}).file.status, Status::done);
  lost.publish_unknown = false;
  EXPECT_EQ(heard(granted(now), lost).file.status, Status::failed);
  lost.publish_unknown = true;
  for (std::uint32_t i = 0; i <= looks_after_the_last; ++i) now = heard(granted(now), lost);
  EXPECT_EQ(now.file.status, Status::failed);
}

TEST(Words, a_failed_proof_begins_afresh_under_a_new_name_three_times) {
  Transfer now = queued();
  int begun = 0;
  for (; now.file.status == Status::committed && begun < 50; ++begun) {
    now = heard(granted(now), Begun{{10, "m", "u"}});
    now = heard(now, Moving{RangeSet{{0, 10}}, 10});
    const auto change =
        on_word(now,
                {task_of(now.file), now.file.heard + 1,
                 Failed{{FaultCode::checksum_differs, Side::destination, Doing::verify, "", ""},
                        FlowEnd::known}},
                noon, draws);
    if (change->next.file.status == Status::committed) {
      EXPECT_EQ(change->discarded.size(), 1U);
      EXPECT_TRUE(change->next.file.part.confirmed.empty());
      EXPECT_TRUE(change->next.file.part.id.is_nil());
    }
    now = change->next;
  }
  EXPECT_EQ(now.file.status, Status::failed);
  EXPECT_EQ(begun, 4);
}

TEST(Words, the_order_to_publish_goes_out_only_with_the_saved_intent) {
  const Transfer active = heard(granted(queued()), Begun{});
  const auto change = on_word(
      active,
      {task_of(active.file), 2, Verified{{5, "m", "u"}, std::nullopt, Verdict::verified, 5}}, noon,
      draws);
  ASSERT_EQ(change->orders.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<PublishOrder>(change->orders[0].order));
  EXPECT_EQ(change->next.file.intent->part.unique, "u");
  EXPECT_TRUE(change->next.file.publish_ordered);
}

TEST(Words, a_stopping_transfer_is_not_published) {
  const Transfer stopping = stopped_while_active();
  const auto change = on_word(stopping, {task_of(stopping.file), 1, Verified{}}, noon, draws);
  EXPECT_TRUE(change->orders.empty());
}

TEST(Words, done_while_stopping_is_done) {
  EXPECT_EQ(heard(stopped_while_active(), Done{}).file.status, Status::done);
}

TEST(Stops, a_stop_that_nobody_confirms_rests_after_five_seconds) {
  const Transfer stopping = stopped_while_active();
  const Now later{noon.instant + stop_within, noon.wall + stop_within};
  EXPECT_FALSE(on_time(stopping, {}, noon, draws));
  const auto change = on_time(stopping, {}, later, draws);
  EXPECT_EQ(change->next.file.status, Status::user_stop_partial_trans);
  EXPECT_EQ(change->next.file.part.end, FlowEnd::presumed);
  EXPECT_TRUE(change->next.file.mover.empty());
}

TEST(Stops, a_rename_with_an_unknown_end_is_looked_at_before_it_rests) {
  Transfer now = heard(granted(queued()), Verified{{5, "m", "u"}, std::nullopt, {}, 5});
  now = on_call(&now, Stop{"h"}, alice, noon, draws).change->next;
  EXPECT_FALSE(on_time(now, {}, {noon.instant + 1min, noon.wall + 1min}, draws));
  now = on_mover_lost(now, LostBecause::died, Duration{0}, noon, draws)->next;
  EXPECT_EQ(now.file.status, Status::active);
  ASSERT_TRUE(needs_look(now.file));
  const auto look = on_grant(now, {"m2", std::nullopt, std::nullopt, 4}, noon, draws);
  const auto& order = std::get<MoveOrder>(look->orders.at(0).order);
  EXPECT_TRUE(order.look_only);
  // The part gets this epoch's name, so that a rename still on its way finds nothing.
  EXPECT_EQ(look->next.file.part.epochs.front(), order.task.epoch);
  EXPECT_EQ(order.earlier->epochs, now.file.part.epochs);
  EXPECT_EQ(order.intent->part.unique, "u");
  EXPECT_EQ(heard(look->next, Done{}).file.status, Status::done);
  EXPECT_EQ(heard(look->next, Stopped{}).file.status, Status::user_stop_partial_trans);
}

TEST(Stops, one_that_waited_for_a_rename_goes_out_once_there_was_none) {
  Transfer now = heard(granted(queued()), Verified{{5, "m", "u"}, std::nullopt, {}, 5});
  now = on_mover_lost(now, LostBecause::died, Duration{0}, noon, draws)->next;
  now = granted(now);
  EXPECT_TRUE(now.file.publish_ordered);
  const auto stop = on_call(&now, Stop{"h"}, alice, noon, draws).change;
  EXPECT_TRUE(stop->orders.empty());
  const auto begun = on_word(stop->next, {task_of(now.file), 1, Begun{}}, noon, draws);
  ASSERT_EQ(begun->orders.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<StopOrder>(begun->orders[0].order));
  EXPECT_FALSE(begun->next.file.publish_ordered);
  EXPECT_EQ(next_deadline(begun->next, {}), noon.wall + stop_within);
}

TEST(Stops, words_that_come_late_do_not_stop_its_clock) {
  const Transfer begun = heard(stopped_while_active(), Begun{});
  EXPECT_EQ(next_deadline(begun, {}), noon.wall + stop_within);
  const Transfer moving = heard(begun, Moving{RangeSet{{0, 10}}, 10});
  EXPECT_EQ(next_deadline(moving, {}), noon.wall + stop_within);
}

TEST(Stops, a_clock_that_goes_back_does_not_make_it_last) {
  const Now back{noon.instant + stop_within, noon.wall - 1h};
  const auto change = on_time(stopped_while_active(), {}, back, draws);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->next.file.status, Status::user_stop_partial_trans);
  Transfer publishing = heard(granted(queued()), Verified{{5, "m", "u"}, std::nullopt, {}, 5});
  publishing = on_call(&publishing, Stop{"h"}, alice, noon, draws).change->next;
  EXPECT_FALSE(on_time(publishing, {}, back, draws));
}

TEST(Movers, its_death_costs_a_try_and_three_wait_for_nothing) {
  Transfer now = queued();
  for (std::uint32_t death = 1; death <= 4; ++death) {
    now = on_mover_lost(granted(now), LostBecause::died, Duration{0}, noon, draws)->next;
    EXPECT_EQ(now.file.tries, death);
    EXPECT_EQ(now.file.not_before.has_value(), death > 3) << death;
  }
  EXPECT_EQ(now.file.part.end, FlowEnd::presumed);
}

TEST(Movers, a_death_together_with_us_costs_nothing) {
  const Transfer now =
      on_mover_lost(granted(queued()), LostBecause::we_died, Duration{0}, noon, draws)->next;
  EXPECT_EQ(now.file.tries, 0U);
  EXPECT_FALSE(now.file.not_before);
}

TEST(Movers, one_that_knows_nothing_of_its_task_gives_it_back_at_no_cost) {
  const Transfer active = granted(queued());
  const auto change = on_word(active, {task_of(active.file), 0, UnknownTask{}}, noon, draws);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->next.file.status, Status::committed);
  EXPECT_EQ(change->next.file.tries, 0U);
}

TEST(Movers, a_lease_that_ended_costs_nothing_and_waits_for_nothing) {
  const Transfer now =
      heard(granted(queued()),
            Failed{{FaultCode::lease_ended, Side::none, Doing::move, "", ""}, FlowEnd::known});
  EXPECT_EQ(now.file.status, Status::committed);
  EXPECT_EQ(now.file.tries, 0U);
  EXPECT_LE(now.file.not_before.value_or(noon.wall), noon.wall);
}

TEST(Parts, the_next_epoch_is_told_every_name_under_which_bytes_may_stand) {
  Transfer now = heard(granted(queued()), Begun{{100, "m", "u"}});
  now = heard(now, Moving{RangeSet{{0, 40}}, 40});
  now = on_mover_lost(now, LostBecause::died, Duration{0}, noon, draws)->next;
  now = on_mover_lost(granted(now), LostBecause::died, Duration{0}, noon, draws)->next;
  const auto change = on_grant(now, {"m", std::nullopt, std::nullopt, 4}, noon, draws);
  const auto& order = std::get<MoveOrder>(change->orders.at(0).order);
  EXPECT_EQ(order.earlier->epochs, (std::vector<std::uint32_t>{2, 1}));
  EXPECT_EQ(order.earlier->end, FlowEnd::presumed);
  EXPECT_EQ(order.earlier->settle, settle_least);
  EXPECT_EQ(order.earlier->confirmed.text(), "0-40");
  EXPECT_EQ(change->next.file.part.epochs, (std::vector<std::uint32_t>{3, 2, 1}));
}

TEST(Grants, the_markers_of_any_number_of_flows_cost_what_those_of_500_cost) {
  EXPECT_EQ(marker_seconds_for(0), 1U);
  EXPECT_EQ(marker_seconds_for(500), 1U);
  EXPECT_EQ(marker_seconds_for(501), 2U);
  EXPECT_EQ(marker_seconds_for(2000), 4U);
  EXPECT_EQ(marker_seconds_for(100'000), marker_seconds_max) << "silence is still told from quiet";
  Grant grant{"m", std::nullopt, std::nullopt, 4};
  grant.marker_seconds = 4;
  const auto change = on_grant(queued(), grant, noon, draws);
  EXPECT_EQ(std::get<MoveOrder>(change->orders.at(0).order).marker_seconds, 4U);
}

TEST(Parts, strict_resume_gives_up_a_part_whose_end_is_only_presumed) {
  Submit submit = a_submit(true);
  submit.options.resume = Resume::strict;
  Transfer now = on_call(nullptr, submit, alice, noon, draws).change->next;
  now = heard(granted(now), Begun{});
  now = on_mover_lost(now, LostBecause::died, Duration{0}, noon, draws)->next;
  const auto change = on_grant(now, {"m", std::nullopt, std::nullopt, 4}, noon, draws);
  EXPECT_EQ(change->discarded.size(), 1U);
  EXPECT_FALSE(std::get<MoveOrder>(change->orders.at(0).order).earlier);
}

TEST(Parts, nothing_is_resumed_where_no_checksum_will_be_compared) {
  Submit submit = a_submit(true);
  submit.options.verify = Verify::size_only;
  Transfer now = on_call(nullptr, submit, alice, noon, draws).change->next;
  now = heard(granted(now), Begun{});
  now = heard(now, Failed{{FaultCode::cut, Side::source, Doing::move, "", ""}, FlowEnd::known});
  const auto change = on_grant(now, {"m", std::nullopt, std::nullopt, 4}, noon, draws);
  EXPECT_EQ(change->discarded.size(), 1U);
}

TEST(Parts, one_whose_rename_may_be_on_its_way_is_not_given_up) {
  Submit submit = a_submit(true);
  submit.options.verify = Verify::size_only;
  Transfer now = on_call(nullptr, submit, alice, noon, draws).change->next;
  now = heard(granted(now), Begun{});
  now = heard(now, Verified{{100, "m", "u"}, std::nullopt, Verdict::size_only, 100});
  Failed lost{{FaultCode::cut, Side::destination, Doing::publish, "", ""}, FlowEnd::known};
  lost.publish_unknown = true;
  now = heard(now, lost);
  const auto change = on_grant(now, {"m", std::nullopt, std::nullopt, 4}, noon, draws);
  EXPECT_TRUE(change->discarded.empty());
  const auto& order = std::get<MoveOrder>(change->orders.at(0).order);
  EXPECT_TRUE(order.intent);
  EXPECT_EQ(order.earlier->epochs, (std::vector<std::uint32_t>{1}));
}

TEST(Parts, a_try_that_did_not_come_to_its_part_leaves_no_name_to_look_for) {
  Transfer now = heard(granted(queued()), Begun{{100, "m", "u"}});
  now = heard(now, Failed{{FaultCode::cut, Side::source, Doing::move, "", ""}, FlowEnd::known});
  now = heard(granted(now), Failed{{FaultCode::unreachable, Side::source, Doing::connect, "", ""}});
  EXPECT_EQ(now.file.part.epochs, (std::vector<std::uint32_t>{1}));
  now = heard(granted(now), Failed{{FaultCode::cut, Side::destination, Doing::adopt, "", ""}});
  EXPECT_EQ(now.file.part.epochs, (std::vector<std::uint32_t>{3, 1}));
}

TEST(Parts, a_silent_path_makes_the_settling_longer_but_never_over_its_limit) {
  Part part;
  part.end = FlowEnd::presumed;
  part.path_worked = false;
  part.silent = 20s;
  part.ended_at = noon.wall;
  EXPECT_EQ(settle_for(part, noon.wall + 7s), 30s);
  EXPECT_EQ(settle_for(part, noon.wall + 1h), settle_most);
}

TEST(Holds, a_host_that_never_answered_is_given_up_after_ten_minutes) {
  Transfer now = heard(granted(queued()),
                       Failed{{FaultCode::unreachable, Side::source, Doing::connect, "", ""}});
  EXPECT_EQ(now.file.hold, Hold::endpoint_down);
  EXPECT_EQ(now.file.tries, 0U);
  const Now later{noon.instant + 11min, noon.wall + 11min};
  EXPECT_EQ(on_time(now, {}, later, draws)->next.file.status, Status::failed);
  EXPECT_FALSE(on_time(now, {true, true, std::nullopt, std::nullopt}, later, draws));
}

TEST(Holds, a_permanent_fault_fails_at_once) {
  for (const FaultCode code : {FaultCode::no_such_file, FaultCode::not_permitted,
                               FaultCode::bad_name, FaultCode::destination_exists}) {
    const Transfer now =
        heard(granted(queued()), Failed{{code, Side::source, Doing::look, "550", ""}});
    EXPECT_EQ(now.file.status, Status::failed);
    EXPECT_EQ(now.file.fault->reply, "550");
  }
}

TEST(BackOff, it_doubles_within_its_jitter_and_stays_under_its_limit) {
  for (std::uint32_t tries = 0; tries < 40; ++tries) {
    const Duration base =
        std::min<Duration>(back_off_first * (1LL << std::min(tries, 20U)), back_off_max);
    const Duration delay = back_off(id(9), tries, tries);
    EXPECT_GE(delay, base * 3 / 4);
    EXPECT_LE(delay, base * 5 / 4);
  }
}

TEST(BackOff, one_that_a_clock_set_before_it_went_back_is_over) {
  File file;
  EXPECT_FALSE(backs_off(file, noon.wall));
  file.not_before = noon.wall + 10min;
  EXPECT_TRUE(backs_off(file, noon.wall));
  file.not_before = noon.wall + 1h;
  EXPECT_FALSE(backs_off(file, noon.wall));
}

}  // namespace
}  // namespace rft
