#include <algorithm>

#include "store/memory.h"
#include "store/prune.h"

namespace rft {
namespace {

// How to take back what was done so far: each entry is noted before it changes.
class Undo {
 public:
  template <class Map>
  void note(Map& map, const typename Map::key_type& key) {
    const auto found = map.find(key);
    std::optional<typename Map::mapped_type> before;
    if (found != map.end()) before = found->second;
    steps_.push_back([&map, key, before = std::move(before)] {
      if (before) {
        map.insert_or_assign(key, *before);
      } else {
        map.erase(key);
      }
    });
  }
  void note(std::vector<OutboxRow>& rows) {
    steps_.push_back([&rows, before = rows] { rows = before; });
  }
  void step(std::function<void()> back) { steps_.push_back(std::move(back)); }
  void all() {
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) (*step)();
  }

 private:
  std::vector<std::function<void()>> steps_;
};

// One save on its way into the tables.
class Draft {
 public:
  explicit Draft(MemoryTables& tables) : tables_(tables) {}
  Saved apply(const Saving& saving);
  void take_back() { undo_.all(); }

 private:
  template <class Map>
  void set(Map& map, const typename Map::key_type& key, const typename Map::mapped_type& value) {
    undo_.note(map, key);
    map.insert_or_assign(key, value);
  }
  template <class Map>
  void erase(Map& map, const typename Map::key_type& key) {
    undo_.note(map, key);
    map.erase(key);
  }
  template <class Map>
  bool add(Map& map, const typename Map::key_type& key, const typename Map::mapped_type& value) {
    if (map.contains(key)) return false;
    set(map, key, value);
    return true;
  }

  bool fits(const Change& change) const;
  bool create(const Transfer& transfer);
  Saved apply(const Change& change);
  void forget(const Transfer& transfer);
  void forget_parts(const Transfer& whole, WallTime at);
  void add_line(const Uuid& whole, const KnownLine& line);
  void drop_orders(const Uuid& file);
  void save_attempt(const Attempt& attempt);
  bool keep(const KeptAnswer& kept);
  bool add_events(const std::vector<Event>& events);

