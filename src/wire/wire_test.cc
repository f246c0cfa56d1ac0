#include <gtest/gtest.h>

#include "wire/frame.h"
#include "wire/part_name.h"

namespace rft {
namespace {

MoveOrder an_order() {
  MoveOrder order;
  order.task = {Uuid::v7(wall_time(1), random_bits()), 3};
  order.source = *parse_url("gsiftp://a/x%20y");
  order.destination = *parse_url("ftp://b/z");
  order.options.data_channel = DataChannel::private_;
  order.options.checksum = {"MD5", "00ff"};
  order.earlier = EarlierPart{{2, 1}, FlowEnd::presumed, 3s, true, RangeSet{{0, 10}, {20, 30}}};
  order.intent = PublishIntent{{5, "20261126070000", "1-2"}, Checksum{"ADLER32", "0a"}};
  return order;
}

std::string body(std::string frame) {
  return frame.substr(4);
}

TEST(Wire, an_order_comes_back_as_it_was_sent) {
  const MoveOrder sent = an_order();
  const auto got = decode_to_mover(body(encode(ToMover(Order(sent)))));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(order_json(std::get<Order>(*got)), order_json(Order(sent)));
  EXPECT_EQ(std::get<MoveOrder>(std::get<Order>(*got)).earlier->confirmed.text(), "0-10,20-30");
}

TEST(Wire, a_word_keeps_its_task_and_number) {
  const Fault fault{FaultCode::cut, Side::source, Doing::move, "426 gone", ""};
  const TaskWord sent{{Uuid{}, 7}, 42, Failed{fault, FlowEnd::known, 2s, {}, 9, false}};
  const auto got = decode_to_daemon(body(encode(ToDaemon(Word(sent)))));
  ASSERT_TRUE(got);
  const auto& word = std::get<TaskWord>(std::get<Word>(*got));
  EXPECT_EQ(word.task, sent.task);
  EXPECT_EQ(word.seq, 42U);
  EXPECT_EQ(std::get<Failed>(word.says).fault, fault);
}

TEST(Wire, the_last_word_of_a_bundle_keeps_the_faults_of_its_files) {
  const Fault fault{FaultCode::cut, Side::source, Doing::move, "426 gone", ""};
  Failed failed{fault};
  failed.item_faults = {{3, fault}, {511, {FaultCode::bad_name, Side::both, Doing::look, "", "x"}}};
  Begun begun;
  begun.items = {0, 511};
  for (const TaskSays& said : {TaskSays(failed), TaskSays(begun)}) {
    const std::string written = encode(ToDaemon(Word(TaskWord{{Uuid{}, 7}, 42, said})));
    const auto got = decode_to_daemon(body(written));
    ASSERT_TRUE(got);
    EXPECT_EQ(encode(*got), written);
  }
}

TEST(Wire, the_last_word_of_a_mover_that_names_no_files_is_understood) {
  const auto got = decode_to_daemon(
      R"({"is":"failed","task":{"file":"00000000-0000-0000-0000-000000000000","epoch":1},"seq":1,)"
      R"("fault":{"code":"cut","side":"source","doing":"move","reply":"","detail":""}})");
  ASSERT_TRUE(got) << got.error().detail;
  const auto& word = std::get<TaskWord>(std::get<Word>(*got));
  EXPECT_TRUE(std::get<Failed>(word.says).item_faults.empty());
}

// A fraction would not: a JSON number's last bit may change on each way.
TEST(Wire, a_rate_is_whole_bytes_and_survives_any_number_of_ways) {
  const TaskWord sent{{Uuid{}, 1}, 1, Moving{{}, 9, 9007199254740993, 1, Doing::move}};
  const std::string written = encode(ToDaemon(Word(sent)));
  const auto got = decode_to_daemon(body(written));
  ASSERT_TRUE(got);
  EXPECT_EQ(encode(*got), written);
}

TEST(Wire, a_newer_peer_may_say_more_and_an_older_one_less) {
  const auto more = decode_to_mover(R"({"is":"lease","length":30000,"colour":"red"})");
  ASSERT_TRUE(more);
  EXPECT_EQ(std::get<Lease>(*more).length, 30s);
  EXPECT_TRUE(decode_to_mover(R"({"is":"lease"})"));
}

TEST(Wire, junk_is_refused) {
  for (const char* junk : {"", "{}", "[]", R"({"is":"dance"})", R"({"is":"lease","length":"x"})",
                           R"({"is":"failed","seq":1})"}) {
    EXPECT_FALSE(decode_to_mover(junk) && decode_to_daemon(junk)) << junk;
  }
}

TEST(Wire, frames_are_cut_wherever_the_stream_breaks) {
  const std::string stream = encode(ToMover(Drain{})) + encode(ToMover(Lease{5s}));
  FrameReader reader;
  std::size_t frames = 0;
  for (const char c : stream) {
    reader.feed(std::string_view(&c, 1));
    const auto frame = reader.next();
    ASSERT_TRUE(frame);
    if (*frame) ++frames;
  }
  EXPECT_EQ(frames, 2U);
}

TEST(Wire, a_frame_over_the_limit_is_an_error) {
  FrameReader reader;
  reader.feed(std::string("\x7f\xff\xff\xff", 4));
  EXPECT_FALSE(reader.next());
}

TEST(PartNames, a_part_name_is_known_and_short) {
  const Uuid id = Uuid::v7(wall_time(1), random_bits());
  const std::string name = part_name(id, 12);
  EXPECT_EQ(name.size(), 30U);
  EXPECT_TRUE(is_part_name(name));
  EXPECT_FALSE(is_part_name("x" + name));
  EXPECT_FALSE(is_part_name(".rft-notes"));
  EXPECT_TRUE(is_part_name(item_part_name(id, 12, 511, 3)));
  EXPECT_FALSE(is_part_name(name + "-5"));
  EXPECT_FALSE(is_part_name(name + "-5-x"));
}

TEST(Wire, a_bundle_and_what_became_of_it_come_back_as_they_were_sent) {
  BundleOrder order;
  order.source = *Endpoint::parse("gsiftp://a:2811");
  order.destination = *Endpoint::parse("ftp://b:21");
  order.items = {
      {0, "/a%20b", "/c", {}, {}},
      {7, "/d", "/e", {"MD5", "00"}, PublishIntent{{5, "x", "y"}, Checksum{"MD5", "00"}}}};
  order.items[1].final_name_is_ours = true;
  const auto got = decode_to_mover(body(encode(ToMover(Order(order)))));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(std::get<BundleOrder>(std::get<Order>(*got)).items, order.items);

  const Fault fault{FaultCode::no_such_file, Side::source, Doing::look, "550 no", ""};
  const TaskWord told{{Uuid{}, 7}, 3, Outcomes{{{7, Fate::failed, 0, {}, {}, false, fault}}, 1024}};
  const auto back = decode_to_daemon(body(encode(ToDaemon(Word(told)))));
  ASSERT_TRUE(back) << back.error().detail;
  const auto& outcomes = std::get<Outcomes>(std::get<TaskWord>(std::get<Word>(*back)).says);
  EXPECT_EQ(outcomes.outcomes, std::get<Outcomes>(told.says).outcomes);
}

}  // namespace
}  // namespace rft
