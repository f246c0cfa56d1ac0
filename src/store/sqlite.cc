#include "store/sqlite.h"

#include <utility>

#include "store/migrate.h"
#include "store/prune.h"
#include "store/queries.h"
#include "store/save.h"

namespace rft {

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const SqliteSettings& settings, Post post) {
  auto database = open_database(settings.path, settings.vfs, settings.instance);
  if (!database) return tl::unexpected(database.error());
  return std::unique_ptr<SqliteStore>(
      new SqliteStore(std::move(*database), settings.retention, std::move(post)));
}

SqliteStore::SqliteStore(Database database, Retention retention, Post post)
    : retention_(retention), worker_(std::move(database), std::move(post)) {}

template <class T>
void SqliteStore::ask(std::function<Result<T>(Database&)> question, Then<T> then) {
  worker_.read(
      [question = std::move(question), then](Database& database) -> Worker::Answer {
        return [then, answer = question(database)]() mutable { then(std::move(answer)); };
      },
      [then] {
        then(fail(Code::unavailable, "too much waits for the database; try again later"));
      });
}

void SqliteStore::open_work(Then<OpenWork> then) {
  ask<OpenWork>(read_open_work, std::move(then));
}

void SqliteStore::load(const std::string& owner, const std::string& handle, const std::string& key,
                       Then<Loaded> then) {
  ask<Loaded>([=](Database& database) { return read_loaded(database, owner, handle, key); },
              std::move(then));
}

void SqliteStore::save(Saving saving, std::function<void(Saved)> then) {
  const HighMarks marks = marks_of(saving);
  const std::size_t weight = weight_of(saving);
  worker_.write(
      {[saving = std::move(saving)](Database& database) { return apply(database, saving); }, marks},
      weight, std::move(then));
}

void SqliteStore::list(ListQuery query, Then<ListPage> then) {
  ask<ListPage>(
      [query = std::move(query)](Database& database) { return read_page(database, query); },
      std::move(then));
}

void SqliteStore::parts(PartsQuery query, Then<std::vector<Transfer>> then) {
  ask<std::vector<Transfer>>([=](Database& database) { return read_parts(database, query); },
                             std::move(then));
}

void SqliteStore::lanes(const Uuid& whole, Then<std::vector<LaneNumber>> then) {
  ask<std::vector<LaneNumber>>([=](Database& database) { return read_lanes(database, whole); },
                               std::move(then));
}

void SqliteStore::known_lines(const Uuid& whole, std::vector<std::string> digests,
                              Then<KnownContents> then) {
  ask<KnownContents>([whole, digests = std::move(digests)](
                         Database& database) { return read_known_lines(database, whole, digests); },
                     std::move(then));
}

void SqliteStore::ledger(Then<std::vector<LedgerPart>> then) {
  ask<std::vector<LedgerPart>>(read_ledger, std::move(then));
}

void SqliteStore::history(const std::string& owner, const std::string& handle, Then<History> then) {
  ask<History>([=](Database& database) { return read_history(database, owner, handle); },
               std::move(then));
}

void SqliteStore::history_of(const std::string& owner, const Uuid& request, Then<History> then) {
  ask<History>([=](Database& database) { return read_history_of(database, owner, request); },
               std::move(then));
}

void SqliteStore::events_after(const std::string& owner, std::int64_t after, std::uint32_t limit,
                               Then<std::vector<Event>> then) {
  ask<std::vector<Event>>(
      [=](Database& database) { return read_events(database, owner, after, limit); },
      std::move(then));
}

void SqliteStore::counts(Then<std::map<Status, std::uint64_t>> then) {
  ask<std::map<Status, std::uint64_t>>(read_counts, std::move(then));
}

void SqliteStore::save_credential(CredentialFacts facts, std::string sealed,
                                  std::function<void(Saved)> then) {
  const std::size_t weight = sealed.size();
  worker_.write({[facts = std::move(facts), sealed = std::move(sealed)](Database& database) {
                   return apply_credential(database, facts, sealed);
                 },
                 {}},
                weight, std::move(then));
}

void SqliteStore::sealed_credential(const Uuid& id, Then<std::string> then) {
  ask<std::string>([=](Database& database) { return read_sealed(database, id); }, std::move(then));
}

void SqliteStore::remove_credential(const std::string& owner, const Uuid& id,
                                    std::function<void(Saved)> then) {
  worker_.write(
      {[=](Database& database) { return rft::remove_credential(database, owner, id); }, {}}, 0,
      std::move(then));
}

void SqliteStore::identity(Then<Identity> then) {
  ask<Identity>(read_identity, std::move(then));
}

void SqliteStore::renew_instance(const Uuid& fresh, std::function<void(Saved)> then) {
  worker_.write({[=](Database& database) { return rft::renew_instance(database, fresh); }, {}}, 0,
                std::move(then));
}

void SqliteStore::prune(WallTime now, Then<Pruned> then) {
  const auto fresh_id = [now] { return Uuid::v7(now, random_bits()); };
  auto pruned = std::make_shared<Pruned>();
  worker_.write({[this, now, fresh_id, pruned](Database& database) {
                   return prune_step(database, retention_, now, fresh_id, *pruned);
                 },
                 {}},
                0, [pruned, then = std::move(then)](Saved saved) {
                  if (saved == Saved::yes) return then(std::move(*pruned));
                  then(fail(saved == Saved::full ? Code::storage_full : Code::unavailable,
                            "what is old could not be removed; it will be tried again"));
                });
}

}  // namespace rft
