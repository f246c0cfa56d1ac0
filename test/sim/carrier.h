// SimCarrier: what a mover's task asks of a protocol, against simulated servers. The task itself is
// the real one.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sim/sides.h"

namespace rft::sim {

class SimCarrier final : public SimSides, public mover::Carrier {
 public:
  SimCarrier(Shore& shore, const MoveOrder& order, mover::Interrupt* interrupt);
  ~SimCarrier() override;

  mover::awaitable<mover::Outcome<RangeSet>> resumable(std::string source, std::string part,
                                                       RangeSet confirmed) override;
  mover::awaitable<mover::Outcome<void>> move(const mover::Freight& freight, mover::Flow& flow,
                                              const std::function<void()>& progressed) override;
  mover::awaitable<mover::Outcome<std::string>> checksum(Side side, std::string name,
                                                         std::string algorithm,
                                                         std::uint64_t size) override;
  mover::awaitable<mover::Renamed> rename(std::string from, std::string to, Doing doing) override;
  void leave_source() override {}

 private:
  mover::awaitable<mover::Outcome<void>> watch(mover::Flow& flow,
                                               const std::function<void()>& progressed);
  mover::awaitable<void> end_flow(mover::Flow& flow);
  void renamed(const std::string& from, const std::string& to, Doing doing);

  std::string final_path_;
  std::shared_ptr<FlowNews> news_;
  std::optional<FlowId> flow_;
  bool said_226_ = false;  // in answer to ABOR
};

}  // namespace rft::sim
