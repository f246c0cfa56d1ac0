// The mover against real servers: every rule of a move, and the crashes they are for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>

#include "mover_live_bed.h"
#include "vault/secrets.h"
#include "wire/part_name.h"

namespace rft::live {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t mib = 1 << 20;

class MoverLive : public testing::Test {
 protected:
  void SetUp() override {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    folder = Bed::get().folder(name);
    fs::create_directories(folder + "/out");
    source = folder + "/source";
    destination = folder + "/out/destination";
  }
  std::string one() { return Bed::get().server("one", "--anon"); }
  std::string two() { return Bed::get().server("two", "--anon"); }
  // Ends the two servers of the shaped link; a test that needs time for its faults is on it.
  std::string slow_source() { return Bed::get().server("src", "--anon --netns wan-src"); }
  std::string slow_destination() { return Bed::get().server("dst", "--anon --netns wan-dst"); }

  std::string folder, source, destination;
};

Done publish(Mover& mover, const Task& task) {
  mover.send(Order(PublishOrder{task}));
  return mover.expect<Done>(task);
}

TEST_F(MoverLive, a_file_arrives_whole_and_proven) {
  write_file(source, 16 * mib);
  Mover mover;
  mover.connect();
  const MoveOrder order = order_for(one() + source, two() + destination);
  mover.send(Order(order));
  const Begun begun = mover.expect<Begun>(order.task);
  EXPECT_EQ(begun.source.size, 16 * mib);
  EXPECT_FALSE(begun.part_adopted);
  const Verified verified = mover.expect<Verified>(order.task);
  EXPECT_EQ(verified.verdict, Verdict::verified);
  EXPECT_EQ(verified.checksum->algorithm, "ADLER32");
  EXPECT_FALSE(fs::exists(destination)) << "nothing stands under the final name before the word";
  EXPECT_TRUE(fs::exists(folder + "/out/" + part_name(order.part, 1)));
  const Done done = publish(mover, order.task);
  EXPECT_EQ(done.size, 16 * mib);
  EXPECT_FALSE(done.adopted);
  EXPECT_TRUE(same_bytes(source, destination));
  EXPECT_THAT(names_in(folder + "/out"), testing::ElementsAre("destination"));
}

// What the next epoch is told after the mover of this one has said its last or died.
MoveOrder next_epoch(MoveOrder order, const RangeSet& confirmed, FlowEnd end) {
  EarlierPart earlier;
  for (std::uint32_t epoch = order.task.epoch; epoch > 0; --epoch) earlier.epochs.push_back(epoch);
  earlier.end = end;
  earlier.settle = end == FlowEnd::presumed ? Duration(1500) : Duration(0);
  earlier.presumed_before = end == FlowEnd::presumed;
  earlier.confirmed = confirmed;
  order.earlier = earlier;
  ++order.task.epoch;
  return order;
}

// The first word of progress that tells of at least so many bytes.
Moving wait_for_bytes(Mover& mover, const Task& task, std::uint64_t bytes) {
  for (;;) {
    Moving moving = mover.expect<Moving>(task);
    if (moving.confirmed.bytes() >= bytes) return moving;
  }
}

Failed failure(Mover& mover, const Task& task) {
  while (auto said = mover.says(task)) {
    if (auto* failed = std::get_if<Failed>(&*said)) return *failed;
    if (std::holds_alternative<Done>(*said)) throw std::runtime_error("it was done all the same");
  }
  throw std::runtime_error("the mover said nothing of a failure");
}

// The rest of a file whose first bytes stand in a part of an earlier epoch.
void finishes_from(const MoveOrder& order, const std::string& source, const std::string& destination) {
  const std::uint64_t size = fs::file_size(source);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  const Begun begun = mover.expect<Begun>(order.task);
  EXPECT_TRUE(begun.part_adopted);
  // All that was confirmed, except the front where the server has spoilt it (GridFtp::resumable).
  RangeSet both = order.earlier->confirmed;
  both.add({0, std::min<std::uint64_t>(16 * mib, both.ranges().front().end)});
  RangeSet whole = begun.resumed;
  whole.add({0, std::min<std::uint64_t>(16 * mib, both.ranges().front().end)});
  EXPECT_EQ(whole, both);
  EXPECT_EQ(begun.presumed, order.earlier->end == FlowEnd::presumed);
  const Verified verified = mover.expect<Verified>(order.task);
  EXPECT_EQ(verified.bytes_sent, size - begun.resumed.bytes());
  publish(mover, order.task);
  EXPECT_TRUE(same_bytes(source, destination));
  EXPECT_EQ(names_in(fs::path(destination).parent_path()).size(), 1U);
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

TEST_F(MoverLive, the_death_of_the_sources_process_leaves_a_part_whose_flow_is_known_to_have_ended) {
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

TEST_F(MoverLive, a_source_that_is_not_there_touches_nothing) {
  const MoveOrder order = order_for(one() + source, two() + destination);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  const Failed failed = failure(mover, order.task);
  EXPECT_EQ(failed.fault.code, FaultCode::no_such_file);
  EXPECT_EQ(failed.fault.side, Side::source);
  EXPECT_EQ(failed.end, FlowEnd::no_flow);
  EXPECT_TRUE(names_in(folder + "/out").empty());
}

TEST_F(MoverLive, a_refused_read_is_the_sources_fault_and_the_flow_is_known_to_have_ended) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root";
  write_file(source, mib);
  fs::permissions(source, fs::perms::owner_read);
  const std::string server = Bed::get().server("nobody", "--anon --user nobody");
  const MoveOrder order = order_for(server + source, two() + destination);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  const Failed failed = failure(mover, order.task);
  EXPECT_EQ(failed.fault.code, FaultCode::not_permitted) << sentence(failed.fault);
  EXPECT_EQ(failed.fault.side, Side::source);
  EXPECT_EQ(failed.fault.doing, Doing::move);
  EXPECT_EQ(failed.end, FlowEnd::known);
}

TEST_F(MoverLive, a_refused_write_is_the_destinations_fault) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root";
  write_file(source, mib);
  const std::string server = Bed::get().server("nobody", "--anon --user nobody");
  const MoveOrder order = order_for(one() + source, server + destination);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  const Failed failed = failure(mover, order.task);
  EXPECT_EQ(failed.fault.code, FaultCode::not_permitted) << sentence(failed.fault);
  EXPECT_EQ(failed.fault.side, Side::destination);
  EXPECT_EQ(failed.end, FlowEnd::known);
}

TEST_F(MoverLive, missing_parents_are_made_or_are_a_fault_as_asked) {
  write_file(source, mib);
  MoveOrder order = order_for(one() + source, two() + folder + "/out/a/b/c/file");
  order.options.parents = Parents::fail;
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  EXPECT_EQ(failure(mover, order.task).fault.code, FaultCode::no_such_folder);
  EXPECT_TRUE(names_in(folder + "/out").empty());
  order.options.parents = Parents::create;
  ++order.task.epoch;
  mover.send(Order(order));
  mover.expect<Verified>(order.task);
  publish(mover, order.task);
  EXPECT_TRUE(same_bytes(source, folder + "/out/a/b/c/file"));
}

TEST_F(MoverLive, a_full_disk_is_told_as_such) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root";
  write_file(source, 32 * mib);
  const std::string small = folder + "/small";
  fs::create_directories(small);
  ASSERT_EQ(::mount("none", small.c_str(), "tmpfs", 0, "size=8m"), 0);
  const MoveOrder order = order_for(one() + source, two() + small + "/file");
  Failed failed;
  {
    Mover mover;
    mover.connect();
    mover.send(Order(order));
    failed = failure(mover, order.task);
  }
  ::umount2(small.c_str(), MNT_DETACH);
  EXPECT_EQ(failed.fault.code, FaultCode::destination_full) << sentence(failed.fault);
  EXPECT_EQ(failed.fault.side, Side::destination);
}

