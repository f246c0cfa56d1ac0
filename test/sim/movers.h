// A simulated mover process: the real tasks, word queue and lease, with its own life. It outlives
// rftd.
#pragma once
#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mover/lease.h"
#include "mover/word_queue.h"
#include "mover/work.h"
#include "sim/session.h"

namespace rft::sim {

class MoverProcess {
 public:
  struct Told {
    std::function<void()> has_words;                              // something can be sent
    std::function<void(const Task&, const TaskSays&)> said;       // for the laws
    std::function<void(std::vector<TaskWord> last_words)> ended;  // it exits now
  };
  struct Place {
    Events& events;
    Dice& dice;
    Weather& weather;
    Servers& servers;
    Laws& laws;
    Moments& moments;
    Mutants mutants;
    std::size_t folders_due_max;  // of one listing
  };
  MoverProcess(Place place, std::string owner, Told told);
  // kill -9: nothing is said any more; its kernel closes its connections.
  ~MoverProcess();
  MoverProcess(const MoverProcess&) = delete;
  MoverProcess& operator=(const MoverProcess&) = delete;

  const std::string& owner() const { return owner_; }
  std::vector<Task> tasks() const;
  bool works_on(const Task& task) const { return tasks_.contains(task); }
  std::size_t work() const { return tasks_.size(); }

  // What comes from rftd. A frozen process reads it when it goes on.
  void take(Order order);
  void acknowledge(Task task, std::uint64_t seq);
  void drain();
  void renew_lease(Duration length);
  Instant renewed_at() const { return renewed_at_; }

  // The connection to rftd, by number; 0: none. A new one has all words to say again.
  std::uint64_t connection = 0;
  void connected(std::uint64_t number);
  std::vector<Word> take_due();
  std::optional<Instant> next_due() const;

  void freeze();
  void thaw();
  std::optional<Instant> frozen_since() const { return frozen_since_; }

 private:
  void when_awake(std::function<void()> message);
  void begin(MoveOrder order);
  void begin(BundleOrder order);
  void begin(ListOrder order);
  void begin(const PublishOrder& order);
  void begin(const StopOrder& order);
  void begin(const RemoveOrder& order) { spawn(remove(order)); }
  void begin(const ProbeOrder& order) { spawn(look_in(order)); }
  using Make = std::function<std::shared_ptr<mover::Work>(mover::WorkPorts)>;
  void start(const Task& task, const Make& make);
  void plant_mutants(MoveOrder& order) const;
  void order(const Task& task, const std::function<void(mover::Work&)>& known);
  std::uint64_t say(const Task& task, TaskSays says);
  void note(Word word);
  mover::awaitable<void> run(Task task, std::shared_ptr<mover::Work> work);
  mover::awaitable<void> remove(RemoveOrder order);
  mover::awaitable<void> look_in(ProbeOrder order);
  mover::awaitable<void> live();
  template <class Work>
  void spawn(Work work);

  Events& events_;
  Shore shore_;
  const std::size_t folders_due_max_;
  const std::string owner_;
  Told told_;
  std::map<Endpoint, bool> reachable_;
  mover::Lease lease_;
  mover::Signal lease_changed_;
  mover::Signal saved_;
  mover::WordQueue words_;
  std::deque<Word> notes_;
  bool draining_ = false;
  std::size_t errands_ = 0;
  mover::Interrupt errand_interrupt_;
  std::map<Task, std::shared_ptr<mover::Work>> tasks_;
  std::map<Task, std::uint64_t> last_verified_;  // of a bundle: for the mutant
  std::optional<Instant> frozen_since_;
  Instant renewed_at_;
  std::vector<std::function<void()>> unread_;
  boost::asio::io_context io_{1};  // the last: what waits in it refers to all above
};

}  // namespace rft::sim
