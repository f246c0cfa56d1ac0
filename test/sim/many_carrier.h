// SimManyCarrier: what a bundle's task asks of a protocol, against simulated servers; SimLister:
// what a listing's does. The tasks are the real ones.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "mover/lister.h"
#include "sim/sides.h"

namespace rft::sim {

class SimManyCarrier final : public SimSides, public mover::ManyCarrier {
 public:
  SimManyCarrier(Shore& shore, const BundleOrder& order, mover::Interrupt* interrupt);
  ~SimManyCarrier() override;

  bool can_move_many() const override { return true; }
  mover::awaitable<mover::Outcome<mover::Pipelined>> move_many(
      const std::vector<mover::Consignment>& files,
      const std::function<void(std::size_t)>& arrived) override;
  mover::awaitable<std::vector<mover::Outcome<std::string>>> checksum_many(
      Side side, std::vector<mover::Summand> files) override;
  mover::awaitable<std::vector<mover::Renamed>> rename_many(
      std::vector<mover::Rename> renames) override;
  mover::awaitable<std::vector<mover::Outcome<void>>> remove_many(
      std::vector<std::string> names) override;
  mover::awaitable<std::vector<mover::Outcome<void>>> remove_folders(
      std::vector<std::string> names) override;

 private:
  mover::awaitable<std::optional<Fault>> watch(std::size_t files,
                                               const std::function<void(std::size_t)>& arrived);
  std::optional<Fault> over(Instant now);
  mover::awaitable<FlowEnd> end_flow();
  mover::Pipelined told(std::size_t files, const Fault& why) const;
  std::size_t moved() const;
  struct Renames;
  void rename_one(const std::shared_ptr<Renames>& plan, std::size_t i);

  std::shared_ptr<FlowNews> news_;
  std::optional<FlowId> flow_;
  std::size_t ordered_ = 0;
  Instant moved_at_{};
  std::optional<Instant> consequences_;  // until when the other side may tell its reason
};

class SimLister final : public mover::Lister {
 public:
  SimLister(Shore& shore, const ListOrder& order, mover::Interrupt* interrupt);
  mover::awaitable<mover::Outcome<std::vector<mover::Look>>> look_each(
      std::vector<std::string> names) override;
  mover::awaitable<mover::Outcome<std::vector<mover::Listing>>> list(
      std::vector<std::string> names) override;

 private:
  mover::Listing entries_of(const Server& server, const std::string& folder) const;

  SimSides sides_;
};

}  // namespace rft::sim
