#include "store/prune.h"

#include "store/rows.h"
#include "store/steps.h"

namespace rft {
namespace {

// A failure to read is one of the step as a whole.
tl::unexpected<SqlFailure> not_read(const Error& error) {
  return tl::unexpected(SqlFailure{SQLITE_ERROR, error.detail});
}

const std::string& ledger_sql() {
  static const std::string sql = "INSERT INTO part (" + columns_of<LedgerPart>() + ") VALUES (" +
                                 placeholders<LedgerPart>() + ")";
  return sql;
}

Sql<std::vector<Transfer>> finished_before(Database& database, WallTime time) {
  // By the partial index of finished files; the status is looked at for a record that lives again.
  static const std::string sql =
      "SELECT " + transfer_columns() +
      " FROM file f CROSS JOIN request r ON r.id = f.request WHERE f.is_part = 0 AND "
      "f.finished_at < ? AND "
      "f.status IN ('done', 'failed', 'user_stop_partial_trans') ORDER BY f.finished_at LIMIT ?";
  auto found = database.rows<Transfer>(sql, read_transfer, time, prune_step_max);
  if (!found) return not_read(found.error());
  return std::move(*found);
}

}  // namespace

Sql<std::vector<LedgerPart>> leave_parts(Database& database, const Uuid& whole, WallTime now) {
  static const std::string sql =
      "SELECT " + transfer_columns() +
      " FROM request r CROSS JOIN file f ON f.request = r.id WHERE r.whole = ? AND "
      "f.part_epochs <> '[]'";
  const auto parts = database.rows<Transfer>(sql, read_transfer, whole);
  if (!parts) return not_read(parts.error());
  Steps steps(database);
  std::vector<LedgerPart> left;
  for (const Transfer& transfer : *parts) {
    auto part = left_behind(transfer, now, transfer.file.id);
    if (!part) continue;
    steps.run(ledger_sql(), Members{*part});
    left.push_back(std::move(*part));
  }
  const auto done = steps.outcome(true);
  if (!done) return tl::unexpected(done.error());
  return left;
}

Sql<bool> prune_step(Database& database, const Retention& retention, WallTime now,
                     const std::function<Uuid()>& fresh_id, Pruned& pruned) {
  pruned = Pruned{};
  const auto finished = finished_before(database, now - retention.records);
  if (!finished) return tl::unexpected(finished.error());
  Steps steps(database);
  for (const Transfer& transfer : *finished) {
    if (is_whole(transfer.file)) {
      auto left = leave_parts(database, transfer.request.id, now);
      if (!left) return tl::unexpected(left.error());
      for (LedgerPart& part : *left) pruned.discarded.push_back(std::move(part));
    }
    if (auto part = left_behind(transfer, now, fresh_id())) {
      steps.run(ledger_sql(), Members{*part});
      pruned.discarded.push_back(std::move(*part));
    }
    steps.run("DELETE FROM request WHERE id = ? AND owner = ?", transfer.request.id,
              transfer.request.owner);
  }
  const auto removed = [&](int count) { return static_cast<std::uint64_t>(count); };
  pruned.records = finished->size();
  pruned.events = removed(steps.run(
      "DELETE FROM event WHERE at < ? AND seq IN (SELECT seq FROM event ORDER BY seq LIMIT ?)",
      now - retention.events, prune_step_max));
  pruned.answers =
      removed(steps.run("DELETE FROM answer WHERE (owner, key) IN "
                        "(SELECT owner, key FROM answer WHERE at <= ? ORDER BY at LIMIT ?)",
                        now - answers_kept, prune_step_max));
  pruned.more = pruned.records == prune_step_max || pruned.events == prune_step_max ||
                pruned.answers == prune_step_max;
  return steps.outcome(true);
}

}  // namespace rft
