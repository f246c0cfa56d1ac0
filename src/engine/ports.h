// All that the engine asks of the world stands on this page: Store, Movers, Clock. Everything is
// called on the engine's thread, and every callback comes on the engine's thread, never from inside
// the call that it answers, in the order of the calls of its port.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/call.h"
#include "core/decide.h"
#include "core/lane.h"
#include "core/limit.h"
#include "core/transfer.h"

namespace rft {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Now now() = 0;
  virtual Uuid fresh_id() = 0;  // UUIDv7
  // What this machine's local time is ahead of UTC at that moment.
  virtual Duration local_offset(WallTime) { return Duration{0}; }
};

// What is remembered of an endpoint across restarts.
struct EndpointRow {
  Endpoint endpoint;
  std::optional<WallTime> last_login;  // none: no log-in ever succeeded
  std::optional<WallTime> down_since;  // the breaker is open
  std::optional<Fault> fault;          // why
};

// What one save holds. All of it in one transaction, or none.
struct Saving {
  // Each change guarded by `version`: it must be one more than what is stored (0: no row).
  std::vector<Change> changes;
  std::optional<KeptAnswer> kept;
  std::vector<EndpointRow> endpoints;
  std::vector<Uuid> removed_parts;  // ledger entries that are answered
  std::vector<Event> events;        // beside those of the changes
  std::vector<Limit> limits = {};   // each instead of what was set for its scope
  std::vector<LimitScope> removed_limits = {};
};

enum class Saved : std::uint8_t {
  yes,      // durable: it survives a crash of ours and of the machine
  stale,    // a version did not fit: nothing was saved, load again
  full,     // the disk is full: nothing was saved
  no,       // another failure: nothing was saved
  unknown,  // it may or may not be saved: load again and compare versions
};

struct Loaded {
  std::optional<Transfer> transfer;
  std::optional<KeptAnswer> kept;
};

// All that is not final, read once at the start.
struct OpenWork {
  // Committed and active; of parts only the active, and those of which a rename may be done yet.
  std::vector<Transfer> transfers;
  std::map<Uuid, Tally> tallies;           // of the wholes among them, over all their parts
  std::map<Uuid, std::uint64_t> numbered;  // of the same: the largest numbered_by() of their parts
  std::vector<OutboxRow> outbox;
  std::vector<LedgerPart> ledger;
  std::vector<EndpointRow> endpoints;
  std::vector<CredentialFacts> credentials;
  std::vector<Limit> limits;
  std::int64_t last_seq = 0;       // of the events
  std::int64_t last_rank = 0;      // of the rank counter: the largest drawn
  std::uint32_t newest_epoch = 0;  // of all files
};

struct ListQuery {
  std::string owner;
  std::optional<Status> status;
  std::string after;          // a cursor that a page gave; empty: from the newest
  std::uint32_t limit = 100;  // 1 to 1000
};
struct ListPage {
  std::vector<Transfer> transfers;  // newest submission first
  std::string next;                 // cursor; empty: there are no more
};
// Parts of a whole, in the order of their numbers.
struct PartsQuery {
  Uuid whole;
  std::uint64_t after = 0;        // numbers above this one
  std::uint32_t limit = 100;      // 1 to 1000
  std::optional<Counted> with{};  // only those with such a file, by their tallies
  // Only those of a lane that wait in this life of the whole: committed, or failed or stopped in an
  // earlier one.
  struct Open {
    LaneNumber lane = 0;
    std::uint32_t life = 0;
  };
  std::optional<Open> open{};
};
struct History {
  std::vector<Event> events;  // of the handle's current life, oldest first
  std::vector<Attempt> attempts;
};

// Since the store was opened. Zeros where it does not measure.
struct StoreCost {
  std::uint64_t commits = 0;
  Duration cpu{0};  // of its own threads
};

class Store {
 public:
  template <class T>
  using Then = std::function<void(Result<T>)>;
  virtual ~Store() = default;

  virtual void open_work(Then<OpenWork> then) = 0;
  // `key`: an Idempotency-Key whose kept answer is wanted too; empty for none.
  virtual void load(const std::string& owner, const std::string& handle, const std::string& key,
                    Then<Loaded> then) = 0;
  // Saves are done in the order of the calls; several may share one commit (group commit), and one
  // that fails then fails alone.
  virtual void save(Saving saving, std::function<void(Saved)> then) = 0;

  virtual void list(ListQuery query, Then<ListPage> then) = 0;
  virtual void parts(PartsQuery query, Then<std::vector<Transfer>> then) = 0;
  // Those in which a whole has parts.
  virtual void lanes(const Uuid& whole, Then<std::vector<LaneNumber>> then) = 0;
  // Which of these lines, by their digests, a list has already.
  virtual void known_lines(const Uuid& whole, std::vector<std::string> digests,
                           Then<KnownContents> then) = 0;
  virtual void ledger(Then<std::vector<LedgerPart>> then) = 0;
  virtual void history(const std::string& owner, const std::string& handle, Then<History> then) = 0;
  virtual void history_of(const std::string& owner, const Uuid& request, Then<History> then) = 0;
  // Events with seq > after, oldest first, at most `limit`; for one owner.
  virtual void events_after(const std::string& owner, std::int64_t after, std::uint32_t limit,
                            Then<std::vector<Event>> then) = 0;
  // Of all owners, by status: for metrics.
  virtual void counts(Then<std::map<Status, std::uint64_t>> then) = 0;
  virtual StoreCost cost() const { return {}; }

  // A credential's secret is sealed by the vault before it comes here.
  virtual void save_credential(CredentialFacts facts, std::string sealed,
                               std::function<void(Saved)> then) = 0;
  virtual void sealed_credential(const Uuid& id, Then<std::string> then) = 0;
  virtual void remove_credential(const std::string& owner, const Uuid& id,
                                 std::function<void(Saved)> then) = 0;
};

// The mover processes. A mover's id is made by the engine and is never used again.
class Movers {
 public:
  virtual ~Movers() = default;
  // Starts a process for `owner`. mover_up or mover_gone of the engine answers.
  virtual void start(const std::string& mover, const std::string& owner) = 0;
  // Sent once, in order; lost where the mover is not connected. The engine sends again after
  // mover_up.
  virtual void order(const std::string& mover, const Order& order) = 0;
  virtual void acknowledge(const std::string& mover, const Task& task, std::uint64_t seq) = 0;
  virtual void drain(const std::string& mover) = 0;
};

// What happens in the engine that others want to know at once: the event stream, live figures.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void happened(const Event& event) = 0;  // after it was saved
};

}  // namespace rft
