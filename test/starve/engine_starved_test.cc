// An engine that runs out of memory is an engine that crashed: its next life loses nothing.
#include <gtest/gtest.h>

#include <deque>
#include <new>

#include "engine/engine.h"
#include "engine/engine_for_tests.h"
#include "starve/starved.h"
#include "store/memory.h"

namespace rft {
namespace {

const Caller caller{"uid:1", "uid:1"};

// One life of the engine, with a mover that does at once what it is told. Only the engine starves:
// what the store does is done whole.
class Life {
 public:
  Life(std::uint8_t number, MemoryTables tables) {
    store_.restore(std::move(tables));
    clock_.life = number;
    clock_.instant += std::chrono::hours(number);
  }

  // To the end of the transfer; throws bad_alloc where an allocation failed on the way.
  void live() {
    engine_.start([](Result<void>) {});
    run();
    for (const std::string& mover : engine_.movers_with_work()) {
      engine_.mover_gone(mover, true, Duration(0));
    }
    run();
    submit();
    for (int turn = 0; turn < 100 && status() != Status::done; ++turn) {
      engine_.tick();
      run();
      serve();
      clock_.instant += 1s;
    }
  }

  const MemoryTables& tables() const { return store_.tables(); }
  bool answered() const { return answered_; }
  std::optional<Status> status() const {
    const auto& transfers = store_.tables().transfers;
    if (transfers.empty()) return std::nullopt;
    return transfers.begin()->second.file.status;
  }

 private:
  void submit() {
    Submit call;
    call.handle = "h";
    call.source = parse_url("ftp://a/s/file").value();
    call.destination = parse_url("ftp://b/d/file").value();
    call.commit = true;
    engine_.call(caller, std::move(call), "key",
                 [this](const Answer& answer) { answered_ = answered_ || answer.has_value(); });
    run();
  }

  void serve() {
    for (; up_ < movers_.started.size(); ++up_) {
      engine_.mover_up(movers_.started[up_], caller.owner, {});
    }
    run();
    for (; served_ < movers_.orders.size(); ++served_) {
      const Order order = movers_.orders[served_];
      if (const auto* move = std::get_if<MoveOrder>(&order)) {
        say(move->task, Begun{{100, "1", "u"}, {}, false, false, 4});
        say(move->task, Moving{RangeSet{{0, 60}}, 60, 1, 4, Doing::move});
        say(move->task, Verified{{100, "1", "p"}, std::nullopt, Verdict::size_only, 100});
      } else if (const auto* publish = std::get_if<PublishOrder>(&order)) {
        say(publish->task, Done{std::nullopt, Verdict::size_only, false, 100, 100});
      }
    }
  }

  void say(const Task& task, TaskSays says) {
    engine_.heard(movers_.started.back(), TaskWord{task, ++seq_, std::move(says)});
    run();
  }

  // The store posts each call twice: first it is done, then it is answered.
  void run() {
    while (!posted_.empty()) {
      const auto [task, works] = std::move(posted_.front());
      posted_.pop_front();
      const std::size_t left = works ? starve::pause() : 0;
      working_ = works;
      task();
      working_ = false;
      if (works) starve::resume(left);
    }
  }

  struct Posted {
    std::function<void()> task;
    bool works;
  };
  bool answered_ = false;
  bool working_ = false;
  std::size_t up_ = 0, served_ = 0;
  std::uint64_t seq_ = 0;
  std::deque<Posted> posted_;
  ClockInHand clock_;
  RecordedMovers movers_;
  MemoryStore store_{Uuid{}, [this](std::function<void()> task) {
                       posted_.push_back({task, !working_});
                     }};
  Engine engine_{store_, movers_, clock_, Limits{}, "instance"};
};

void history_is_whole(const MemoryTables& tables) {
  std::int64_t last = 0;
  int ends = 0;
  for (const auto& [seq, event] : tables.events) {
    EXPECT_GT(seq, last);
    last = seq;
    if (event.status == Status::done) ++ends;
  }
  EXPECT_EQ(ends, 1);
}

TEST(StarvedEngine, whichever_allocation_fails_the_next_life_ends_the_transfer) {
  for (std::size_t nth = 1;; ++nth) {
    Life starved{1, {}};
    starve::fail_at(nth);
    try {
      starved.live();
    } catch (const std::bad_alloc&) {
    }
    starve::fail_at(0);
    if (!starve::has_failed()) {
      EXPECT_GT(nth, 100U) << "hardly anything was tried";
      return;
    }
    SCOPED_TRACE(nth);
    if (starved.answered()) {
      EXPECT_TRUE(starved.status()) << "P1: a yes is on disk";
    }
    Life next{2, starved.tables()};
    next.live();
    ASSERT_EQ(next.status(), Status::done);
    history_is_whole(next.tables());
  }
}

}  // namespace
}  // namespace rft
