#include "mover/word_queue.h"

#include <algorithm>

#include "mover/limits.h"

namespace rft::mover {
namespace {

bool is_moving(const TaskSays& says) {
  return std::holds_alternative<Moving>(says);
}

}  // namespace

bool is_final(const TaskSays& says) {
  return std::holds_alternative<Done>(says) || std::holds_alternative<Failed>(says) ||
         std::holds_alternative<Stopped>(says) || std::holds_alternative<Proven>(says);
}

std::uint64_t WordQueue::add(const Task& task, TaskSays says) {
  Line& line = lines_[task];
  if (is_moving(says) && !line.kept.empty() && is_moving(line.kept.back().word.says)) {
    line.kept.pop_back();
  }
  line.newest = TaskWord{task, ++line.last_seq, std::move(says)};
  line.kept.push_back(Kept{*line.newest});
  return line.last_seq;
}

bool WordQueue::acknowledge(const Task& task, std::uint64_t seq) {
  const auto found = lines_.find(task);
  if (found == lines_.end()) return false;
  Line& line = found->second;
  while (!line.kept.empty() && line.kept.front().word.seq <= seq) line.kept.pop_front();
  const bool over = line.newest && is_final(line.newest->says) && line.newest->seq <= seq;
  if (over) lines_.erase(found);
  return over;
}

bool WordQueue::must_wait(const Line& line, Instant now) {
  return line.kept.size() == 1 && is_moving(line.kept.front().word.says) && line.moving_sent &&
         now < *line.moving_sent + moving_interval;
}

std::vector<TaskWord> WordQueue::take_due(Instant now) {
  std::vector<TaskWord> due;
  for (auto& [task, line] : lines_) {
    if (must_wait(line, now)) continue;
    for (Kept& kept : line.kept) {
      if (kept.sent) continue;
      kept.sent = true;
      if (is_moving(kept.word.says)) line.moving_sent = now;
      due.push_back(kept.word);
    }
  }
  return due;
}

std::optional<Instant> WordQueue::next_due(Instant now) const {
  std::optional<Instant> next;
  for (const auto& [task, line] : lines_) {
    const bool waits = std::any_of(line.kept.begin(), line.kept.end(),
                                   [](const Kept& kept) { return !kept.sent; });
    if (!waits) continue;
    const Instant due = must_wait(line, now) ? *line.moving_sent + moving_interval : now;
    next = next ? std::min(*next, due) : due;
  }
  return next;
}

void WordQueue::send_all_again() {
  for (auto& [task, line] : lines_) {
    for (Kept& kept : line.kept) kept.sent = false;
  }
}

void WordQueue::send_again(const Task& task) {
  const auto found = lines_.find(task);
  if (found == lines_.end()) return;
  Line& line = found->second;
  if (line.kept.empty() && line.newest) line.kept.push_back(Kept{*line.newest});
  for (Kept& kept : line.kept) kept.sent = false;
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
