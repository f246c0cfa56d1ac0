// The mover against real servers: deaths, stops, stalls, leases, and what is left to the next
// epoch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "mover_live_steps.h"

namespace rft::live {
namespace {

// What a stop orders that does not know whether the rename of `order` was done.
MoveOrder look_for(const MoveOrder& order, const Verified& verified) {
  MoveOrder look = next_epoch(order, RangeSet{{0, verified.part.size}}, FlowEnd::known);
  look.intent = PublishIntent{verified.part, verified.checksum};
  look.look_only = true;
  return look;
}

TEST_F(MoverLive, after_the_death_of_the_mover_only_what_was_not_confirmed_is_sent_again) {
  write_file(source, 96 * mib);
  const MoveOrder order = order_for(slow_source() + source, slow_destination() + destination);
  RangeSet confirmed;
  {
    Mover mover;
    mover.connect();
    mover.send(Order(order));
    confirmed = wait_for_bytes(mover, order.task, 30 * mib).confirmed;
    mover.kill();
  }
  finishes_from(next_epoch(order, confirmed, FlowEnd::presumed), source, destination);
}

TEST_F(MoverLive, the_death_of_the_destinations_process_is_a_cut_there_and_the_part_is_taken_over) {
  write_file(source, 96 * mib);
  const MoveOrder order = order_for(slow_source() + source, slow_destination() + destination);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  wait_for_bytes(mover, order.task, 20 * mib);
  Bed::get().run("kill dst child");
  const Failed failed = failure(mover, order.task);
  EXPECT_EQ(failed.fault.code, FaultCode::cut) << sentence(failed.fault);
  EXPECT_EQ(failed.fault.side, Side::destination);
  EXPECT_EQ(failed.end, FlowEnd::presumed);
  finishes_from(next_epoch(order, failed.confirmed, failed.end), source, destination);
}

TEST_F(MoverLive,
       the_death_of_the_sources_process_leaves_a_part_whose_flow_is_known_to_have_ended) {
  write_file(source, 96 * mib);
  const MoveOrder order = order_for(slow_source() + source, slow_destination() + destination);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  wait_for_bytes(mover, order.task, 20 * mib);
  Bed::get().run("kill src child");
  const Failed failed = failure(mover, order.task);
  EXPECT_EQ(failed.fault.code, FaultCode::cut) << sentence(failed.fault);
  EXPECT_EQ(failed.fault.side, Side::source);
  EXPECT_EQ(failed.end, FlowEnd::known);
  finishes_from(next_epoch(order, failed.confirmed, failed.end), source, destination);
}

TEST_F(MoverLive, a_frozen_destination_is_a_stall_and_its_flow_is_only_presumed_to_have_ended) {
  write_file(source, 96 * mib);
  const MoveOrder order = order_for(slow_source() + source, slow_destination() + destination);
  Mover mover("--silence-limit 2500");
  mover.connect();
  mover.send(Order(order));
  wait_for_bytes(mover, order.task, 20 * mib);
  Bed::get().run("pause dst");
  const Failed failed = failure(mover, order.task);
  Bed::get().run("continue dst");
  EXPECT_EQ(failed.fault.code, FaultCode::stalled) << sentence(failed.fault);
  EXPECT_EQ(failed.fault.side, Side::destination);
  EXPECT_EQ(failed.end, FlowEnd::presumed);
  EXPECT_GE(failed.silent, 2s);
  finishes_from(next_epoch(order, failed.confirmed, failed.end), source, destination);
}

TEST_F(MoverLive, a_stop_ends_the_flow_and_says_what_has_arrived) {
  write_file(source, 96 * mib);
  const MoveOrder order = order_for(slow_source() + source, slow_destination() + destination);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  wait_for_bytes(mover, order.task, 20 * mib);
  mover.send(Order(StopOrder{order.task}));
  const Stopped stopped = mover.expect<Stopped>(order.task);
  EXPECT_EQ(stopped.end, FlowEnd::known);
  EXPECT_GE(stopped.confirmed.bytes(), 20 * mib);
  const std::string part = folder + "/out/" + part_name(order.part, 1);
  const auto size = fs::file_size(part);
  ::usleep(300'000);
  EXPECT_EQ(fs::file_size(part), size) << "nothing is written after the stop";
  finishes_from(next_epoch(order, stopped.confirmed, stopped.end), source, destination);
}

TEST_F(MoverLive, a_stop_of_what_waits_for_its_rename_publishes_nothing) {
  write_file(source, mib);
  const MoveOrder order = order_for(one() + source, two() + destination);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  mover.expect<Verified>(order.task);
  mover.send(Order(StopOrder{order.task}));
  EXPECT_EQ(mover.expect<Stopped>(order.task).confirmed.bytes(), mib);
  EXPECT_FALSE(fs::exists(destination));
}

TEST_F(MoverLive, a_part_that_is_gone_is_not_made_up) {
  write_file(source, mib);
  const MoveOrder order = next_epoch(order_for(one() + source, two() + destination),
                                     RangeSet{{0, 1000}}, FlowEnd::known);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  EXPECT_EQ(failure(mover, order.task).fault.code, FaultCode::part_missing);
  EXPECT_TRUE(names_in(folder + "/out").empty());
}

TEST_F(MoverLive, a_rename_whose_answer_was_lost_is_known_again_by_its_intent) {
  write_file(source, mib);
  MoveOrder order = order_for(one() + source, two() + destination);
  order.options.existing = Existing::fail;
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  const Verified verified = mover.expect<Verified>(order.task);
  publish(mover, order.task);
  MoveOrder again = next_epoch(order, RangeSet{{0, mib}}, FlowEnd::known);
  again.intent = PublishIntent{verified.part, verified.checksum};
  mover.send(Order(again));
  const Done done = mover.expect<Done>(again.task);
  EXPECT_FALSE(done.adopted);
  EXPECT_EQ(done.checksum, verified.checksum);
}

TEST_F(MoverLive, after_a_stop_a_look_alone_tells_what_became_of_the_rename) {
  write_file(source, mib);
  const MoveOrder order = order_for(one() + source, two() + destination);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  const Verified verified = mover.expect<Verified>(order.task);
  publish(mover, order.task);
  fs::remove(source);
  const MoveOrder look = look_for(order, verified);
  mover.send(Order(look));
  EXPECT_EQ(mover.expect<Done>(look.task).size, mib);
}

TEST_F(MoverLive, a_rename_that_comes_after_that_look_finds_nothing) {
  write_file(source, mib);
  const MoveOrder order = order_for(one() + source, two() + destination);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  const MoveOrder look = look_for(order, mover.expect<Verified>(order.task));
  mover.send(Order(look));
  EXPECT_EQ(mover.expect<Stopped>(look.task).end, FlowEnd::no_flow);
  mover.send(Order(PublishOrder{order.task}));
  EXPECT_EQ(failure(mover, order.task).fault.code, FaultCode::part_missing);
  EXPECT_EQ(names_in(folder + "/out"), std::vector{part_name(order.part, look.task.epoch)});
}

TEST_F(MoverLive, what_nobody_acknowledged_is_said_again_to_the_next_rftd) {
  write_file(source, mib);
  const MoveOrder order = order_for(one() + source, two() + destination);
  Mover mover;
  mover.acknowledge = false;
  mover.connect();
  mover.send(Order(order));
  mover.expect<Verified>(order.task);
  mover.connect();
  EXPECT_THAT(mover.hello().tasks, testing::ElementsAre(order.task));
  mover.expect<Begun>(order.task);
  mover.expect<Verified>(order.task);
  mover.send(Order(order));
  mover.expect<Verified>(order.task);
  publish(mover, order.task);
  mover.acknowledge = true;
  publish(mover, order.task);
  mover.send(Order(PublishOrder{order.task}));
  mover.expect<UnknownTask>(order.task);
}

TEST_F(MoverLive, another_owner_is_refused) {
  Mover mover;
  mover.connect("uid:1");
  EXPECT_EQ(mover.hello().owner, "uid:1");
  EXPECT_THROW(
      {
        mover.connect("uid:2");
        if (!mover.next()) throw std::runtime_error("ended");
      },
      std::runtime_error);
  EXPECT_EQ(mover.hello().owner, "uid:1");
}

TEST_F(MoverLive, at_the_leases_end_the_last_words_are_in_the_spool) {
  write_file(source, 96 * mib);
  const MoveOrder order = order_for(slow_source() + source, slow_destination() + destination);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  wait_for_bytes(mover, order.task, 20 * mib);
  mover.acknowledge = false;
  mover.send(Lease{200ms});
  EXPECT_EQ(mover.wait(), 0);
  FrameReader reader;
  reader.feed(mover.spool());
  std::optional<Failed> last;
  for (auto body = reader.next(); body && *body; body = reader.next()) {
    const auto word = std::get<TaskWord>(std::get<Word>(decode_to_daemon(**body).value()));
    EXPECT_EQ(word.task, order.task);
    if (const auto* failed = std::get_if<Failed>(&word.says)) last = *failed;
  }
  ASSERT_TRUE(last);
  EXPECT_EQ(last->fault.code, FaultCode::lease_ended);
  EXPECT_EQ(last->end, FlowEnd::known);
  finishes_from(next_epoch(order, last->confirmed, last->end), source, destination);
}

TEST_F(MoverLive, nothing_is_renamed_with_too_little_of_the_lease_left) {
  write_file(source, mib);
  const MoveOrder order = order_for(one() + source, two() + destination);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  mover.expect<Verified>(order.task);
  mover.send(Lease{9s});
  mover.send(Order(PublishOrder{order.task}));
  ::usleep(300'000);
  EXPECT_FALSE(fs::exists(destination));
  mover.send(Lease{30s});
  mover.expect<Done>(order.task);
  EXPECT_TRUE(same_bytes(source, destination));
}

}  // namespace
}  // namespace rft::live
