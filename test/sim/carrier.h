// SimCarrier: what a mover's task asks of a protocol, against simulated servers. The task itself is
// the real one.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "mover/protocol.h"
#include "sim/laws.h"
#include "sim/mutants.h"
#include "sim/servers.h"

namespace rft::sim {

struct Shore;

// Where a path stands on disk: elsewhere only for the mutant whose epochs share a part.
std::string on_disk(Mutants mutants, const std::string& path);

// For whom a session is: a task, a part that is to be removed (its entry in the ledger), or a
// probe.
using Subject = std::variant<std::monostate, Task, Uuid>;

// One log-in at one server. Broken once and for all when the server dies or the line is lost.
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
  Server& server() const;
  void heed(mover::Interrupt* interrupt) { interrupt_ = interrupt; }
  void lose() { lost_ = true; }
  bool is_good() const;
  Side side() const { return side_; }
  bool is_open() const { return open_; }  // a log-in was completed; it may be lost since

 private:
  bool strikes(FaultKind kind);
  void hits(FaultKind kind);
  tl::unexpected<Fault> broken(FaultCode code, Doing doing);
  mover::awaitable<mover::Outcome<void>> fall_silent(Doing doing);

  Shore& shore_;
  Subject subject_;
  Endpoint endpoint_;
  Side side_;
  mover::Interrupt* interrupt_;
  std::uint64_t life_ = 0;
  bool lost_ = false;
  bool open_ = false;
};

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

class SimCarrier final : public mover::Carrier {
 public:
  SimCarrier(Shore& shore, const MoveOrder& order, mover::Interrupt* interrupt);
  ~SimCarrier() override;

  mover::awaitable<mover::Outcome<void>> meet() override;
  std::optional<std::string> common_checksum(const std::string& wish) const override;
  mover::awaitable<mover::Outcome<RangeSet>> resumable(std::string source, std::string part,
                                                       RangeSet confirmed) override;
  mover::awaitable<mover::Outcome<std::optional<mover::Standing>>> look(Side side, std::string name,
                                                                        Doing doing) override;
  mover::awaitable<mover::Outcome<void>> make_folder(std::string name) override;
  mover::awaitable<mover::Outcome<void>> move(const mover::Freight& freight, mover::Flow& flow,
                                              const std::function<void()>& progressed) override;
  mover::awaitable<mover::Outcome<std::string>> checksum(Side side, std::string name,
                                                         std::string algorithm,
                                                         std::uint64_t size) override;
  mover::awaitable<mover::Renamed> rename(std::string from, std::string to, Doing doing) override;
  mover::awaitable<mover::Outcome<void>> keep_alive() override;
  void leave_source() override {}

 private:
  Session& at(Side side) { return side == Side::source ? source_ : destination_; }
  mover::awaitable<mover::Outcome<void>> log_in_if_needed(Session& session);
  std::string on_disk(const std::string& path) const { return sim::on_disk(shore_.mutants, path); }
  mover::awaitable<mover::Outcome<void>> watch(mover::Flow& flow,
                                               const std::function<void()>& progressed);
  mover::awaitable<void> end_flow(mover::Flow& flow);
  bool renames(const std::string& new_path);
  void at_moment(Moment moment) { shore_.moments.works(task_, moment); }
  void note_look(Doing doing);
  void renamed(const std::string& from, const std::string& to, Doing doing);
  void rename_later(const std::string& from, const std::string& to);

  Shore& shore_;
  Task task_;
  std::string final_path_;
  mover::Interrupt* interrupt_;
  Session source_, destination_;
  std::shared_ptr<FlowNews> news_;
  std::optional<FlowId> flow_;
  std::optional<FileFacts> first_;  // of a part, as seen first: for the mutant
  bool said_226_ = false;           // in answer to ABOR
};

// Errands of a mover: each with a log-in of its own.
mover::awaitable<std::optional<Fault>> remove_parts(Shore& shore, RemoveOrder order,
                                                    mover::Interrupt* interrupt);
mover::awaitable<std::optional<Fault>> probe(Shore& shore, ProbeOrder order,
                                             mover::Interrupt* interrupt);

}  // namespace rft::sim
