#include "store/save.h"

#include <algorithm>

#include "store/prune.h"
#include "store/rows.h"
#include "store/steps.h"
#include "wire/frame.h"

namespace rft {
namespace {

// INSERT of a T into `table`; `more` names columns that follow those of T, with a "?" for each.
template <class T>
std::string insertion(const std::string& table, const std::string& more = "",
                      const std::string& more_values = "") {
  return "INSERT INTO " + table + " (" + columns_of<T>() + more + ") VALUES (" + placeholders<T>() +
         more_values + ")";
}

bool create(Steps& steps, const Transfer& next) {
  static const std::string request_sql =
      std::string("INSERT INTO request (") + request_columns +
      ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
  if (steps.run(request_sql, RequestMembers{next}) != 1) return false;
  static const std::string file_sql =
      insertion<File>("file", ", id, owner, request, is_part", ", ?, ?, ?, ?") +
      " ON CONFLICT DO NOTHING";
  return steps.run(file_sql, Members{next.file}, next.file.id, next.request.owner, next.request.id,
                   is_part(next)) == 1;
}

bool update(Steps& steps, const Transfer& next) {
  static const std::string sql = "UPDATE file SET (" + columns_of<File>() + ") = (" +
                                 placeholders<File>() +
                                 ") WHERE id = ? AND owner = ? AND version = ?";
  return steps.run(sql, Members{next.file}, next.file.id, next.request.owner,
                   next.file.version - 1) == 1;
}

// File, parts of a whole, attempts and orders go with the request; the history, the ledger and kept
// answers stay.
bool erase(Steps& steps, const Transfer& next) {
  if (steps.run("DELETE FROM file WHERE id = ? AND owner = ? AND version = ?", next.file.id,
                next.request.owner, next.file.version - 1) != 1) {
    return false;
  }
  return steps.run("DELETE FROM request WHERE id = ? AND owner = ?", next.request.id,
                   next.request.owner) == 1;
}

void add_events(Steps& steps, const std::vector<Event>& events) {
  static const std::string sql = insertion<Event>("event");
  for (const Event& event : events) steps.run(sql, Members{event});
}

void add_discarded(Steps& steps, const std::vector<LedgerPart>& parts) {
  static const std::string sql = insertion<LedgerPart>("part");
  for (const LedgerPart& part : parts) steps.run(sql, Members{part});
}

// A try's end does not know its beginning: what was written then stays.
void save_attempt(Steps& steps, const std::string& owner, const Attempt& attempt) {
  static const std::string sql =
      insertion<Attempt>("attempt", ", owner", ", ?") +
      " ON CONFLICT DO UPDATE SET ended_at = excluded.ended_at, bytes_sent = excluded.bytes_sent, "
      "bytes_resumed = max(bytes_resumed, excluded.bytes_resumed), \"end\" = excluded.\"end\", "
      "fault = excluded.fault WHERE owner = excluded.owner";
  steps.run(sql, Members{attempt}, owner);
}

void save_orders(Steps& steps, const std::string& owner, const std::vector<OutboxRow>& orders) {
  for (const OutboxRow& row : orders) {
    steps.run("INSERT INTO outbox (owner, file, epoch, mover, \"order\") VALUES (?, ?, ?, ?, ?)",
              owner, row.task.file, row.task.epoch, row.mover, order_json(row.order));
  }
}

bool create_parts(Steps& steps, const std::vector<Transfer>& born) {
  return std::all_of(born.begin(), born.end(),
                     [&](const Transfer& part) { return create(steps, part); });
}

void add_lines(Steps& steps, const Uuid& whole, const std::vector<KnownLine>& lines) {
  for (const KnownLine& line : lines) {
    steps.run("INSERT INTO line (whole, digest, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
              whole, column::Bytes{line.digest}, column::Bytes{line.content});
  }
}

bool save_change(Steps& steps, const Change& change) {
  const Transfer& next = change.next;
  const std::string& owner = next.request.owner;
  const bool held = change.created  ? create(steps, next)
                    : change.erased ? erase(steps, next)
                                    : update(steps, next);
  if (!held) return false;
  if (!change.erased) {
    if (change.drop_orders) {
      steps.run("DELETE FROM outbox WHERE file = ? AND owner = ?", next.file.id, owner);
    }
    save_orders(steps, owner, change.orders);
    if (change.attempt) save_attempt(steps, owner, *change.attempt);
    if (!create_parts(steps, change.born)) return false;
    add_lines(steps, next.request.whole.value_or(next.request.id), change.lines);
  }
  add_discarded(steps, change.discarded);
  add_events(steps, change.events);
  return true;
}

void save_endpoint(Steps& steps, const EndpointRow& row) {
  static const std::string sql = insertion<EndpointRow>("endpoint") +
                                 " ON CONFLICT DO UPDATE SET last_login = excluded.last_login, "
                                 "down_since = excluded.down_since, fault = excluded.fault";
  steps.run(sql, Members{row});
}

void save_limit(Steps& steps, const Limit& limit) {
  static const std::string sql =
      insertion<Limit>("limits") +
      " ON CONFLICT DO UPDATE SET bounds = excluded.bounds, windows = excluded.windows, "
      "zone = excluded.zone, share = excluded.share, set_at = excluded.set_at, "
      "set_by = excluded.set_by";
  steps.run(sql, Members{limit});
}

// The first answer stays for its whole time: a second one under the same key was decided without
// it.
bool keep(Steps& steps, const KeptAnswer& kept) {
  return steps.run(
             "INSERT INTO answer (owner, key, digest, answer, at) VALUES (?, ?, ?, ?, ?) "
             "ON CONFLICT DO UPDATE SET digest = excluded.digest, answer = excluded.answer, "
             "at = excluded.at WHERE excluded.at >= answer.at + ?",
             kept.owner, kept.key, column::Bytes{kept.digest}, answer_json(kept.answer), kept.at,
             answers_kept) == 1;
}

}  // namespace

void HighMarks::raise(const HighMarks& other) {
  seq = std::max(seq, other.seq);
  rank = std::max(rank, other.rank);
  epoch = std::max(epoch, other.epoch);
}

HighMarks marks_of(const Saving& saving) {
  HighMarks marks;
  for (const Change& change : saving.changes) {
    marks.raise({0, change.next.file.rank, change.next.file.epoch});
    for (const Event& event : change.events) marks.raise({event.seq, 0, 0});
  }
  for (const Event& event : saving.events) marks.raise({event.seq, 0, 0});
  return marks;
}

Sql<int> save_marks(Database& database, const HighMarks& marks) {
  return database.run(
      "UPDATE meta SET last_seq = max(last_seq, ?1), last_rank = max(last_rank, ?2), "
      "newest_epoch = max(newest_epoch, ?3) "
      "WHERE last_seq < ?1 OR last_rank < ?2 OR newest_epoch < ?3",
      marks.seq, marks.rank, marks.epoch);
}

Sql<bool> apply(Database& database, const Saving& saving) {
  Steps steps(database);
  bool held = true;
  for (const Change& change : saving.changes) {
    if (change.erased && is_whole(change.next.file)) {
      const auto left = leave_parts(database, change.next.request.id, change.events.front().at);
      if (!left) return tl::unexpected(left.error());
    }
    held = held && save_change(steps, change);
  }
  if (saving.kept) held = held && keep(steps, *saving.kept);
  if (!held) return steps.outcome(false);
  for (const EndpointRow& row : saving.endpoints) save_endpoint(steps, row);
  for (const Limit& limit : saving.limits) save_limit(steps, limit);
  for (const LimitScope& scope : saving.removed_limits) {
    steps.run("DELETE FROM limits WHERE scope = ?", scope);
  }
  for (const Uuid& id : saving.removed_parts) steps.run("DELETE FROM part WHERE id = ?", id);
  add_events(steps, saving.events);
  return steps.outcome(true);
}

Sql<bool> apply_credential(Database& database, const CredentialFacts& facts,
                           std::string_view sealed) {
  static const std::string sql =
      insertion<CredentialFacts>("credential", ", sealed", ", ?") +
      " ON CONFLICT DO UPDATE SET kind = excluded.kind, endpoint = excluded.endpoint, "
      "subject = excluded.subject, not_after = excluded.not_after, path = excluded.path, "
      "version = excluded.version, added_at = excluded.added_at, "
      "renewed_at = excluded.renewed_at, sealed = excluded.sealed WHERE owner = excluded.owner";
  Steps steps(database);
  const int changed = steps.run(sql, Members{facts}, column::Bytes{sealed});
  return steps.outcome(changed == 1);
}

Sql<bool> remove_credential(Database& database, const std::string& owner, const Uuid& id) {
  Steps steps(database);
  const int changed = steps.run("DELETE FROM credential WHERE id = ? AND owner = ?", id, owner);
  return steps.outcome(changed == 1);
}

Sql<bool> renew_instance(Database& database, const Uuid& fresh) {
  Steps steps(database);
  return steps.outcome(steps.run("UPDATE meta SET instance = ?", fresh) == 1);
}

std::size_t weight_of(const Saving& saving) {
  constexpr std::size_t per_row = 512;
  constexpr std::size_t per_line = 64;
  constexpr std::size_t per_range = 20;  // two varints of 64 bits
  std::size_t weight = per_row;
  for (const Change& change : saving.changes) {
    const Request& request = change.next.request;
    weight += per_row * (2 + change.orders.size() + change.events.size());
    weight += request.source.path.size() + request.destination.path.size();
    weight += per_range * change.next.file.part.confirmed.ranges().size();
    for (const Event& event : change.events) weight += event.why.size();
    weight += change.next.file.bundle.bytes_form().size();
    for (const Transfer& part : change.born) {
      weight += per_row * 2 + part.file.bundle.bytes_form().size();
    }
    weight += change.lines.size() * per_line;
  }
  return weight + per_row * (saving.endpoints.size() + saving.events.size() + saving.limits.size());
}

}  // namespace rft
