// The engine: one single-threaded loop around the pure core. It hears calls and words, decides,
// saves the change with the orders that follow from it in one transaction, and only then sends the
// orders and answers. What concerns one transfer is done strictly one after the other: its strand.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ports.h"

namespace rft {

struct Limits {
  std::uint32_t active_max = 100;              // transfers at once
  std::uint32_t active_per_endpoint_max = 32;  // that have it as source or destination
  std::uint32_t active_per_owner_max = 100;
  std::uint32_t bundles_per_link_max = 4;  // of one owner, each on sessions of its own
  std::uint32_t streams_default = 4;       // parallel TCP streams of a transfer
  std::uint32_t tasks_per_mover_max = 64;
  // Transfers and requests of many files that are committed or active: each is in memory.
  std::uint32_t open_max = 100'000;
  std::size_t memory_for_open = 64U << 20;  // octets of open transfers; beyond: each request's own
};

// Figures of an active transfer that are not stored each time.
struct Live {
  std::uint64_t bytes_confirmed = 0;
  std::uint64_t bytes_sent = 0;  // all epochs
  std::uint64_t rate = 0;        // bytes a second, 0 when nothing moves
  std::uint32_t streams = 0;
  Doing doing = Doing::nothing;
  std::uint64_t files_active = 0;  // of a request of many files: what movers have of it
  std::uint64_t bytes_active = 0;
};

// The exact answer to "why is it waiting?", from the predicates that the scheduler itself uses.
struct Why {
  Status status = Status::inactive;
  Hold hold = Hold::none;
  std::string sentence;                // complete, for people
  std::optional<WallTime> until;       // when it is looked at again, where that is known
  std::optional<std::uint64_t> ahead;  // transfers of the same owner that go first
  std::optional<Fault> fault;
};

struct Found {
  Transfer transfer;
  std::optional<Live> live;
  bool listing = false;  // of a tree: more files may still be found
};

// A limit as it holds now.
struct LimitState {
  Limit limit;
  Bounds now;                     // what holds
  std::optional<WallTime> until;  // when something else will
  Usage used;
};

class Engine {
 public:
  Engine(Store& store, Movers& movers, Clock& clock, Limits limits, std::string instance);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Reads all open work, then calls back; until then every call is answered `unavailable`.
  // Transfers whose mover is not reported by mover_up or mover_gone stay with it until they are.
  void start(std::function<void(Result<void>)> then);

  // ---- calls of users: `then` may come before the call returns ----
  void call(Caller caller, Call call, std::string idempotency_key,
            std::function<void(Answer)> then);
  void find(const std::string& owner, const std::string& handle,
            std::function<void(Result<Found>)> then);
  void why(const std::string& owner, const std::string& handle,
           std::function<void(Result<Why>)> then);
  // The parts of a request of many files, in the order of their numbers, as they are stored.
  // `with`: only those that have such a file.
  void parts(const std::string& owner, const std::string& handle, std::uint64_t after,
             std::uint32_t limit, std::optional<Counted> with,
             std::function<void(Result<std::vector<Transfer>>)> then);
  void list(ListQuery query,
            std::function<void(Result<std::vector<Found>>, std::string next)> then);

  // ---- words of movers ----
  // Which movers hold open transfers, after start(): the daemon reports each of them up or gone.
  std::vector<std::string> movers_with_work() const;
  void mover_up(const std::string& mover, const std::string& owner, const std::vector<Task>& tasks);
  void heard(const std::string& mover, const Word& word);
  // `with_us`: it died together with rftd or the machine, which costs its transfers nothing.
  // `silent`: how long its servers may have been left without a kernel that closes its connections;
  // 0 where it ended on this boot of the machine.
  void mover_gone(const std::string& mover, bool with_us, Duration silent);

  // ---- the rest of the world ----
  void credential_changed(const CredentialFacts& facts);  // added or renewed
  void credential_removed(const Uuid& id);
  // Parts that were put into the stored ledger by somebody else than us: by pruning.
  void parts_discarded(std::vector<LedgerPart> parts);
  std::vector<CredentialFacts> credentials(const std::string& owner) const;
  bool credential_in_use(const Uuid& id) const;
  void set_listener(Listener* listener);

  // ---- limits ----
  // For a scope that has one it is replaced. `then` when it is saved; it holds for what is admitted
  // afterwards. Errors: invalid_limit, no_such_limit; storage_full, unavailable: nothing was
  // changed.
  void set_limit(Limit limit, std::function<void(Result<LimitState>)> then);
  void remove_limit(const LimitScope& scope, std::function<void(Result<void>)> then);
  std::vector<LimitState> limits() const;  // in the order of their scopes

  // Does what its time has come for. Call at next_wake() or earlier.
  void tick();
  Instant next_wake() const;

  struct LinkFigures {
    Endpoint source, destination;
    std::uint32_t active = 0, waiting = 0;
    std::uint64_t rate = 0;
  };
  struct EndpointFigures {
    Endpoint endpoint;
    bool down = false;
    std::optional<WallTime> down_since, next_probe;
    std::optional<Fault> fault;
  };
  std::vector<LinkFigures> links(const std::string& owner) const;
  std::vector<EndpointFigures> endpoints() const;
  struct Totals {
    std::uint64_t waiting = 0, active = 0, movers = 0;
    std::uint64_t stale_words = 0, saves_failed = 0;
    StoreCost store;
    std::uint64_t mail = 0;  // calls, words and the like that wait behind a load or a save
  };
  Totals totals() const;

 private:
  struct World;
  std::unique_ptr<World> world_;
};

}  // namespace rft
