#include "mover/word_queue.h"

#include <gtest/gtest.h>

#include "mover/limits.h"

namespace rft::mover {
namespace {

const Instant start{Duration(1000)};
const Task one{Uuid{}, 1};
const Task two{Uuid{}, 2};

Moving moving(std::uint64_t bytes) {
  Moving says;
  says.bytes_sent = bytes;
  return says;
}

template <class T>
bool says(const TaskWord& word) {
  return std::holds_alternative<T>(word.says);
}

TEST(WordQueue, words_of_a_task_are_numbered_and_come_in_order) {
  WordQueue words;
  words.add(one, Begun{});
  EXPECT_EQ(words.add(one, Verified{}), 2U);
  const auto due = words.take_due(start);
  ASSERT_EQ(due.size(), 2U);
  EXPECT_TRUE(says<Begun>(due[0]));
  EXPECT_EQ(due[0].seq, 1U);
  EXPECT_EQ(due[1].seq, 2U);
  EXPECT_TRUE(words.take_due(start).empty()) << "what was sent is not sent again by itself";
}

TEST(WordQueue, of_moving_only_the_newest_is_kept) {
  WordQueue words;
  words.add(one, Begun{});
  words.add(one, moving(1));
  words.add(one, moving(2));
  EXPECT_EQ(words.unacknowledged().size(), 2U);
  EXPECT_EQ(std::get<Moving>(words.take_due(start).back().says).bytes_sent, 2U);
}

TEST(WordQueue, moving_words_keep_their_distance_and_the_first_goes_at_once) {
  WordQueue words;
  words.add(one, moving(1));
  EXPECT_EQ(words.take_due(start).size(), 1U);
  words.add(one, moving(2));
  EXPECT_TRUE(words.take_due(start + patience - 1ms).empty());
  EXPECT_EQ(words.next_due(start), start + patience);
  EXPECT_EQ(words.take_due(start + patience).size(), 1U);
}

TEST(WordQueue, moving_words_of_all_tasks_go_together) {
  WordQueue words;
  words.add(one, moving(1));
  words.take_due(start);
  words.add(two, moving(1));
  words.add(one, moving(2));
  EXPECT_TRUE(words.take_due(start + patience / 2).empty());
  EXPECT_EQ(words.take_due(start + patience).size(), 2U);
  EXPECT_FALSE(words.next_due(start + patience)) << "all is sent";
}

TEST(WordQueue, a_begun_that_nobody_waits_for_goes_with_the_next_word_of_its_task) {
  WordQueue words;
  words.add(one, Begun{});
  words.take_due(start);
  words.add(two, Begun{});
  EXPECT_TRUE(words.take_due(start + patience - 1ms).empty());
  EXPECT_EQ(words.next_due(start), start + patience);
  words.add(two, Verified{});
  EXPECT_EQ(words.take_due(start + 1ms).size(), 2U);
}

TEST(WordQueue, what_somebody_waits_for_goes_at_once) {
  WordQueue words;
  words.add(one, Begun{});
  words.take_due(start);
  words.add(two, Begun{});
  words.hurry(two);
  EXPECT_EQ(words.next_due(start), start);
  EXPECT_EQ(words.take_due(start).size(), 1U);
  words.hurry(two);
  EXPECT_FALSE(words.next_due(start)) << "what is sent is not sent again";
}

TEST(WordQueue, words_that_can_wait_are_not_put_off_by_others_that_go) {
  WordQueue words;
  words.add(one, moving(1));
  words.take_due(start);
  words.add(two, moving(1));
  words.add(one, moving(2));
  words.add(one, Verified{});
  EXPECT_EQ(words.take_due(start + patience / 2).size(), 2U) << "those of one";
  EXPECT_EQ(words.next_due(start + patience / 2), start + patience);
}

TEST(WordQueue, other_words_do_not_wait) {
  WordQueue words;
  words.add(one, moving(1));
  words.take_due(start);
  words.acknowledge(one, 1);
  words.add(one, Done{});
  EXPECT_EQ(words.take_due(start).size(), 1U);
}

TEST(WordQueue, what_is_not_acknowledged_is_sent_again) {
  WordQueue words;
  words.add(one, Begun{});
  words.add(two, Begun{});
  words.take_due(start);
  words.acknowledge(one, 1);
  words.send_all_again();
  const auto due = words.take_due(start + patience);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].task, two);
}

TEST(WordQueue, an_order_that_came_again_gets_its_answer_even_if_it_was_acknowledged) {
  WordQueue words;
  words.add(one, Begun{});
  words.add(one, Verified{});
  words.take_due(start);
  words.acknowledge(one, 2);
  words.send_again(one);
  const auto due = words.take_due(start);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_TRUE(says<Verified>(due[0]));
  EXPECT_EQ(due[0].seq, 2U);
}

TEST(WordQueue, a_task_is_forgotten_when_its_final_word_is_acknowledged_and_not_before) {
  WordQueue words;
  words.add(one, Begun{});
  words.add(one, Done{});
  EXPECT_FALSE(words.acknowledge(one, 1));
  EXPECT_TRUE(words.knows(one));
  EXPECT_TRUE(words.acknowledge(one, 2));
  EXPECT_FALSE(words.knows(one));
  EXPECT_FALSE(words.acknowledge(one, 2));
}

TEST(WordQueue, an_acknowledgement_of_a_word_that_a_newer_one_replaced_drops_nothing) {
  WordQueue words;
  words.add(one, moving(1));
  words.take_due(start);
  words.add(one, moving(2));
  words.acknowledge(one, 1);
  ASSERT_EQ(words.unacknowledged().size(), 1U);
  EXPECT_EQ(words.unacknowledged()[0].seq, 2U);
}

}  // namespace
}  // namespace rft::mover
