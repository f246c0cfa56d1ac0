#include "mover/word_queue.h"

#include <algorithm>
#include <utility>

#include "mover/limits.h"

namespace rft::mover {
namespace {

bool is_moving(const TaskSays& says) {
  return std::holds_alternative<Moving>(says);
}

bool can_wait(const TaskSays& says) {
  return is_moving(says) || std::holds_alternative<Begun>(says);
}

}  // namespace

bool is_final(const TaskSays& says) {
  return std::holds_alternative<Done>(says) || std::holds_alternative<Failed>(says) ||
         std::holds_alternative<Stopped>(says) || std::holds_alternative<Proven>(says);
}

// What is not sent of a line stands at its end.
void WordQueue::sort_in(const Task& task, const Line& line) {
  const auto unsent =
      std::find_if(line.kept.begin(), line.kept.end(), [](const Kept& kept) { return !kept.sent; });
  const bool wait = std::all_of(unsent, line.kept.end(),
                                [](const Kept& kept) { return can_wait(kept.word.says); });
  urgent_.erase(task);
  patient_.erase(task);
  if (unsent != line.kept.end()) (wait ? patient_ : urgent_).insert(task);
}

bool WordQueue::patience_is_over(Instant now) const {
  return !patient_sent_ || now >= *patient_sent_ + patience;
}

std::uint64_t WordQueue::add(const Task& task, TaskSays says) {
  Line& line = lines_[task];
  if (is_moving(says) && !line.kept.empty() && is_moving(line.kept.back().word.says)) {
    line.kept.pop_back();
  }
  line.newest = TaskWord{task, ++line.last_seq, std::move(says)};
  line.kept.push_back(Kept{*line.newest});
  sort_in(task, line);
  return line.last_seq;
}

bool WordQueue::acknowledge(const Task& task, std::uint64_t seq) {
  const auto found = lines_.find(task);
  if (found == lines_.end()) return false;
  Line& line = found->second;
  while (!line.kept.empty() && line.kept.front().word.seq <= seq) line.kept.pop_front();
  sort_in(task, line);
  const bool over = line.newest && is_final(line.newest->says) && line.newest->seq <= seq;
  if (over) lines_.erase(found);
  return over;
}

std::vector<TaskWord> WordQueue::take_due(Instant now) {
  std::set<Task> tasks = std::exchange(urgent_, {});
  if (!patient_.empty() && patience_is_over(now)) {
    tasks.merge(std::exchange(patient_, {}));
    patient_sent_ = now;
  }
  std::vector<TaskWord> due;
  for (const Task& task : tasks) {
    for (Kept& kept : lines_.at(task).kept) {
      if (!std::exchange(kept.sent, true)) due.push_back(kept.word);
    }
  }
  return due;
}

std::optional<Instant> WordQueue::next_due(Instant now) const {
  if (!urgent_.empty()) return now;
  if (patient_.empty()) return std::nullopt;
  return patience_is_over(now) ? now : *patient_sent_ + patience;
}

void WordQueue::hurry(const Task& task) {
  if (patient_.erase(task) > 0) urgent_.insert(task);
}

void WordQueue::send_all_again() {
  for (auto& [task, line] : lines_) {
    for (Kept& kept : line.kept) kept.sent = false;
    sort_in(task, line);
  }
}

void WordQueue::send_again(const Task& task) {
  const auto found = lines_.find(task);
  if (found == lines_.end()) return;
  Line& line = found->second;
  if (line.kept.empty() && line.newest) line.kept.push_back(Kept{*line.newest});
  for (Kept& kept : line.kept) kept.sent = false;
  sort_in(task, line);
}

std::vector<Task> WordQueue::tasks() const {
  std::vector<Task> tasks;
  for (const auto& [task, line] : lines_) tasks.push_back(task);
  return tasks;
}

bool WordQueue::all_saved(const Task& task) const {
  const auto found = lines_.find(task);
  return found == lines_.end() || found->second.kept.empty();
}

std::vector<TaskWord> WordQueue::unacknowledged() const {
  std::vector<TaskWord> words;
  for (const auto& [task, line] : lines_) {
    for (const Kept& kept : line.kept) words.push_back(kept.word);
  }
  return words;
}

}  // namespace rft::mover