TEST_F(MoverLive, what_stands_there_and_is_identical_is_adopted) {
  write_file(source, mib);
  write_file(destination, mib);
  const MoveOrder order = order_for(one() + source, two() + destination);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  const Done done = mover.expect<Done>(order.task);
  EXPECT_TRUE(done.adopted);
  EXPECT_EQ(done.verdict, Verdict::verified);
  EXPECT_EQ(done.bytes_sent, 0U);
}

TEST_F(MoverLive, what_stands_there_and_is_different_stays_as_it_is) {
  write_file(source, mib, 1);
  write_file(destination, mib, 2);
  const std::string copy = folder + "/copy";
  fs::copy_file(destination, copy);
  Mover mover;
  mover.connect();
  for (const Existing existing : {Existing::adopt, Existing::fail}) {
    MoveOrder order = order_for(one() + source, two() + destination);
    order.options.existing = existing;
    mover.send(Order(order));
    EXPECT_EQ(failure(mover, order.task).fault.code, FaultCode::destination_exists);
  }
  EXPECT_TRUE(same_bytes(copy, destination));
  EXPECT_THAT(names_in(folder + "/out"), testing::ElementsAre("destination"));
}

TEST_F(MoverLive, overwrite_replaces_at_the_rename_and_not_before) {
  write_file(source, mib, 1);
  write_file(destination, 2 * mib, 2);
  MoveOrder order = order_for(one() + source, two() + destination);
  order.options.existing = Existing::overwrite;
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  mover.expect<Verified>(order.task);
  EXPECT_EQ(fs::file_size(destination), 2 * mib);
  publish(mover, order.task);
  EXPECT_TRUE(same_bytes(source, destination));
}

