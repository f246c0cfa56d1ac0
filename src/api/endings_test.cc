#include "api/endings.h"

#include <gtest/gtest.h>

namespace rft::api {
namespace {

struct Waiting {
  std::vector<std::function<void()>> timers;
  Endings endings{[this](Duration, std::function<void()> then) { timers.push_back(then); }};
  int answered = 0;

  bool wait(const std::string& owner, const std::string& handle) {
    return endings.wait(owner, handle, 1s, [this] { ++answered; });
  }
  void happened(const std::string& owner, const std::string& handle, Status status) {
    Event event;
    event.owner = owner;
    event.handle = handle;
    event.status = status;
    endings.happened(event);
  }
};

TEST(Endings, the_end_of_a_transfer_answers_those_who_wait_for_it_once) {
  Waiting waiting;
  waiting.wait("uid:1", "h");
  waiting.wait("uid:1", "h");
  waiting.happened("uid:1", "h", Status::active);
  EXPECT_EQ(waiting.answered, 0);
  waiting.happened("uid:1", "h", Status::done);
  EXPECT_EQ(waiting.answered, 2);
  for (const auto& timer : waiting.timers) timer();
  waiting.happened("uid:1", "h", Status::user_stop);
  EXPECT_EQ(waiting.answered, 2);
}

TEST(Endings, another_owners_transfer_of_the_same_handle_answers_nobody) {
  Waiting waiting;
  waiting.wait("uid:1", "h");
  waiting.happened("uid:2", "h", Status::done);
  waiting.happened("uid:1", "g", Status::done);
  EXPECT_EQ(waiting.answered, 0);
}

TEST(Endings, whose_time_is_up_is_answered_without_an_end) {
  Waiting waiting;
  waiting.wait("uid:1", "h");
  waiting.wait("uid:1", "h");
  waiting.timers[0]();
  EXPECT_EQ(waiting.answered, 1);
  waiting.happened("uid:1", "h", Status::failed);
  EXPECT_EQ(waiting.answered, 2);
}

TEST(Endings, beyond_the_limit_nobody_is_kept) {
  Waiting waiting;
  for (std::size_t i = 0; i < ending_waiters_max; ++i) ASSERT_TRUE(waiting.wait("uid:1", "h"));
  EXPECT_FALSE(waiting.wait("uid:1", "h"));
  waiting.timers[0]();
  EXPECT_TRUE(waiting.wait("uid:1", "h"));
}

}  // namespace
}  // namespace rft::api
