// A store in memory behind the same port: the model that others are compared with, and what the
// simulator runs on, with switches for what a real store may do to the engine.
#pragma once
#include <map>
#include <utility>

#include "engine/ports.h"
#include "store/retention.h"
#include "store/save.h"
#include "store/worker.h"

namespace rft {

// All that a store holds; a plain value, so that a test may keep a copy and go back to it.
struct MemoryTables {
  Uuid instance;
  HighMarks marks;
  std::map<Uuid, Transfer> transfers;                           // by request
  std::map<std::pair<std::string, std::string>, Uuid> handles;  // (owner, handle) -> request
  std::map<Uuid, Uuid> requests;                                // file -> request
  std::map<std::pair<Uuid, std::uint32_t>, Attempt> attempts;   // (file, epoch)
  std::map<Uuid, LedgerPart> ledger;
  std::map<std::int64_t, Event> events;
  std::map<Uuid, std::map<std::uint64_t, Uuid>> parts;        // whole -> number -> request
  std::map<std::pair<Uuid, std::string>, std::string> lines;  // (whole, digest) -> content
  std::map<Endpoint, EndpointRow> endpoints;
  std::map<LimitScope, Limit> limits;
  struct Credential {
    CredentialFacts facts;
    std::string sealed;
  };
  std::map<Uuid, Credential> credentials;
  std::vector<OutboxRow> outbox;
  std::map<std::pair<std::string, std::string>, KeptAnswer> answers;  // (owner, key)
};

// Each call is posted twice: first it is done, then it is answered. So a test that drops what is
// posted has a crash before the save or between the save and its answer. One thread.
class MemoryStore final : public Store {
 public:
  MemoryStore(Uuid instance, Post post, Retention retention = {});

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
  void save_credential(CredentialFacts facts, std::string sealed,
                       std::function<void(Saved)> then) override;
  void sealed_credential(const Uuid& id, Then<std::string> then) override;
  void remove_credential(const std::string& owner, const Uuid& id,
                         std::function<void(Saved)> then) override;

  void identity(Then<Identity> then);
  void renew_instance(const Uuid& fresh, std::function<void(Saved)> then);
  void prune(WallTime now, Then<Pruned> then);

  // ---- a test's switches ----
  // The nth save from now (1: the next) is answered with `answer`. It is done only if `done`, which
  // goes with Saved::unknown alone.
  void disturb(std::uint64_t nth, Saved answer, bool done = false);
  // Until told otherwise every read fails with `error`.
  void fail_reads(std::optional<Error> error) { reads_fail_ = std::move(error); }
  const MemoryTables& tables() const { return tables_; }
  void restore(MemoryTables tables) { tables_ = std::move(tables); }

 private:
  struct Disturbance {
    Saved answer;
    bool done;
  };
  template <class T>
  void ask(std::function<Result<T>()> question, Then<T> then);
  void change(std::function<Saved()> write, std::function<void(Saved)> then);

  MemoryTables tables_;
  Post post_;
  Retention retention_;
  std::uint64_t saves_ = 0;
  std::map<std::uint64_t, Disturbance> disturbances_;  // by number of the save
  std::optional<Error> reads_fail_;
};

// What the tables do with one save: all of it, or nothing and why.
Saved apply(MemoryTables& tables, const Saving& saving);
Pruned prune(MemoryTables& tables, const Retention& retention, WallTime now);

}  // namespace rft
