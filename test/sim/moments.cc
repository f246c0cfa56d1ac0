#include "sim/moments.h"

namespace rft::sim {
namespace {

// What a stop that is asked for meanwhile does not hide.
bool outweighs_a_stop(Moment at) {
  return at == Moment::aborting || at == Moment::publishing || at == Moment::renamed ||
         at == Moment::reported || at == Moment::orphaned || at == Moment::looking_back;
}

Moment moment_while_waiting(const File& file) {
  switch (file.hold) {
    case Hold::back_off:
      return Moment::backing_off;
    case Hold::endpoint_down:
    case Hold::credential:
    case Hold::space:
      return Moment::held;
    default:
      return Moment::queued;
  }
}

}  // namespace

Moment Moments::moment_of(const File& file) const {
  switch (file.status) {
    case Status::inactive:
      return Moment::inactive;
    case Status::committed:
      return moment_while_waiting(file);
    case Status::done:
      return Moment::done;
    case Status::failed:
      return Moment::failed;
    case Status::user_stop_partial_trans:
    case Status::user_stop:
      return Moment::stopped;
    case Status::active:
      break;
  }
  if (is_whole(file)) return file.stop_asked ? Moment::stopping : Moment::whole;
  if (file.mover.empty()) return Moment::in_doubt;
  const auto work = works_.find(task_of(file));
  const bool known = work != works_.end();
  if (!file.stop_asked) return known ? work->second : Moment::granted;
  return known && outweighs_a_stop(work->second) ? work->second : Moment::stopping;
}

void Moments::look(const Uuid& id, Record& record) {
  const Moment before = std::exchange(record.at, moment_of(record.file));
  if (before != record.at && entered_) entered_(id, record.at);
}

void Moments::stored(const MemoryTables& tables) {
  for (const auto& [request, transfer] : tables.transfers) {
    const auto [found, fresh] = records_.try_emplace(transfer.file.id);
    Record& record = found->second;
    if (!fresh && record.file.version == transfer.file.version) continue;
    record.file = transfer.file;
    if (fresh) {
      record.at = moment_of(record.file);
      if (entered_) entered_(transfer.file.id, record.at);
    } else {
      look(transfer.file.id, record);
    }
  }
  std::erase_if(records_, [&](const auto& one) { return !tables.requests.contains(one.first); });
  for (auto& [id, there] : ledger_) there = tables.ledger.contains(id);
  for (const auto& [id, part] : tables.ledger) {
    if (ledger_.emplace(id, true).second && entered_) entered_(id, Moment::removing);
  }
}

void Moments::works(const Task& task, Moment at) {
  works_[task] = at;
  const auto found = records_.find(task.file);
  if (found != records_.end() && task_of(found->second.file) == task)
    look(task.file, found->second);
}

std::optional<Moment> Moments::of(const Uuid& what) const {
  if (const auto found = records_.find(what); found != records_.end()) return found->second.at;
  const auto part = ledger_.find(what);
  return part != ledger_.end() && part->second ? std::optional(Moment::removing) : std::nullopt;
}

std::optional<Moment> Moments::of(const Task& task) const {
  const auto found = works_.find(task);
  return found == works_.end() ? std::nullopt : std::optional(found->second);
}

bool Moments::is_current(const Task& task) const {
  const auto found = records_.find(task.file);
  return found != records_.end() && found->second.file.status == Status::active &&
         task_of(found->second.file) == task && !found->second.file.mover.empty();
}

std::vector<Uuid> Moments::all() const {
  std::vector<Uuid> all;
  for (const auto& [id, record] : records_) all.push_back(id);
  for (const auto& [id, there] : ledger_) {
    if (there) all.push_back(id);
  }
  return all;
}

}  // namespace rft::sim
