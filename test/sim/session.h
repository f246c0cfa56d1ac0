// Session: one log-in at one simulated server, and what is asked over it.
#pragma once
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "mover/protocol.h"
#include "sim/laws.h"
#include "sim/mutants.h"
#include "sim/servers.h"

namespace rft::sim {

// What a mover process sees of the world.
struct Shore {
  Events& events;
  Dice& dice;
  Weather& weather;
  Servers& servers;
  Laws& laws;
  Moments& moments;
  Mutants mutants;
  std::function<void(const Endpoint&)> logged_in;
};

// Where a path stands on disk: elsewhere only for the mutants whose parts share a name.
std::string on_disk(Mutants mutants, const std::string& path);

// For whom a session is: a task, a part that is to be removed (its entry in the ledger), or a
// probe.
using Subject = std::variant<std::monostate, Task, Uuid>;

// Broken once and for all when the server dies or the line is lost.
class Session {
 public:
  Session(Shore& shore, Subject subject, Endpoint endpoint, Side side, mover::Interrupt* interrupt)
      : shore_(shore),
        subject_(std::move(subject)),
        endpoint_(std::move(endpoint)),
        side_(side),
        interrupt_(interrupt) {}

  mover::awaitable<mover::Outcome<void>> log_in();
  // A command and its answer. `done` happens at the server in between.
  mover::awaitable<mover::Outcome<void>> ask(Doing doing, std::function<void()> done = {});
  // Commands that are sent ahead of their answers; each has its own luck, and where the connection
  // ends those behind have none. What the server read by then it may still do, `late`, which must
  // own what it touches.
  using Each = std::function<void(std::size_t)>;
  mover::awaitable<std::vector<mover::Outcome<void>>> ask_each(Doing doing, std::size_t count,
                                                               const Each& done,
                                                               const Each& late = {});
  Server& server() const;
  void heed(mover::Interrupt* interrupt) { interrupt_ = interrupt; }
  void lose() { lost_ = true; }
  bool is_good() const;
  Side side() const { return side_; }

 private:
  bool strikes(FaultKind kind);
  bool strikes_login(FaultKind kind);
  void hits(FaultKind kind);
  tl::unexpected<Fault> broken(FaultCode code, Doing doing);
  mover::awaitable<mover::Outcome<void>> fall_silent(Doing doing);
  mover::awaitable<std::optional<Fault>> ends_before(Doing doing);
  mover::awaitable<void> wait_ms(std::uint64_t least, std::uint64_t most);
  void do_later(std::size_t from, std::size_t count, const Each& late);

  Shore& shore_;
  Subject subject_;
  Endpoint endpoint_;
  Side side_;
  mover::Interrupt* interrupt_;
  std::uint64_t life_ = 0;
  bool lost_ = false;
};

// Errands of a mover: each with a log-in of its own.
mover::awaitable<std::optional<Fault>> remove_parts(Shore& shore, RemoveOrder order,
                                                    mover::Interrupt* interrupt);
mover::awaitable<std::optional<Fault>> probe(Shore& shore, ProbeOrder order,
                                             mover::Interrupt* interrupt);

}  // namespace rft::sim