TEST_F(MoverLive, a_name_that_was_taken_meanwhile_is_not_overwritten) {
  write_file(source, mib, 1);
  const MoveOrder order = order_for(one() + source, two() + destination);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  mover.expect<Verified>(order.task);
  write_file(destination, 2 * mib, 2);
  mover.send(Order(PublishOrder{order.task}));
  EXPECT_EQ(failure(mover, order.task).fault.code, FaultCode::destination_exists);
  EXPECT_EQ(fs::file_size(destination), 2 * mib);
}

TEST_F(MoverLive, in_place_writes_the_final_name_and_is_done_at_once) {
  write_file(source, mib);
  MoveOrder order = order_for(one() + source, two() + destination);
  order.options.publish = Publish::in_place;
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  EXPECT_EQ(mover.expect<Done>(order.task).verdict, Verdict::verified);
  EXPECT_TRUE(same_bytes(source, destination));
}

TEST_F(MoverLive, an_empty_file_is_a_file) {
  write_file(source, 0);
  const MoveOrder order = order_for(one() + source, two() + destination);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  mover.expect<Verified>(order.task);
  publish(mover, order.task);
  EXPECT_EQ(fs::file_size(destination), 0U);
}

TEST_F(MoverLive, the_users_checksum_is_a_third_opinion) {
  write_file(source, mib);
  MoveOrder order = order_for(one() + source, two() + destination);
  order.options.checksum = {"MD5", "00112233445566778899aabbccddeeff"};
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  EXPECT_EQ(failure(mover, order.task).fault.code, FaultCode::not_the_expected_content);
  EXPECT_FALSE(fs::exists(destination));
}

TEST_F(MoverLive, without_a_common_checksum_no_byte_moves) {
  write_file(source, mib);
  MoveOrder order = order_for(one() + source, two() + destination);
  order.options.checksum = {"CRC32", ""};
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  EXPECT_EQ(failure(mover, order.task).fault.code, FaultCode::no_common_checksum);
  EXPECT_TRUE(names_in(folder + "/out").empty());
}

