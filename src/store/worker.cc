#include "store/worker.h"

#include <time.h>

#include <utility>

namespace rft {
namespace {

Duration cpu_of_this_thread() {
  timespec spent{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return std::chrono::duration_cast<Duration>(std::chrono::seconds(spent.tv_sec) +
                                              std::chrono::nanoseconds(spent.tv_nsec));
}

}  // namespace

Worker::Worker(Database database, Post post)
    : database_(std::move(database)), post_(std::move(post)), thread_([this] { work(); }) {}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Worker::write(Write write, std::size_t weight, std::function<void(Saved)> then) {
  const std::lock_guard lock(mutex_);
  if (room_for(weight)) {
    queued_bytes_ += weight;
    queue(WriteJob{std::move(write), std::move(then), weight});
  } else {
    queue(RefusedJob{[then = std::move(then)] { then(Saved::no); }});
  }
}

void Worker::read(std::function<Answer(Database&)> ask, Answer refused) {
  const std::lock_guard lock(mutex_);
  if (room_for(0)) {
    queue(ReadJob{std::move(ask)});
  } else {
    queue(RefusedJob{std::move(refused)});
  }
}

bool Worker::room_for(std::size_t weight) const {
  return queue_.size() < queue_jobs_max && queued_bytes_ + weight <= queue_bytes_max;
}

void Worker::queue(Job job) {
  queue_.push_back(std::move(job));
  wake_.notify_one();
}

void Worker::work() {
  for (auto batch = next_batch(); !batch.empty(); batch = next_batch()) {
    serve(std::move(batch));
    cpu_ = cpu_of_this_thread();
  }
}

StoreCost Worker::cost() const {
  return {commits_, cpu_};
}

// What waits, up to what one commit takes; empty once all is done and the end was asked for.
std::vector<Worker::Job> Worker::next_batch() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return !queue_.empty() || ending_; });
  std::vector<Job> batch;
  std::size_t bytes = 0;
  while (!queue_.empty() && batch.size() < group_writes_max && bytes < group_bytes_max) {
    if (const auto* job = std::get_if<WriteJob>(&queue_.front())) {
      bytes += job->weight;
      queued_bytes_ -= job->weight;
    }
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return batch;
}

// First all writes in one commit, then the reads, which may see a write that was given after them;
// the answers go out in the order of the jobs.
void Worker::serve(std::vector<Job> batch) {
  std::vector<const Write*> writes;
  for (const Job& job : batch) {
    if (const auto* write = std::get_if<WriteJob>(&job)) writes.push_back(&write->write);
  }
  std::vector<Saved> saved;
  if (!writes.empty()) {
    saved = commit_group(database_, writes);
    ++commits_;
  }
  auto answer = saved.begin();
  for (Job& job : batch) {
    if (auto* write = std::get_if<WriteJob>(&job)) {
      post_([then = std::move(write->then), said = *answer++] { then(said); });
    } else if (auto* read = std::get_if<ReadJob>(&job)) {
      post_(read->ask(database_));
    } else {
      post_(std::move(std::get<RefusedJob>(job).refused));
    }
  }
}

}  // namespace rft
