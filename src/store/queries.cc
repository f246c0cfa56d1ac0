#include "store/queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "store/rows.h"
#include "wire/frame.h"

namespace rft {
namespace {

const std::string& transfers_where() {
  static const std::string sql =
      "SELECT " + transfer_columns() + " FROM file f JOIN request r ON r.id = f.request WHERE ";
  return sql;
}

template <class T>
std::string selection(const std::string& from) {
  return "SELECT " + columns_of<T>() + " FROM " + from;
}

OutboxRow read_order(Row& row) {
  OutboxRow out;
  std::string text;
  row.take(out.task.file);
  row.take(out.task.epoch);
  row.take(out.mover);
  row.take(text);
  if (auto order = order_from_json(text)) {
    out.order = std::move(*order);
  } else {
    row.refuse();
  }
  return out;
}

Result<void> read_marks(Database& database, OpenWork& work) {
  const auto rows =
      database.rows<int>("SELECT last_seq, last_rank, newest_epoch FROM meta", [&](Row& row) {
        row.take(work.last_seq);
        row.take(work.last_rank);
        row.take(work.newest_epoch);
        return 0;
      });
  if (!rows) return tl::unexpected(rows.error());
  return {};
}

Result<std::uint64_t> largest_number(Database& database, const Uuid& whole, std::uint64_t below) {
  const auto found = database.rows<std::uint64_t>(
      "SELECT number FROM request WHERE whole = ? AND number < ? ORDER BY number DESC LIMIT 1",
      [](Row& row) {
        std::uint64_t number = 0;
        row.take(number);
        return number;
      },
      whole, below);
  if (!found) return tl::unexpected(found.error());
  return found->empty() ? 0 : found->front();
}

Result<std::uint64_t> read_numbered(Database& database, const Uuid& whole) {
  constexpr std::uint64_t end = std::numeric_limits<std::int64_t>::max();
  const auto extra = largest_number(database, whole, end);
  if (!extra) return tl::unexpected(extra.error());
  const auto usual = largest_number(database, whole, first_apart);
  if (!usual) return tl::unexpected(usual.error());
  return std::max(numbered_by(*extra), numbered_by(*usual));
}

Result<void> read_tallies(Database& database, OpenWork& work) {
  for (const Transfer& transfer : work.transfers) {
    if (!is_whole(transfer.file)) continue;
    const auto sums = database.rows<Tally>(
        "SELECT coalesce(sum(f.tally_files), 0), coalesce(sum(f.tally_done), 0), "
        "coalesce(sum(f.tally_failed), 0), "
        "coalesce(sum(f.tally_skipped), 0), coalesce(sum(f.tally_bytes), 0), "
        "coalesce(sum(f.tally_bytes_done), 0), coalesce(sum(f.tally_deleted), 0), "
        "coalesce(sum(f.tally_listings), 0), coalesce(sum(f.tally_bytes_failed), 0), "
        "coalesce(sum(f.tally_bytes_skipped), 0), coalesce(sum(f.tally_unsized), 0), "
        "coalesce(sum(f.tally_bytes_sent), 0), coalesce(sum(f.tally_real_files), 0) "
        "FROM request r CROSS JOIN file f ON f.request = r.id WHERE r.whole = ?",
        read_members<Tally>, transfer.request.id);
    if (!sums) return tl::unexpected(sums.error());
    work.tallies[transfer.request.id] = sums->front();
    const auto numbered = read_numbered(database, transfer.request.id);
    if (!numbered) return tl::unexpected(numbered.error());
    work.numbered[transfer.request.id] = *numbered;
  }
  return {};
}

// `into = found`, unless the read failed.
template <class T>
Result<void> put(Result<std::vector<T>> found, std::vector<T>& into) {
  if (!found) return tl::unexpected(std::move(found.error()));
  into = std::move(*found);
  return {};
}

template <class T>
Result<void> add(Result<std::vector<T>> found, std::vector<T>& to) {
  if (!found) return tl::unexpected(std::move(found.error()));
  to.insert(to.end(), std::make_move_iterator(found->begin()),
            std::make_move_iterator(found->end()));
  return {};
}

// The first row, if there is one.
template <class T>
Result<std::optional<T>> first(Result<std::vector<T>> found) {
  if (!found) return tl::unexpected(std::move(found.error()));
  if (found->empty()) return std::optional<T>();
  return std::optional<T>(std::move(found->front()));
}

Result<std::optional<Uuid>> request_of(Database& database, const std::string& owner,
                                       const std::string& handle) {
  return first(database.rows<Uuid>(
      "SELECT id FROM request WHERE owner = ? AND handle = ?",
      [](Row& row) {
        Uuid id;
        row.take(id);
        return id;
      },
      owner, handle));
}

Result<History> read_life(Database& database, const std::string& owner, const Uuid& request) {
  static const std::string events_sql =
      selection<Event>("event WHERE request = ? AND owner = ? ORDER BY seq");
  static const std::string attempts_sql =
      "SELECT " + columns_of<Attempt>("a") +
      " FROM file f JOIN attempt a ON a.file = f.id WHERE f.request = ? AND f.owner = ? "
      "ORDER BY a.file, a.epoch";
  History history;
  const auto read =
      put(database.rows<Event>(events_sql, read_members<Event>, request, owner), history.events)
          .and_then([&] {
            return put(database.rows<Attempt>(attempts_sql, read_members<Attempt>, request, owner),
                       history.attempts);
          });
  if (!read) return tl::unexpected(read.error());
  return history;
}

}  // namespace

Result<OpenWork> read_open_work(Database& database) {
  static const std::string active_sql = transfers_where() + "f.status = 'active' ORDER BY f.id";
  static const std::string waiting_sql =
      transfers_where() + "f.status = 'committed' AND f.is_part = 0 ORDER BY f.id";
  static const std::string doubtful_sql =
      transfers_where() +
      "f.status = 'committed' AND f.is_part = 1 AND f.publish_ordered = 1 ORDER BY f.id";
  static const std::string endpoints_sql = selection<EndpointRow>("endpoint ORDER BY endpoint");
  static const std::string limits_sql = selection<Limit>("limits ORDER BY scope");
  static const std::string credentials_sql = selection<CredentialFacts>("credential ORDER BY id");
  OpenWork work;
  const auto read =
      put(database.rows<Transfer>(waiting_sql, read_transfer), work.transfers)
          .and_then([&] {
            return add(database.rows<Transfer>(active_sql, read_transfer), work.transfers);
          })
          .and_then([&] {
            return add(database.rows<Transfer>(doubtful_sql, read_transfer), work.transfers);
          })
          .and_then([&] {
            return put(
                database.rows<OutboxRow>(
                    "SELECT file, epoch, mover, \"order\" FROM outbox ORDER BY number", read_order),
                work.outbox);
          })
          .and_then([&] { return put(read_ledger(database), work.ledger); })
          .and_then([&] {
            return put(database.rows<EndpointRow>(endpoints_sql, read_members<EndpointRow>),
                       work.endpoints);
          })
          .and_then([&] {
            return put(
                database.rows<CredentialFacts>(credentials_sql, read_members<CredentialFacts>),
                work.credentials);
          })
          .and_then([&] {
            return put(database.rows<Limit>(limits_sql, read_members<Limit>), work.limits);
          })
          .and_then([&] { return read_tallies(database, work); })
          .and_then([&] { return read_marks(database, work); });
  if (!read) return tl::unexpected(read.error());
  std::sort(work.transfers.begin(), work.transfers.end(),
            [](const Transfer& a, const Transfer& b) { return a.file.id < b.file.id; });
  return work;
}

Result<Loaded> read_loaded(Database& database, const std::string& owner, const std::string& handle,
                           const std::string& key) {
  static const std::string sql = transfers_where() + "r.owner = ? AND r.handle = ?";
  Loaded loaded;
  auto transfer = first(database.rows<Transfer>(sql, read_transfer, owner, handle));
  if (!transfer) return tl::unexpected(transfer.error());
  loaded.transfer = std::move(*transfer);
  if (key.empty()) return loaded;
  auto kept = first(database.rows<KeptAnswer>(
      "SELECT key, digest, answer, at FROM answer WHERE owner = ? AND key = ?", read_answer, owner,
      key));
  if (!kept) return tl::unexpected(kept.error());
  loaded.kept = std::move(*kept);
  if (loaded.kept) loaded.kept->owner = owner;
  return loaded;
}

Result<ListPage> read_page(Database& database, const ListQuery& query) {
  // Ids of requests sort by birth, so that a page is a piece of an index.
  static const std::string every_sql = "SELECT " + transfer_columns() +
                                       " FROM request r CROSS JOIN file f ON f.request = r.id "
                                       "WHERE r.owner = ? AND r.id < ? AND r.whole IS NULL "
                                       "ORDER BY r.id DESC LIMIT ?";
  static const std::string status_sql = "SELECT " + transfer_columns() +
                                        " FROM file f CROSS JOIN request r ON r.id = f.request "
                                        "WHERE f.owner = ? AND f.request < ? AND f.status = ? AND "
                                        "f.is_part = 0 ORDER BY f.request DESC LIMIT ?";
  const auto cursor = cursor_of(query.after);
  if (!cursor) return tl::unexpected(cursor.error());
  Uuid before;
  before.bytes.fill(0xff);  // no UUIDv7 is as large
  if (*cursor) before = **cursor;
  const std::uint32_t size = page_size(query);
  auto found = query.status ? database.rows<Transfer>(status_sql, read_transfer, query.owner,
                                                      before, *query.status, size + 1)
                            : database.rows<Transfer>(every_sql, read_transfer, query.owner, before,
                                                      size + 1);
  if (!found) return tl::unexpected(found.error());
  ListPage page{std::move(*found), ""};
  if (page.transfers.size() > size) {
    page.transfers.pop_back();
    page.next = page.transfers.back().request.id.text();
  }
  return page;
}

namespace {

// By their tallies, so that no bundle is unpacked for the few files that are wanted.
std::string_view has_some(Counted counted) {
  switch (counted) {
    case Counted::done:
      return "AND f.tally_done > 0 ";
    case Counted::failed:
      return "AND f.tally_failed > 0 ";
    case Counted::skipped:
      return "AND f.tally_skipped > 0 ";
    case Counted::deleted:
      return "AND f.tally_deleted > 0 ";
    default:
      return "AND f.tally_files > f.tally_done + f.tally_failed + f.tally_skipped + "
             "f.tally_deleted ";
  }
}

}  // namespace

Result<std::vector<Transfer>> read_parts(Database& database, const PartsQuery& query) {
  std::string sql =
      "SELECT " + transfer_columns() +
      " FROM request r CROSS JOIN file f ON f.request = r.id WHERE r.whole = ?1 AND r.number > ?2 ";
  if (query.with) sql += has_some(*query.with);
  if (query.open) {
    sql +=
        "AND r.lane = ?4 AND (f.status = 'committed' OR (f.life < ?5 AND f.status IN ('failed', "
        "'user_stop_partial_trans'))) ";
  }
  sql += "ORDER BY r.number LIMIT ?3";
  const auto read = [&](const auto&... more) {
    return database.rows<Transfer>(sql, read_transfer, query.whole, query.after, query.limit,
                                   more...);
  };
  return query.open ? read(query.open->lane, query.open->life) : read();
}

// From each lane to the next: it costs the number of lanes, and not that of parts.
Result<std::vector<LaneNumber>> read_lanes(Database& database, const Uuid& whole) {
  static const std::string sql =
      "WITH RECURSIVE known(lane) AS ("
      "SELECT min(lane) FROM request WHERE whole = ?1 UNION ALL "
      "SELECT (SELECT min(lane) FROM request WHERE whole = ?1 AND lane > known.lane) "
      "FROM known WHERE known.lane IS NOT NULL) "
      "SELECT lane FROM known WHERE lane IS NOT NULL";
  return database.rows<LaneNumber>(
      sql,
      [](Row& row) {
        LaneNumber lane = 0;
        row.take(lane);
        return lane;
      },
      whole);
}

Result<KnownContents> read_known_lines(Database& database, const Uuid& whole,
                                       const std::vector<std::string>& digests) {
  KnownContents known;
  known.reserve(digests.size());
  for (const std::string& digest : digests) {
    auto content = first(database.rows<std::string>(
        "SELECT content FROM line WHERE whole = ? AND digest = ?",
        [](Row& row) {
          std::string octets;
          row.take(octets);
          return octets;
        },
        whole, column::Bytes{digest}));
    if (!content) return tl::unexpected(std::move(content.error()));
    known.push_back(std::move(*content));
  }
  return known;
}

Result<std::vector<LedgerPart>> read_ledger(Database& database) {
  static const std::string sql = selection<LedgerPart>("part ORDER BY id");
  return database.rows<LedgerPart>(sql, read_members<LedgerPart>);
}

Result<History> read_history(Database& database, const std::string& owner,
                             const std::string& handle) {
  const auto request = request_of(database, owner, handle);
  if (!request) return tl::unexpected(request.error());
  if (!*request) return no_such_handle(handle);
  return read_life(database, owner, **request);
}

Result<History> read_history_of(Database& database, const std::string& owner, const Uuid& request) {
  auto history = read_life(database, owner, request);
  if (history && history->events.empty()) return no_such_request(request);
  return history;
}

Result<std::vector<Event>> read_events(Database& database, const std::string& owner,
                                       std::int64_t after, std::uint32_t limit) {
  static const std::string sql =
      selection<Event>("event WHERE owner = ? AND seq > ? ORDER BY seq LIMIT ?");
  return database.rows<Event>(sql, read_members<Event>, owner, after, limit);
}

Result<std::map<Status, std::uint64_t>> read_counts(Database& database) {
  std::map<Status, std::uint64_t> counts;
  const auto rows =
      database.rows<int>("SELECT status, files FROM status_count WHERE files > 0", [&](Row& row) {
        Status status{};
        std::uint64_t files = 0;
        row.take(status);
        row.take(files);
        counts[status] = files;
        return 0;
      });
  if (!rows) return tl::unexpected(rows.error());
  return counts;
}

Result<std::string> read_sealed(Database& database, const Uuid& id) {
  auto sealed = first(database.rows<std::string>(
      "SELECT sealed FROM credential WHERE id = ?",
      [](Row& row) {
        std::string bytes;
        row.take(bytes);
        return bytes;
      },
      id));
  if (!sealed) return tl::unexpected(sealed.error());
  if (!*sealed) return no_such_credential(id);
  return std::move(**sealed);
}

Result<Identity> read_identity(Database& database) {
  const auto found =
      first(database.rows<Identity>("SELECT instance, newest_epoch FROM meta", [](Row& row) {
        Identity identity;
        row.take(identity.instance);
        row.take(identity.newest_epoch);
        return identity;
      }));
  if (!found) return tl::unexpected(found.error());
  if (!*found) return fail(Code::bad_state, "the database has no instance id; restore a backup");
  return **found;
}

}  // namespace rft
