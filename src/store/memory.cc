#include "store/memory.h"

#include <set>

#include "store/queries.h"

namespace rft {
namespace {

History life_of(const MemoryTables& tables, const std::string& owner, const Uuid& request) {
  History history;
  for (const auto& [seq, event] : tables.events) {
    if (event.request == request && event.owner == owner) history.events.push_back(event);
  }
  const auto found = tables.transfers.find(request);
  if (found == tables.transfers.end() || found->second.request.owner != owner) return history;
  for (const auto& [key, attempt] : tables.attempts) {
    if (key.first == found->second.file.id) history.attempts.push_back(attempt);
  }
  return history;
}

Result<ListPage> page_of(const MemoryTables& tables, const ListQuery& query) {
  const auto cursor = cursor_of(query.after);
  if (!cursor) return tl::unexpected(cursor.error());
  ListPage page;
  auto entry = *cursor ? tables.transfers.lower_bound(**cursor) : tables.transfers.end();
  while (entry != tables.transfers.begin()) {
    const Transfer& transfer = (--entry)->second;
    if (transfer.request.owner != query.owner) continue;
    if (is_part(transfer)) continue;
    if (query.status && transfer.file.status != *query.status) continue;
    if (page.transfers.size() == page_size(query)) {
      page.next = page.transfers.back().request.id.text();
      return page;
    }
    page.transfers.push_back(transfer);
  }
  return page;
}

Tally sums_of(const MemoryTables& tables, const Uuid& whole) {
  Tally sums;
  const auto parts = tables.parts.find(whole);
  if (parts == tables.parts.end()) return sums;
  for (const auto& [number, request] : parts->second) {
    sums += tables.transfers.at(request).file.tally;
  }
  return sums;
}

std::uint64_t numbered_in(const MemoryTables& tables, const Uuid& whole) {
  std::uint64_t most = 0;
  const auto parts = tables.parts.find(whole);
  if (parts == tables.parts.end()) return most;
  for (const auto& [number, request] : parts->second) most = std::max(most, numbered_by(number));
  return most;
}

std::vector<Transfer> parts_of(const MemoryTables& tables, const PartsQuery& query) {
  std::vector<Transfer> found;
  const auto parts = tables.parts.find(query.whole);
  if (parts == tables.parts.end()) return found;
  for (auto entry = parts->second.upper_bound(query.after);
       entry != parts->second.end() && found.size() < query.limit; ++entry) {
    const Transfer& part = tables.transfers.at(entry->second);
    const Status status = part.file.status;
    const bool may_rise = status == Status::failed || status == Status::user_stop_partial_trans;
    const bool wanted = !query.with || count_of(part.file.tally, *query.with) > 0;
    const bool open =
        !query.open ||
        (lane_number(part) == query.open->lane &&
         (status == Status::committed || (may_rise && part.file.life < query.open->life)));
    if (wanted && open) found.push_back(part);
  }
  return found;
}

std::vector<LaneNumber> lanes_of(const MemoryTables& tables, const Uuid& whole) {
  std::set<LaneNumber> lanes;
  const auto parts = tables.parts.find(whole);
  if (parts == tables.parts.end()) return {};
  for (const auto& [number, request] : parts->second) {
    lanes.insert(lane_number(tables.transfers.at(request)));
  }
  return {lanes.begin(), lanes.end()};
}

OpenWork open_work_of(const MemoryTables& tables) {
  OpenWork work;
  std::map<Uuid, Transfer> by_file;
  for (const auto& [id, transfer] : tables.transfers) {
    const Status status = transfer.file.status;
    const bool may_wait = !is_part(transfer) || transfer.file.publish_ordered;
    if (status == Status::active || (status == Status::committed && may_wait)) {
      by_file[transfer.file.id] = transfer;
      if (!is_whole(transfer.file)) continue;
      work.tallies[id] = sums_of(tables, id);
      work.numbered[id] = numbered_in(tables, id);
    }
  }
  for (auto& [id, transfer] : by_file) work.transfers.push_back(std::move(transfer));
  work.outbox = tables.outbox;
  for (const auto& [id, part] : tables.ledger) work.ledger.push_back(part);
  for (const auto& [endpoint, row] : tables.endpoints) work.endpoints.push_back(row);
  for (const auto& [scope, limit] : tables.limits) work.limits.push_back(limit);
  for (const auto& [id, credential] : tables.credentials) {
    work.credentials.push_back(credential.facts);
  }
  work.last_seq = tables.marks.seq;
  work.last_rank = tables.marks.rank;
  work.newest_epoch = tables.marks.epoch;
  return work;
}

}  // namespace

MemoryStore::MemoryStore(Uuid instance, Post post, Retention retention)
    : post_(std::move(post)), retention_(retention) {
  tables_.instance = instance;
}

template <class T>
void MemoryStore::ask(std::function<Result<T>()> question, Then<T> then) {
  post_([this, question = std::move(question), then = std::move(then)] {
    auto answer = reads_fail_ ? Result<T>(tl::unexpected(*reads_fail_)) : question();
    post_([then, answer = std::move(answer)]() mutable { then(std::move(answer)); });
  });
}

void MemoryStore::change(std::function<Saved()> write, std::function<void(Saved)> then) {
  post_([this, write = std::move(write), then = std::move(then)] {
    const auto found = disturbances_.find(++saves_);
    const bool disturbed = found != disturbances_.end();
    Saved answer = disturbed ? found->second.answer : Saved::yes;
    if (!disturbed || found->second.done) {
      const Saved saved = write();
      if (!disturbed) answer = saved;
    }
    post_([then, answer] { then(answer); });
  });
}

void MemoryStore::disturb(std::uint64_t nth, Saved answer, bool done) {
  disturbances_[saves_ + nth] = {answer, done && answer == Saved::unknown};
}

void MemoryStore::open_work(Then<OpenWork> then) {
  ask<OpenWork>([this] { return open_work_of(tables_); }, std::move(then));
}

void MemoryStore::load(const std::string& owner, const std::string& handle, const std::string& key,
                       Then<Loaded> then) {
  ask<Loaded>(
      [this, owner, handle, key] {
        Loaded loaded;
        const auto id = tables_.handles.find({owner, handle});
        if (id != tables_.handles.end()) loaded.transfer = tables_.transfers.at(id->second);
        const auto kept = tables_.answers.find({owner, key});
        if (!key.empty() && kept != tables_.answers.end()) loaded.kept = kept->second;
        return loaded;
      },
      std::move(then));
}

void MemoryStore::save(Saving saving, std::function<void(Saved)> then) {
  change([this, saving = std::move(saving)] { return apply(tables_, saving); }, std::move(then));
}

void MemoryStore::list(ListQuery query, Then<ListPage> then) {
  ask<ListPage>([this, query = std::move(query)] { return page_of(tables_, query); },
                std::move(then));
}

void MemoryStore::parts(PartsQuery query, Then<std::vector<Transfer>> then) {
  ask<std::vector<Transfer>>([this, query] { return parts_of(tables_, query); }, std::move(then));
}

void MemoryStore::lanes(const Uuid& whole, Then<std::vector<LaneNumber>> then) {
  ask<std::vector<LaneNumber>>([this, whole] { return lanes_of(tables_, whole); }, std::move(then));
}

void MemoryStore::known_lines(const Uuid& whole, std::vector<std::string> digests,
                              Then<KnownContents> then) {
  ask<KnownContents>(
      [this, whole, digests = std::move(digests)] {
        KnownContents known;
        for (const std::string& digest : digests) {
          const auto line = tables_.lines.find({whole, digest});
          const bool there = line != tables_.lines.end();
          known.push_back(there ? std::optional(line->second) : std::nullopt);
        }
        return known;
      },
      std::move(then));
}

void MemoryStore::ledger(Then<std::vector<LedgerPart>> then) {
  ask<std::vector<LedgerPart>>(
      [this] {
        std::vector<LedgerPart> all;
        for (const auto& [id, part] : tables_.ledger) all.push_back(part);
        return all;
      },
      std::move(then));
}

void MemoryStore::history(const std::string& owner, const std::string& handle, Then<History> then) {
  ask<History>(
      [this, owner, handle]() -> Result<History> {
        const auto id = tables_.handles.find({owner, handle});
        if (id == tables_.handles.end()) return no_such_handle(handle);
        return life_of(tables_, owner, id->second);
      },
      std::move(then));
}

void MemoryStore::history_of(const std::string& owner, const Uuid& request, Then<History> then) {
  ask<History>(
      [this, owner, request]() -> Result<History> {
        History history = life_of(tables_, owner, request);
        if (history.events.empty()) return no_such_request(request);
        return history;
      },
      std::move(then));
}

void MemoryStore::events_after(const std::string& owner, std::int64_t after, std::uint32_t limit,
                               Then<std::vector<Event>> then) {
  ask<std::vector<Event>>(
      [this, owner, after, limit] {
        std::vector<Event> events;
        for (auto entry = tables_.events.upper_bound(after);
             entry != tables_.events.end() && events.size() < limit; ++entry) {
          if (entry->second.owner == owner) events.push_back(entry->second);
        }
        return events;
      },
      std::move(then));
}

void MemoryStore::counts(Then<std::map<Status, std::uint64_t>> then) {
  ask<std::map<Status, std::uint64_t>>(
      [this] {
        std::map<Status, std::uint64_t> counts;
        for (const auto& [id, transfer] : tables_.transfers) {
          if (!is_part(transfer)) ++counts[transfer.file.status];
        }
        return counts;
      },
      std::move(then));
}

void MemoryStore::save_credential(CredentialFacts facts, std::string sealed,
                                  std::function<void(Saved)> then) {
  change(
      [this, facts = std::move(facts), sealed = std::move(sealed)] {
        auto& stored = tables_.credentials[facts.id];
        if (!stored.facts.id.is_nil() && stored.facts.owner != facts.owner) return Saved::stale;
        stored = {facts, sealed};
        return Saved::yes;
      },
      std::move(then));
}

void MemoryStore::sealed_credential(const Uuid& id, Then<std::string> then) {
  ask<std::string>(
      [this, id]() -> Result<std::string> {
        const auto found = tables_.credentials.find(id);
        if (found == tables_.credentials.end()) return no_such_credential(id);
        return found->second.sealed;
      },
      std::move(then));
}

void MemoryStore::remove_credential(const std::string& owner, const Uuid& id,
                                    std::function<void(Saved)> then) {
  change(
      [this, owner, id] {
        const auto found = tables_.credentials.find(id);
        if (found == tables_.credentials.end() || found->second.facts.owner != owner) {
          return Saved::stale;
        }
        tables_.credentials.erase(found);
        return Saved::yes;
      },
      std::move(then));
}

void MemoryStore::identity(Then<Identity> then) {
  ask<Identity>(
      [this] {
        return Identity{tables_.instance, tables_.marks.epoch};
      },
      std::move(then));
}

void MemoryStore::renew_instance(const Uuid& fresh, std::function<void(Saved)> then) {
  change(
      [this, fresh] {
        tables_.instance = fresh;
        return Saved::yes;
      },
      std::move(then));
}

void MemoryStore::prune(WallTime now, Then<Pruned> then) {
  ask<Pruned>([this, now] { return rft::prune(tables_, retention_, now); }, std::move(then));
}

}  // namespace rft