TEST_F(MoverLive, a_source_that_is_not_the_one_first_seen_is_told) {
  write_file(source, mib);
  MoveOrder order = order_for(one() + source, two() + destination);
  order.source_facts = FileFacts{mib - 1, "20200101000000", ""};
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  EXPECT_EQ(failure(mover, order.task).fault.code, FaultCode::source_changed);
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
  MoveOrder look = next_epoch(order, RangeSet{{0, mib}}, FlowEnd::known);
  look.intent = PublishIntent{verified.part, verified.checksum};
  look.look_only = true;
  mover.send(Order(look));
  EXPECT_EQ(mover.expect<Stopped>(look.task).end, FlowEnd::no_flow);
  publish(mover, order.task);
  fs::remove(source);
  ++look.task.epoch;
  mover.send(Order(look));
  EXPECT_EQ(mover.expect<Done>(look.task).size, mib);
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

TEST_F(MoverLive, a_part_is_removed_and_removing_it_again_is_no_fault) {
  const Uuid part = Uuid::v7(wall_time(1), random_bits());
  write_file(folder + "/out/" + part_name(part, 2), 10);
  Mover mover;
  mover.connect();
  for (int times = 0; times < 2; ++times) {
    mover.send(Order(RemoveOrder{Uuid{}, parse_url(two() + destination).value(), {}, part, {2, 1}}));
    std::optional<Word> word = mover.next();
    while (word && !std::holds_alternative<Removed>(*word)) word = mover.next();
    ASSERT_TRUE(word);
    EXPECT_FALSE(std::get<Removed>(*word).fault);
    EXPECT_TRUE(names_in(folder + "/out").empty());
  }
}

TEST_F(MoverLive, a_probe_tells_whether_a_log_in_can_be_completed) {
  Mover mover;
  mover.connect();
  const Endpoint good = Endpoint::parse(one()).value();
  const Endpoint bad = Endpoint::parse("ftp://127.0.0.1:1").value();
  mover.send(Order(ProbeOrder{good, {}}));
  mover.send(Order(ProbeOrder{bad, {}}));
  std::map<Endpoint, std::optional<Fault>> told;
  while (told.size() < 2) {
    const auto word = mover.next();
    ASSERT_TRUE(word);
    if (const auto* probed = std::get_if<Probed>(&*word)) told[probed->endpoint] = probed->fault;
  }
  EXPECT_FALSE(told[good]);
  ASSERT_TRUE(told[bad]);
  EXPECT_EQ(told[bad]->code, FaultCode::unreachable);
}

// ---- GSI ----------------------------------------------------------------------------------------

class MoverLiveGsi : public MoverLive {
 protected:
  std::string gsi_one() { return Bed::get().server("gsi1", "--gsi"); }
  std::string gsi_two() { return Bed::get().server("gsi2", "--gsi"); }
  // Hands over a proxy as rftd does.
  static Uuid give_proxy(Mover& mover, const std::string& user) {
    const Uuid id = Uuid::v7(wall_time(2), random_bits());
    std::ifstream file(Bed::get().proxy(user));
    const std::string pem{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    mover.send(CredentialFor{id, vault::to_bytes(vault::X509Proxy{Secret(pem)})});
    return id;
  }
  void arrives(Mover& mover, const MoveOrder& order) {
    mover.send(Order(order));
    mover.expect<Verified>(order.task);
    publish(mover, order.task);
    EXPECT_TRUE(same_bytes(source, destination));
    fs::remove(destination);
  }
};

TEST_F(MoverLiveGsi, one_identity_moves_authenticated_private_or_in_clear) {
  write_file(source, 4 * mib);
  Mover mover;
  mover.connect();
  const Uuid alice = give_proxy(mover, "alice");
  for (const DataChannel wanted :
       {DataChannel::authenticated, DataChannel::private_, DataChannel::clear}) {
    MoveOrder order = order_for(gsi_one() + source, gsi_two() + destination);
    order.source_credential = order.destination_credential = alice;
    order.options.data_channel = wanted;
    arrives(mover, order);
  }
}

TEST_F(MoverLiveGsi, two_identities_move_authenticated) {
  write_file(source, 4 * mib);
  Mover mover;
  mover.connect();
  MoveOrder order = order_for(gsi_one() + source, gsi_two() + destination);
  order.source_credential = give_proxy(mover, "alice");
  order.destination_credential = give_proxy(mover, "bob");
  arrives(mover, order);
}

TEST_F(MoverLiveGsi, without_dcsc_delegation_secures_the_data_channel) {
  write_file(source, 4 * mib);
  const std::string from = Bed::get().server("old1", "--gsi --forbid DCSC");
  const std::string to = Bed::get().server("old2", "--gsi --forbid DCSC");
  Mover mover;
  mover.connect();
  const Uuid alice = give_proxy(mover, "alice");
  const Uuid bob = give_proxy(mover, "bob");
  for (const Uuid& other : {alice, bob}) {
    for (const DataChannel wanted : {DataChannel::authenticated, DataChannel::private_}) {
      MoveOrder order = order_for(from + source, to + destination);
      order.source_credential = alice;
      order.destination_credential = other;
      order.options.data_channel = wanted;
      arrives(mover, order);
    }
  }
}

TEST_F(MoverLiveGsi, between_gsi_and_plain_ftp_the_data_channel_is_clear_or_refused) {
  write_file(source, mib);
  Mover mover;
  mover.connect();
  MoveOrder order = order_for(gsi_one() + source, two() + destination);
  order.source_credential = give_proxy(mover, "alice");
  arrives(mover, order);
  order.options.data_channel = DataChannel::authenticated;
  ++order.task.epoch;
  mover.send(Order(order));
  EXPECT_EQ(failure(mover, order.task).fault.code, FaultCode::no_common_security);
}

TEST_F(MoverLiveGsi, a_log_in_that_fails_says_why) {
  write_file(source, mib);
  Mover mover;
  mover.connect();
  const std::vector<std::pair<std::optional<Uuid>, FaultCode>> cases{
      {give_proxy(mover, "eve"), FaultCode::login_refused},
      {give_proxy(mover, "expired"), FaultCode::credential_expired},
      {Uuid::v7(wall_time(3), random_bits()), FaultCode::credential_missing},
      {std::nullopt, FaultCode::credential_missing},
  };
  for (const auto& [credential, code] : cases) {
    MoveOrder order = order_for(gsi_one() + source, two() + destination);
    order.source_credential = credential;
    mover.send(Order(order));
    const Failed failed = failure(mover, order.task);
    EXPECT_EQ(failed.fault.code, code) << sentence(failed.fault);
    EXPECT_EQ(failed.fault.side, Side::source);
    EXPECT_EQ(failed.fault.doing, Doing::login);
  }
}

TEST_F(MoverLiveGsi, a_host_that_is_not_there_or_has_no_name_is_told_apart) {
  Mover mover;
  mover.connect();
  MoveOrder order = order_for("ftp://127.0.0.1:1/x", two() + destination);
  mover.send(Order(order));
  EXPECT_EQ(failure(mover, order.task).fault.code, FaultCode::unreachable);
  order = order_for("ftp://no-such-host.invalid/x", two() + destination);
  mover.send(Order(order));
  EXPECT_EQ(failure(mover, order.task).fault.code, FaultCode::unknown_host);
}

TEST_F(MoverLiveGsi, warm_sessions_serve_file_after_file) {
  write_file(source, 1024);
  Mover mover;
  mover.connect();
  const Uuid alice = give_proxy(mover, "alice");
  for (int times = 0; times < 20; ++times) {
    MoveOrder order = order_for(gsi_one() + source, gsi_two() + destination);
    order.source_credential = order.destination_credential = alice;
    const auto begun = std::chrono::steady_clock::now();
    mover.send(Order(order));
    mover.expect<Verified>(order.task);
    publish(mover, order.task);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
    if (times == 0 || times == 19) RecordProperty(times == 0 ? "cold_ms" : "warm_ms", std::to_string(took.count()));
    EXPECT_TRUE(same_bytes(source, destination));
    fs::remove(destination);
  }
  const auto log_ins = std::count_if(mover.seen.begin(), mover.seen.end(), [](const Word& word) {
    return std::holds_alternative<LoggedIn>(word);
  });
  EXPECT_EQ(log_ins, 2) << "said once for each endpoint";
}

// ---- stream mode, log-ins by password, IPv6 -------------------------------------------------------

class MoverLiveStream : public MoverLive {
 protected:
  std::string pro_one() {
    return Bed::get().server("pro1", "--kind proftpd --tls-ftp-user carol:secret");
  }
  std::string pro_two() { return Bed::get().server("pro2", "--kind proftpd"); }
  void arrives(Mover& mover, const MoveOrder& order) {
    mover.send(Order(order));
    EXPECT_EQ(mover.expect<Verified>(order.task).verdict, Verdict::verified);
    publish(mover, order.task);
    EXPECT_TRUE(same_bytes(source, destination));
    fs::remove(destination);
  }
};

TEST_F(MoverLiveStream, plain_ftp_servers_serve_as_either_side) {
  write_file(source, 8 * mib);
  Mover mover;
  mover.connect();
  arrives(mover, order_for(pro_one() + source, two() + destination));
  arrives(mover, order_for(one() + source, pro_two() + destination));
  arrives(mover, order_for(pro_one() + source, pro_two() + destination));
}

TEST_F(MoverLiveStream, plain_ftp_and_gsi_meet_on_a_clear_data_channel) {
  write_file(source, mib);
  Mover mover;
  mover.connect();
  const Uuid id = Uuid::v7(wall_time(2), random_bits());
  std::ifstream file(Bed::get().proxy("alice"));
  const std::string pem{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  mover.send(CredentialFor{id, vault::to_bytes(vault::X509Proxy{Secret(pem)})});
  MoveOrder order = order_for(Bed::get().server("gsi1", "--gsi") + source, pro_two() + destination);
  order.source_credential = id;
  arrives(mover, order);
}

TEST_F(MoverLiveStream, a_log_in_by_password_is_completed_or_refused) {
  write_file(source, mib);
  Mover mover;
  mover.connect();
  for (const bool right : {true, false}) {
    const Uuid id = Uuid::v7(wall_time(2), random_bits());
    const vault::Password login{"carol", Secret(right ? "secret" : "wrong")};
    mover.send(CredentialFor{id, vault::to_bytes(login)});
    MoveOrder order = order_for(pro_one() + source, two() + destination);
    order.source_credential = id;
    if (right) {
      arrives(mover, order);
    } else {
      mover.send(Order(order));
      EXPECT_EQ(failure(mover, order.task).fault.code, FaultCode::login_refused);
    }
  }
}

TEST_F(MoverLiveStream, a_stopped_file_goes_on_where_the_part_ends) {
  write_file(source, 96 * mib);
  const std::string from = slow_source();
  const std::string to = Bed::get().server("prodst", "--kind proftpd --netns wan-dst");
  const MoveOrder order = order_for(from + source, to + destination);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  wait_for_bytes(mover, order.task, 20 * mib);
  mover.send(Order(StopOrder{order.task}));
  const Stopped stopped = mover.expect<Stopped>(order.task);
  EXPECT_EQ(stopped.end, FlowEnd::known);
  finishes_from(next_epoch(order, stopped.confirmed, stopped.end), source, destination);
}

TEST_F(MoverLiveStream, the_death_of_a_stream_source_never_publishes_a_truncated_file) {
  write_file(source, 96 * mib);
  const std::string to = Bed::get().server("prodst", "--kind proftpd --netns wan-dst");
  const MoveOrder order = order_for(slow_source() + source, to + destination);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  wait_for_bytes(mover, order.task, 20 * mib);
  Bed::get().run("kill src child");
  const Failed failed = failure(mover, order.task);
  EXPECT_EQ(failed.fault.side, Side::source) << sentence(failed.fault);
  EXPECT_FALSE(fs::exists(destination));
}

TEST_F(MoverLiveStream, ipv6_servers_are_spoken_to_by_epsv_and_eprt) {
  write_file(source, mib);
  Mover mover;
  mover.connect();
  arrives(mover, order_for(Bed::get().server("six1", "--anon --ipv6") + source,
                           Bed::get().server("six2", "--anon --ipv6") + destination));
}

}  // namespace
}  // namespace rft::live

int main(int count, char** words) {
  testing::InitGoogleTest(&count, words);
  if (::access("/usr/sbin/globus-gridftp-server", X_OK) != 0) {
    std::puts("skipped: globus-gridftp-server is not installed");
    return 0;
  }
  return RUN_ALL_TESTS();
}
