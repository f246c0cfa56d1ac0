// SimSides: the two simulated servers of a work, as one file and many know them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sim/session.h"

namespace rft::sim {

struct Route {
  Task task;
  Endpoint source, destination;
};

class SimSides : public virtual mover::BothSides {
 public:
  SimSides(Shore& shore, Route route, mover::Interrupt* interrupt)
      : shore_(shore), task_(route.task), route_(std::move(route)), interrupt_(interrupt) {}

  mover::awaitable<mover::Outcome<void>> meet() override;
  std::optional<std::string> common_checksum(const std::string& wish) const override;
  mover::awaitable<std::vector<mover::Look>> look_many(Side side, std::vector<std::string> names,
                                                       Doing doing) override;
  mover::awaitable<std::vector<mover::Outcome<void>>> make_folders(
      std::vector<std::string> names) override;
  mover::awaitable<std::vector<mover::Outcome<void>>> set_traits(
      std::vector<mover::Traits> files) override;
  mover::awaitable<mover::Outcome<void>> keep_alive() override;
  bool has(Mutant mutant) const { return shore_.mutants.has(mutant); }
  // At the source, for a listing.
  using ListOne = std::function<void(const Server&, std::size_t)>;
  mover::awaitable<std::vector<mover::Outcome<void>>> list_each(std::size_t count,
                                                                const ListOne& one);

 protected:
  // The session at this side, logged in where there was none.
  mover::awaitable<mover::Outcome<Session*>> session(Side side);
  Session& at(Side side) { return side == Side::source ? *source_ : *destination_; }
  Server& server(Side side) const;
  std::string on_disk(const std::string& path) const { return sim::on_disk(shore_.mutants, path); }
  void at_moment(Moment moment) { shore_.moments.works(task_, moment); }
  void note_look(Doing doing);
  void note_traits();
  bool is_barred(const std::string& new_path);
  // RNTO is on its way, whatever becomes of us.
  void rename_later(const std::string& from, const std::string& to, Duration after);
  // What is seen of a part that grows: for the mutant.
  void disturb(std::optional<mover::Standing>& seen, Doing doing);

  Shore& shore_;
  const Task task_;
  const Route route_;
  mover::Interrupt* interrupt_;
  std::optional<Session> source_, destination_;

 private:
  std::optional<FileFacts> first_;  // of a part, as seen first
};

}  // namespace rft::sim
