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
  std::uint64_t files = 0;
  std::uint64_t hash = 0;  // of all that was traced: the same for the same seed
  std::array<std::uint64_t, fault_rows.size()> counts{};
  Hits hits{};
};

class World {
 public:
  using Trace = std::function<void(const std::string&)>;
  World(std::uint64_t seed, Mutants mutants, Trace trace = {});
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Findings run();

 private:
  struct UserTransfer {
    Caller caller;
    Submit submit;
    std::vector<std::uint64_t> sources;  // one, or those of its files
    std::vector<NewFile> lines;          // of a list
    std::uint64_t submits_open = 0;      // asked while nothing of it was stored, and not answered
  };
  struct Asked {
    std::size_t transfer = 0;
    Call call;
    std::string key;
    std::uint64_t number = 0;
    Instant first_at{};
    bool submits = false;  // counted in submits_open
  };

  // world.cc
  void until(Instant when);
  bool step();
  void say(const std::string& line);
  bool has_ended() const;
  void end_well();

  // set_up.cc
  void set_up();
  void set_up_transfer(std::size_t number);
  std::size_t draw_many();
  void set_up_many(std::size_t number);
  void set_up_extras(const Submit& submit, Laws::Many& many);
  struct Planned {
    std::string name;  // below the folders of its request
    std::uint64_t size = 0;
    bool is_there = true;
  };
  std::vector<Planned> plan_files(const UserTransfer& transfer);
  void set_up_file(UserTransfer& transfer, const Url& source, const Url& destination,
                   std::uint64_t size);
  Expected expected_of(const Options& options, std::uint64_t source) const;
  // set_up_shared.cc
  struct Name {
    Url source, destination;
    std::uint64_t id = 0;  // of the source
  };
  void draw_sharing();
  bool share_folder(Submit& submit);
  void set_up_sharers();
  void set_up_sharer(const Name& name);
  // set_up_wide.cc
  struct Wide {
    std::string path;  // below the root, ends with '/'
    bool closed = false;
  };
  void draw_width();
  void widen(UserTransfer& transfer, Laws::Many& many);
  std::vector<Wide> draw_folders();
  void fill(UserTransfer& transfer, const Wide& folder, Laws::Many& many);
  void set_up_wide_extras(const Submit& submit, const Wide& folder, Laws::Many& many);
  void draw_size();
  void draw_options(Submit& submit);
  void store_credentials();
  // limits.cc
  void set_up_limits();
  void administer();
  Limit draw_limit();
  LimitScope draw_scope();

  // users.cc
  void user_acts(std::size_t transfer);
  Call next_call(const UserTransfer& transfer);
  std::optional<Call> next_step(const UserTransfer& transfer);
  AddFiles some_lines(const UserTransfer& transfer);
  void begin_call(std::size_t number, Call call);
  void note_call(const Asked& asked);
  void ask(Asked asked);
  void answered(const Asked& asked, const Answer& answer);
  void watch_stop(const Asked& asked);
  void must_rest(const Transfer& transfer, Instant since);
  void look_why();
  void look_at_leases();

  // nemesis.cc
  void nemesis();
  void strike(FaultKind kind, const std::optional<Uuid>& aimed);
  void strike_service(FaultKind kind);
  void strike_mover(FaultKind kind, const std::optional<Uuid>& aimed);
  void strike_server(FaultKind kind, Server& server);
  void lapse_credential();
  void crash(Duration away);
  void start_daemon();
  void crash_machine();
  void lose_tail();
  void freeze_mover(const std::string& mover);
  void renew(std::size_t credential);
  void change_source(std::size_t transfer);
  void clear_up();

  // aims.cc
  void entered(const Uuid& what, Moment moment);
  void take_aim(const Uuid& what);
  void stop_soon(const Uuid& what);
  void aim_call(std::size_t transfer, Moment moment);
  std::optional<std::size_t> transfer_of(const Uuid& what) const;
  std::optional<std::string> mover_of(const Uuid& what) const;
  Server& server_for(FaultKind kind, const std::optional<Uuid>& aimed);
  const MemoryTables& tables() const { return daemon_ ? daemon_->store().tables() : tables_; }

  // How large this world is: most are small, so that many are seen; some are large.
  struct Size {
    Duration trouble{0};        // how long things go wrong
    std::uint64_t blocks = 1;   // of a file, at most
    Duration between_calls{0};  // of one user, at most
  };

  Events events_;
  Dice dice_;
  Dice limit_dice_;
  Dice wide_dice_;
  Dice shared_dice_;
  Moments moments_;
  Weather weather_;
  Mutants mutants_;
  Trace trace_;
  Size size_;
  int aims_left_ = 4;
  std::uint64_t hash_ = 14695981039346656037ULL;
  Servers servers_;
  Laws laws_;
  Machine machine_;
  MemoryTables tables_;               // on disk, while no rftd lives
  std::optional<MemoryTables> copy_;  // an older one
  std::unique_ptr<Daemon> daemon_;
  std::vector<Endpoint> endpoints_;
  std::vector<UserTransfer> transfers_;
  std::map<std::uint64_t, std::pair<Endpoint, std::string>> sources_;
  std::map<std::uint64_t, std::uint64_t> source_versions_;
  bool shares_ = false;      // some of its requests have a destination in common
  std::vector<Name> names_;  // that others may go to, too
  std::vector<CredentialFacts> credentials_;
  std::uint64_t calls_ = 0;
  std::uint64_t last_source_ = 0;
  std::uint64_t last_extra_ = 0;
  std::uint64_t open_calls_ = 0;
  std::optional<Instant> idle_since_;  // something waits for its turn and nothing is active
};

}  // namespace rft::sim
