// Daemon: one life of rftd: a real engine with its store, its clock, and its lines to mover
// processes. Destroyed between any two events, it leaves what a kill -9 leaves.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "daemon/instance.h"
#include "engine/engine.h"
#include "mover/limits.h"
#include "sim/laws.h"
#include "sim/movers.h"
#include "sim/store.h"

namespace rft::sim {

// What outlives rftd on its machine.
struct Machine {
  std::map<std::string, std::unique_ptr<MoverProcess>> movers;
  std::map<std::string, std::vector<TaskWord>> spools;
  std::map<std::string, Instant> last_life;  // of movers, as noted beside their sockets
  std::set<std::string> of_this_boot;
  std::vector<std::pair<Instant, Task>> lately_orphaned;  // their movers were killed
  std::uint64_t connections = 0;
  std::size_t folders_due_max = mover::list_folders_due_max;  // of one listing
  Instant barred_until{};                                     // no mover starts
  InstanceRecord instance;                                    // the file beside the database
  std::uint32_t newest_ordered = 0;                           // epoch that went out to a mover
  std::function<void(const std::string& mover)> has_words;    // told to the rftd that lives
};

// kill -9, and what its movers had not told yet is lost.
void kill(Machine& machine, const std::string& mover, Servers& servers, Moments& moments,
          const Laws& laws, Instant now);

class Daemon final : public Movers, public Clock {
 public:
  struct Place {
    Events& events;
    Dice& dice;
    Weather& weather;
    Servers& servers;
    Laws& laws;
    Moments& moments;
    Machine& machine;
    Mutants mutants;
  };
  using Trace = std::function<void(const std::string&)>;
  Daemon(Place place, MemoryTables tables, Trace trace);
  ~Daemon() override;
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Nothing before it is open is heard.
  bool is_open() const { return open_; }
  Engine& engine() { return engine_; }
  SimStore& store() { return store_; }
  // To be called after whatever was asked of the engine: its next wake may have changed.
  void look_at_clock();

  void mover_ended(const std::string& mover);  // its lock is free
  void lose_line(const std::string& mover, Duration away);

  // ---- Movers ----
  void start(const std::string& mover, const std::string& owner) override;
  void order(const std::string& mover, const Order& order) override;
  void acknowledge(const std::string& mover, const Task& task, std::uint64_t seq) override;
  void drain(const std::string& mover) override;
  // ---- Clock ----
  Now now() override { return {place_.events.now(), place_.events.wall()}; }
  Uuid fresh_id() override { return Uuid::v7(place_.events.wall(), place_.dice.bits()); }

 private:
  struct Line {
    std::uint64_t connection = 0;  // 0: not connected
    Instant last_down{}, last_up{};
    Instant heard{};
    std::optional<Instant> pump;
  };
  void after(Duration delay, std::function<void()> what);
  void open_engine();
  void take_back();
  void connect(const std::string& mover, Duration delay);
  void connected(const std::string& mover);
  void send(const std::string& mover, std::function<void(MoverProcess&)> message);
  void pump(const std::string& mover);
  void pump_at(const std::string& mover, Instant when);
  void hear(const std::string& mover, Word word);
  void let_through(Word& word) const;  // mutants
  void let_through(FoldersListed& told) const;
  void start_failed(const std::string& mover, const std::string& owner, FaultKind kind);
  std::unique_ptr<MoverProcess> fork(const std::string& mover, const std::string& owner);
  void gone(const std::string& mover, bool with_us);
  Duration silence_before(const std::string& mover) const;
  void look_after_movers();
  void remember(std::uint32_t epoch);
  void tick();
  MoverProcess* process(const std::string& mover);

  Place place_;
  Trace trace_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool open_ = false;
  std::map<std::string, Line> lines_;
  std::optional<Events::Ticket> wake_;
  std::chrono::time_point<BootClock, std::chrono::seconds> this_second_{};
  std::uint64_t ticks_this_second_ = 0;
  std::uint64_t starts_this_minute_ = 0;
  SimStore store_;
  Engine engine_;
};

}  // namespace rft::sim
