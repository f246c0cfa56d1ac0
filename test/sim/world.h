// World: everything that one seed makes: servers, a machine with rftd and movers, users, and what
// goes wrong. First a time of faults, then one without, in which everything must end.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "sim/daemon.h"

namespace rft::sim {

struct Findings {
  std::optional<Broken> broken;
  std::uint64_t steps = 0;
  std::uint64_t faults = 0;
  std::uint64_t transfers = 0;
  std::uint64_t done = 0;
  std::uint64_t hash = 0;  // of all that was traced: the same for the same seed
  std::array<std::uint64_t, fault_rows.size()> counts{};
};

class World {
 public:
  World(std::uint64_t seed, Mutant mutant, bool trace);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Findings run();

 private:
  struct UserTransfer {
    Caller caller;
    Submit submit;
    std::uint64_t source = 0;
    bool rests = false;  // its user has done all that was to be done
  };
  struct Asked {
    std::size_t transfer = 0;
    Call call;
    std::string key;
    std::uint64_t number = 0;
    Instant first_at{};
  };

  // world.cc
  void until(Instant when);
  bool step();
  void say(const std::string& line);
  bool has_ended() const;
  void end_well();

  // users.cc
  void set_up();
  void set_up_transfer(std::size_t number);
  void draw_options(Submit& submit);
  void store_credentials();
  void user_acts(std::size_t transfer);
  Call next_call(const UserTransfer& transfer);
  void ask(Asked asked);
  void answered(const Asked& asked, const Answer& answer);
  void watch_stop(const Asked& asked);
  void look_why();

  // nemesis.cc
  void nemesis();
  void hit_service();
  void hit_movers();
  void hit_servers();
  void crash(Duration away);
  void start_daemon();
  void crash_machine();
  void freeze_mover(const std::string& mover);
  void renew(std::size_t credential);
  void change_source();
  void clear_up();
  MoverProcess* any_mover(std::string& name);
  Server& any_server();

  Events events_;
  Dice dice_;
  Weather weather_;
  Mutant mutant_;
  bool trace_;
  std::uint64_t hash_ = 14695981039346656037ULL;
  Servers servers_;
  Laws laws_;
  Machine machine_;
  MemoryTables tables_;  // on disk, while no rftd lives
  std::unique_ptr<Daemon> daemon_;
  std::vector<Endpoint> endpoints_;
  std::vector<UserTransfer> transfers_;
  std::map<std::uint64_t, std::pair<Endpoint, std::string>> sources_;
  std::map<std::uint64_t, std::uint64_t> source_versions_;
  std::vector<CredentialFacts> credentials_;
  std::uint64_t calls_ = 0;
  std::uint64_t open_calls_ = 0;
  std::optional<Instant> idle_since_;  // something waits for its turn and nothing is active
};

}  // namespace rft::sim
