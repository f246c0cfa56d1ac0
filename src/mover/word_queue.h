// WordQueue: what was said of each task, in order, until rftd acknowledges it. Pure.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "wire/message.h"

namespace rft::mover {

class WordQueue {
 public:
  // Numbers and keeps the word. Of Moving only the newest that is not acknowledged is kept.
  std::uint64_t add(const Task& task, TaskSays says);
  // Words up to `seq` are saved. True: the final one was among them, and the task is forgotten.
  bool acknowledge(const Task& task, std::uint64_t seq);

  // What is to be sent now, and is then taken as sent. Words that can wait (Begun, Moving) go
  // together, patience after the last of any task: they are saved together, whatever the number of
  // tasks.
  std::vector<TaskWord> take_due(Instant now);
  // When take_due() will have something; nothing while it has not.
  std::optional<Instant> next_due(Instant now) const;

  void hurry(const Task& task);       // somebody waits until what it said is saved
  void send_all_again();              // to a new connection
  void send_again(const Task& task);  // an order came again: its answer, even if acknowledged

  bool all_saved(const Task& task) const;  // nothing of it waits to be acknowledged
  bool knows(const Task& task) const { return lines_.contains(task); }
  std::vector<Task> tasks() const;
  std::vector<TaskWord> unacknowledged() const;

 private:
  struct Kept {
    TaskWord word;
    bool sent = false;
  };
  struct Line {
    std::uint64_t last_seq = 0;
    std::deque<Kept> kept;
    std::optional<TaskWord> newest;
  };
  void sort_in(const Task& task, const Line& line);
  bool patience_is_over(Instant now) const;

  std::map<Task, Line> lines_;
  std::set<Task> urgent_;   // have words that were not sent
  std::set<Task> patient_;  // and these only such as can wait
  std::optional<Instant> patient_sent_;
};

bool is_final(const TaskSays& says);  // Done, Failed or Stopped

}  // namespace rft::mover
