// The one thread on which all SQL runs, and its queue. Whoever asks never waits for it.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "store/group_commit.h"

namespace rft {

// Runs a function later on the asker's thread, in the order in which they are given. Any thread
// calls it.
using Post = std::function<void(std::function<void()>)>;

inline constexpr std::size_t group_writes_max = 1000;  // that share a commit
inline constexpr std::size_t group_bytes_max = 8U << 20;
inline constexpr std::size_t queue_jobs_max = 100'000;  // beyond: refused
inline constexpr std::size_t queue_bytes_max = 256U << 20;

// Jobs are answered in the order in which they were given. A job that finds the queue full is
// refused in its turn and keeps nothing but its place. Writes that wait together share a commit; a
// read sees every write that was given before it.
class Worker {
 public:
  using Answer = std::function<void()>;  // to be posted

  Worker(Database database, Post post);
  ~Worker();  // does what is queued first
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void write(Write write, std::size_t weight, std::function<void(Saved)> then);
  void read(std::function<Answer(Database&)> ask, Answer refused);
  StoreCost cost() const;

 private:
  struct WriteJob {
    Write write;
    std::function<void(Saved)> then;
    std::size_t weight = 0;
  };
  struct ReadJob {
    std::function<Answer(Database&)> ask;
  };
  struct RefusedJob {
    Answer refused;
  };
  using Job = std::variant<WriteJob, ReadJob, RefusedJob>;

  bool room_for(std::size_t weight) const;
  void queue(Job job);
  void work();
  std::vector<Job> next_batch();
  void serve(std::vector<Job> batch);

  Database database_;
  Post post_;
  std::atomic<std::uint64_t> commits_ = 0;
  std::atomic<Duration> cpu_ = Duration{0};
  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::deque<Job> queue_;
  std::size_t queued_bytes_ = 0;
  bool ending_ = false;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace rft