  MemoryTables& tables_;
  Undo undo_;
};

bool Draft::fits(const Change& change) const {
  const Request& request = change.next.request;
  const File& file = change.next.file;
  if (change.created) {
    return !tables_.transfers.contains(request.id) && !tables_.requests.contains(file.id) &&
           !tables_.handles.contains({request.owner, request.handle});
  }
  const auto id = tables_.requests.find(file.id);
  if (id == tables_.requests.end()) return false;
  const Transfer& stored = tables_.transfers.at(id->second);
  return stored.request.owner == request.owner && stored.file.version == file.version - 1;
}

bool Draft::create(const Transfer& transfer) {
  const Request& request = transfer.request;
  if (!add(tables_.handles, {request.owner, request.handle}, request.id)) return false;
  if (!add(tables_.requests, transfer.file.id, request.id)) return false;
  if (!add(tables_.transfers, request.id, transfer)) return false;
  if (!request.whole) return true;
  undo_.note(tables_.parts, *request.whole);
  return tables_.parts[*request.whole].emplace(request.number, request.id).second;
}

void Draft::add_line(const Uuid& whole, const KnownLine& line) {
  const std::pair key(whole, line.digest);
  if (tables_.lines.emplace(key, line.content).second) {
    undo_.step([this, key] { tables_.lines.erase(key); });
  }
}

// All that a whole has goes with it, but what its parts left at their destinations.
void Draft::forget_parts(const Transfer& whole, WallTime at) {
  const auto parts = tables_.parts.find(whole.request.id);
  if (parts == tables_.parts.end()) return;
  for (const auto& [number, request] : std::map(parts->second)) {
    const Transfer part = tables_.transfers.at(request);
    if (auto left = left_behind(part, at, part.file.id)) add(tables_.ledger, left->id, *left);
    forget(part);
  }
  erase(tables_.parts, whole.request.id);
  auto line = tables_.lines.lower_bound({whole.request.id, ""});
  while (line != tables_.lines.end() && line->first.first == whole.request.id) {
    undo_.step([this, gone = *line] { tables_.lines.insert(gone); });
    line = tables_.lines.erase(line);
  }
}

void Draft::drop_orders(const Uuid& file) {
  undo_.note(tables_.outbox);
  std::erase_if(tables_.outbox, [&](const OutboxRow& row) { return row.task.file == file; });
}

void Draft::forget(const Transfer& transfer) {
  const Uuid file = transfer.file.id;
  drop_orders(file);
  auto attempt = tables_.attempts.lower_bound({file, 0});
  while (attempt != tables_.attempts.end() && attempt->first.first == file) {
    const auto key = (attempt++)->first;
    erase(tables_.attempts, key);
  }
  erase(tables_.handles, {transfer.request.owner, transfer.request.handle});
  erase(tables_.requests, file);
  erase(tables_.transfers, Uuid(transfer.request.id));
}

// A try's end does not know its beginning: what was written then stays.
void Draft::save_attempt(const Attempt& attempt) {
  const std::pair key(attempt.file, attempt.epoch);
  Attempt merged = attempt;
  if (const auto found = tables_.attempts.find(key); found != tables_.attempts.end()) {
    merged.mover = found->second.mover;
    merged.started_at = found->second.started_at;
    merged.bytes_resumed = std::max(found->second.bytes_resumed, attempt.bytes_resumed);
  }
  set(tables_.attempts, key, merged);
}

bool Draft::add_events(const std::vector<Event>& events) {
  return std::all_of(events.begin(), events.end(),
                     [&](const Event& event) { return add(tables_.events, event.seq, event); });
}

Saved Draft::apply(const Change& change) {
  if (!fits(change)) return Saved::stale;
  const Transfer& next = change.next;
  if (change.erased) {
    const Transfer gone = tables_.transfers.at(tables_.requests.at(next.file.id));
    if (is_whole(gone.file)) {
      forget_parts(gone, change.events.empty() ? WallTime{} : change.events.front().at);
    }
    forget(gone);
  } else {
    Transfer stored = next;
    if (!change.created) {
      stored.request = tables_.transfers.at(tables_.requests.at(next.file.id)).request;
    }
    if (change.created) {
      create(stored);
    } else {
      set(tables_.transfers, stored.request.id, stored);
    }
    for (const Transfer& part : change.born) {
      if (!create(part)) return Saved::stale;
    }
    const Uuid whole = stored.request.whole.value_or(stored.request.id);
    for (const KnownLine& line : change.lines) add_line(whole, line);
    if (change.drop_orders) drop_orders(next.file.id);
    undo_.note(tables_.outbox);
    tables_.outbox.insert(tables_.outbox.end(), change.orders.begin(), change.orders.end());
    if (change.attempt) save_attempt(*change.attempt);
  }
  for (const LedgerPart& part : change.discarded) {
    if (!add(tables_.ledger, part.id, part)) return Saved::no;
  }
  return add_events(change.events) ? Saved::yes : Saved::no;
}

// The first answer stays for its whole time: a second one under the same key was decided without
// it.
bool Draft::keep(const KeptAnswer& kept) {
  const std::pair key(kept.owner, kept.key);
  const auto found = tables_.answers.find(key);
  if (found != tables_.answers.end() && kept.at < found->second.at + answers_kept) return false;
  set(tables_.answers, key, kept);
  return true;
}

Saved Draft::apply(const Saving& saving) {
  for (const Change& change : saving.changes) {
    if (const Saved saved = apply(change); saved != Saved::yes) return saved;
  }
  if (saving.kept && !keep(*saving.kept)) return Saved::stale;
  for (const EndpointRow& row : saving.endpoints) set(tables_.endpoints, row.endpoint, row);
  for (const Limit& limit : saving.limits) set(tables_.limits, limit.scope, limit);
  for (const LimitScope& scope : saving.removed_limits) erase(tables_.limits, scope);
  for (const Uuid& id : saving.removed_parts) erase(tables_.ledger, id);
  return add_events(saving.events) ? Saved::yes : Saved::no;
}

template <class Map, class Old>
std::uint64_t erase_oldest(Map& map, Old old) {
  std::uint64_t count = 0;
  for (auto entry = map.begin(); entry != map.end() && count < prune_step_max;) {
    const bool goes = old(entry->second);
    count += goes ? 1 : 0;
    entry = goes ? map.erase(entry) : std::next(entry);
  }
  return count;
}

void leave_parts(MemoryTables& tables, const Transfer& whole, WallTime now,
                 std::vector<LedgerPart>& discarded) {
  const auto parts = tables.parts.find(whole.request.id);
  if (parts == tables.parts.end()) return;
  for (const auto& [number, request] : parts->second) {
    const Transfer& part = tables.transfers.at(request);
    auto left = left_behind(part, now, part.file.id);
    if (!left) continue;
    tables.ledger[left->id] = *left;
    discarded.push_back(std::move(*left));
  }
}

void forget_record(MemoryTables& tables, const Transfer& transfer) {
  Change change;
  change.next = transfer;
  ++change.next.file.version;
  change.erased = true;
  apply(tables, Saving{{std::move(change)}, std::nullopt, {}, {}, {}});
}

}  // namespace

Saved apply(MemoryTables& tables, const Saving& saving) {
  Draft draft(tables);
  const Saved saved = draft.apply(saving);
  if (saved == Saved::yes) {
    tables.marks.raise(marks_of(saving));
  } else {
    draft.take_back();
  }
  return saved;
}

Pruned prune(MemoryTables& tables, const Retention& retention, WallTime now) {
  std::vector<Transfer> finished;
  for (const auto& [id, transfer] : tables.transfers) {
    const File& file = transfer.file;
    const bool old = file.finished_at && *file.finished_at < now - retention.records;
    if (old && !is_part(transfer) && is_final(file.status) && finished.size() < prune_step_max) {
      finished.push_back(transfer);
    }
  }
  Pruned pruned;
  for (const Transfer& transfer : finished) {
    leave_parts(tables, transfer, now, pruned.discarded);
    if (auto part = left_behind(transfer, now, Uuid::v7(now, random_bits()))) {
      tables.ledger[part->id] = *part;
      pruned.discarded.push_back(std::move(*part));
    }
    forget_record(tables, transfer);
  }
  pruned.records = finished.size();
  pruned.events = erase_oldest(
      tables.events, [&](const Event& event) { return event.at < now - retention.events; });
  pruned.answers = erase_oldest(
      tables.answers, [&](const KeptAnswer& kept) { return kept.at <= now - answers_kept; });
  pruned.more = pruned.records == prune_step_max || pruned.events == prune_step_max ||
                pruned.answers == prune_step_max;
  return pruned;
}

}  // namespace rft
