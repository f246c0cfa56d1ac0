// Worker: takes orders and credentials, runs tasks and errands, and keeps what there is to say.
#pragma once
#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "mover/data_security.h"
#include "mover/lease.h"
#include "mover/pool.h"
#include "mover/word_queue.h"
#include "mover/work.h"
#include "wire/frame.h"

namespace rft::mover {

inline constexpr std::size_t notes_max = 4096;  // words without a number that wait to be sent

class Worker {
 public:
  Worker(asio::io_context& io, std::string id, Limits limits);

  // What is answered to a Hello. The first to come names the owner, for good.
  HelloDaemon greet(const HelloMover& hello);
  bool serves(const HelloMover& hello) const { return hello.owner == owner_; }
  void take(ToMover message);

  std::vector<ToDaemon> take_due(Instant now);
  std::optional<Instant> next_due(Instant now) const;
  void send_all_again();  // to a new connection
  Signal& outgoing() { return outgoing_; }

  // Ends as at a lease's end.
  void end();
  // Returns when the mover is to exit: its lease is over or it was told to end, and its tasks have
  // ended or end_limit has passed; or it was drained and all is acknowledged.
  awaitable<void> live();
  // What remains to be spooled then.
  std::vector<TaskWord> last_words() const { return words_.unacknowledged(); }

 private:
  void take_order(MoveOrder order);
  void take_order(BundleOrder order);
  void take_order(ListOrder order);
  void take_order(const PublishOrder& order);
  void take_order(const StopOrder& order);
  void take_order(const RemoveOrder& order);
  void take_order(const ProbeOrder& order);
  // Starts what `make` gives for a new task; a task that is known only repeats what it said.
  void start(Task task, const std::function<std::shared_ptr<Work>()>& make);
  awaitable<void> run(Task task, std::shared_ptr<Work> work);
  awaitable<void> run_errand(RemoveOrder order);
  awaitable<void> run_errand(ProbeOrder order);
  std::uint64_t say(const Task& task, TaskSays says);
  void hurry(const Task& task);
  void note(ToDaemon word);
  void say_unknown(const Task& task);
  WorkPorts ports_of(const Task& task);
  bool is_idle() const { return tasks_.empty() && words_.tasks().empty() && errands_ == 0; }

  asio::io_context& io_;
  std::string id_;
  std::string owner_;
  std::uint32_t newest_epoch_ = 0;
  bool draining_ = false;
  Lease lease_;
  Signal lease_changed_;  // renewed, ended, a task ended
  Signal saved_;          // rftd acknowledged words
  Credentials credentials_;
  Pool pool_;
  ChannelKeys keys_;
  WordQueue words_;
  std::deque<ToDaemon> notes_;
  Signal outgoing_;
  Interrupt errand_interrupt_;
  std::size_t errands_ = 0;
  std::map<Task, std::shared_ptr<Work>> tasks_;  // that are at work
};

}  // namespace rft::mover
