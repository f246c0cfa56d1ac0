// The store in one SQLite file (WAL, synchronous=FULL), embedded: nothing to install or configure.
#pragma once
#include <memory>
#include <string>

#include "engine/ports.h"
#include "store/retention.h"
#include "store/worker.h"

namespace rft {

struct SqliteSettings {
  std::string path;  // made, readable by its owner alone, where it is not there
  Uuid instance;     // of a database that is made now
  Retention retention = {};
  std::string vfs = {};  // the name of a registered SQLite VFS; empty: the usual one
};

class SqliteStore final : public Store {
 public:
  // Waits for the disk: call it before the loop runs. Callbacks come through `post`.
  // Errors: bad_state (another program's file, a newer schema, damage), storage_full.
  static Result<std::unique_ptr<SqliteStore>> open(const SqliteSettings& settings, Post post);

  void open_work(Then<OpenWork> then) override;
  void load(const std::string& owner, const std::string& handle, const std::string& key,
            Then<Loaded> then) override;
  void save(Saving saving, std::function<void(Saved)> then) override;
  void list(ListQuery query, Then<ListPage> then) override;
  void parts(PartsQuery query, Then<std::vector<Transfer>> then) override;
  void lanes(const Uuid& whole, Then<std::vector<LaneNumber>> then) override;
  void known_lines(const Uuid& whole, std::vector<std::string> digests,
                   Then<KnownContents> then) override;
  void ledger(Then<std::vector<LedgerPart>> then) override;
  void history(const std::string& owner, const std::string& handle, Then<History> then) override;
  void history_of(const std::string& owner, const Uuid& request, Then<History> then) override;
  void events_after(const std::string& owner, std::int64_t after, std::uint32_t limit,
                    Then<std::vector<Event>> then) override;
  void counts(Then<std::map<Status, std::uint64_t>> then) override;
  StoreCost cost() const override { return worker_.cost(); }
  void save_credential(CredentialFacts facts, std::string sealed,
                       std::function<void(Saved)> then) override;
  void sealed_credential(const Uuid& id, Then<std::string> then) override;
  void remove_credential(const std::string& owner, const Uuid& id,
                         std::function<void(Saved)> then) override;

  void identity(Then<Identity> then);
  // A restored backup goes on under a new name.
  void renew_instance(const Uuid& fresh, std::function<void(Saved)> then);
  // One bounded step of what Retention asks for; again at once where it says `more`.
  void prune(WallTime now, Then<Pruned> then);

 private:
  SqliteStore(Database database, Retention retention, Post post);
  template <class T>
  void ask(std::function<Result<T>(Database&)> question, Then<T> then);

  Retention retention_;
  Worker worker_;
};

}  // namespace rft
