#include "api/events.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/places.h"
#include "api/world_for_tests.h"

namespace rft::api {
namespace {

using testing::HasSubstr;
using testing::Not;

struct HubForTests {
  std::deque<std::function<void()>> posted;
  MemoryStore store{Uuid{},
                    [this](std::function<void()> task) { posted.push_back(std::move(task)); }};
  EventHub hub{store};
  std::int64_t last = 0;

  void run() {
    while (!posted.empty()) {
      auto task = std::move(posted.front());
      posted.pop_front();
      task();
    }
  }
  Event next(std::string owner, std::string handle, std::string why) {
    Event event;
    event.seq = ++last;
    event.owner = std::move(owner);
    event.handle = std::move(handle);
    event.what = "held";
    event.why = std::move(why);
    return event;
  }
  // Saved, then told: as the engine does it.
  void happen(std::string owner, std::string handle, std::string why = "") {
    const Event event = next(std::move(owner), std::move(handle), std::move(why));
    Saving saving;
    saving.events.push_back(event);
    store.save(std::move(saving), [this, event](Saved) { hub.happened(event); });
    run();
  }
};

std::vector<std::string> ids(const std::string& text) {
  std::vector<std::string> found;
  for (std::size_t at = text.find("id: "); at != std::string::npos;
       at = text.find("id: ", at + 1)) {
    found.push_back(text.substr(at + 4, text.find('\n', at) - at - 4));
  }
  return found;
}

TEST(Events, one_who_listens_hears_what_happens_from_then_on_to_his_own_transfers) {
  HubForTests world;
  world.happen("uid:1", "before");
  auto stream = world.hub.subscribe({"uid:1", "", std::nullopt});
  world.run();
  world.happen("uid:1", "mine");
  world.happen("uid:2", "foreign");
  const std::string text = stream->take();
  EXPECT_EQ(ids(text), std::vector<std::string>{"2"});
  EXPECT_THAT(text, Not(HasSubstr("foreign")));
}

TEST(Events, of_one_handle_only_where_that_is_asked_for) {
  HubForTests world;
  auto stream = world.hub.subscribe({"uid:1", "b", 0});
  world.happen("uid:1", "a");
  world.happen("uid:1", "b");
  EXPECT_EQ(ids(stream->take()), std::vector<std::string>{"2"});
}

TEST(Events, one_who_resumes_misses_nothing_and_hears_nothing_twice) {
  HubForTests world;
  for (int i = 0; i < 1000; ++i) world.happen("uid:1", "h");
  auto stream = world.hub.subscribe({"uid:1", "", 10});
  std::vector<std::string> heard;
  for (int i = 0; i < 10; ++i) {
    world.happen("uid:1", "h");  // while it reads what was before
    for (auto& id : ids(stream->take())) heard.push_back(std::move(id));
    world.run();
  }
  world.happen("uid:1", "h");
  for (auto& id : ids(stream->take())) heard.push_back(std::move(id));
  ASSERT_EQ(heard.size(), 1001U);
  for (std::size_t i = 0; i < heard.size(); ++i) EXPECT_EQ(heard[i], std::to_string(i + 11));
}

TEST(Events, one_saved_between_the_page_and_its_answer_is_not_lost) {
  HubForTests world;
  world.happen("uid:1", "h");
  auto stream = world.hub.subscribe({"uid:1", "", 0});
  auto question = std::move(world.posted.front());
  world.posted.pop_front();
  question();  // the page is read; its answer waits behind the save
  auto answer = std::move(world.posted.front());
  world.posted.pop_front();
  world.happen("uid:1", "h");
  answer();
  world.run();
  std::vector<std::string> heard = ids(stream->take());
  world.run();
  for (auto& id : ids(stream->take())) heard.push_back(std::move(id));
  EXPECT_EQ(heard, (std::vector<std::string>{"1", "2"}));
}

TEST(Events, a_slow_reader_is_bounded_and_misses_nothing) {
  HubForTests world;
  auto stream = world.hub.subscribe({"uid:1", "", std::nullopt});
  const std::string why(1000, 'x');
  for (int i = 0; i < 2000; ++i) world.happen("uid:1", "h", why);
  EXPECT_LT(stream->waiting(), events_waiting_max + 4096);
  std::vector<std::string> heard;
  for (std::string text = stream->take(); !text.empty(); text = stream->take()) {
    for (auto& id : ids(text)) heard.push_back(std::move(id));
    world.run();
    EXPECT_LT(stream->waiting(), events_page * 2048);
  }
  EXPECT_EQ(heard.size(), 2000U);
}

TEST(Events, a_subscription_ends_when_it_is_let_go_of_even_while_it_reads) {
  HubForTests world;
  world.happen("uid:1", "h");
  auto stream = world.hub.subscribe({"uid:1", "", 0});
  EXPECT_EQ(world.hub.subscriptions(), 1U);
  stream.reset();
  world.run();
  EXPECT_EQ(world.hub.subscriptions(), 0U);
  world.happen("uid:1", "h");
}

TEST(Events, a_store_that_fails_ends_the_stream_so_that_its_reader_comes_again) {
  HubForTests world;
  world.store.fail_reads(Error{Code::unavailable, "slow"});
  auto stream = world.hub.subscribe({"uid:1", "", 0});
  world.run();
  EXPECT_TRUE(stream->ended());
}

TEST(Places, an_owner_and_all_owners_have_their_limits) {
  Places places(2, 3);
  auto a = places.take("a");
  {
    auto b = places.take("a");
    EXPECT_TRUE(b);
    EXPECT_FALSE(places.take("a"));
    auto c = places.take("b");
    EXPECT_FALSE(places.take("c"));
  }
  EXPECT_TRUE(places.take("a"));
  EXPECT_EQ(places.taken(), 1U);
}

}  // namespace
}  // namespace rft::api
