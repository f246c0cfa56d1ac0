// GridFTP's Carrier: two control connections, and the bytes go from server to server.
#pragma once
#include "mover/data_security.h"
#include "mover/pipeline.h"
#include "mover/pool.h"
#include "mover/protocol.h"

namespace rft::mover {

class GridFtp final : public Carrier, public ManyCarrier {
 public:
  struct Route {
    SessionKey source;
    SessionKey destination;
    std::optional<DataChannel> data_channel;
    unsigned marker_seconds = 1;
  };
  // Pool, keys and interrupt must outlive it.
  GridFtp(Pool& pool, ChannelKeys& keys, Route route, Interrupt* interrupt)
      : pool_(pool), keys_(keys), route_(std::move(route)), interrupt_(interrupt) {}
  ~GridFtp() override;

  awaitable<Outcome<void>> meet() override;
  std::optional<std::string> common_checksum(const std::string& wish) const override;
  awaitable<Outcome<RangeSet>> resumable(std::string source, std::string part,
                                         RangeSet confirmed) override;
  awaitable<std::vector<Look>> look_many(Side side, std::vector<std::string> names,
                                         Doing doing) override;
  awaitable<std::vector<Outcome<void>>> make_folders(std::vector<std::string> names) override;
  awaitable<std::vector<Outcome<void>>> set_traits(std::vector<Traits> files) override;
  awaitable<Outcome<void>> move(const Freight& freight, Flow& flow,
                                const std::function<void()>& progressed) override;
  awaitable<Outcome<std::string>> checksum(Side side, std::string name, std::string algorithm,
                                           std::uint64_t size) override;
  awaitable<Renamed> rename(std::string from, std::string to, Doing doing) override;
  awaitable<Outcome<void>> keep_alive() override;
  void leave_source() override;
  void distrust_channel() override;

  // gridftp_many.cc
  bool can_move_many() const override { return both_mode_e(); }
  awaitable<Outcome<Pipelined>> move_many(const std::vector<Consignment>& files,
                                          const std::function<void(std::size_t)>& arrived) override;
  awaitable<std::vector<Outcome<std::string>>> checksum_many(Side side,
                                                             std::vector<Summand> files) override;
  awaitable<std::vector<Renamed>> rename_many(std::vector<Rename> renames) override;
  awaitable<std::vector<Outcome<void>>> remove_many(std::vector<std::string> names) override;
  awaitable<std::vector<Outcome<void>>> remove_folders(std::vector<std::string> names) override;

 private:
  awaitable<Outcome<bool>> begin_alike(std::string source, std::string part, std::uint64_t bytes);
  awaitable<Outcome<void>> borrow_both();
  awaitable<Outcome<void>> agree_on_security();
  awaitable<Outcome<void>> log_in_with_delegation();
  awaitable<Outcome<void>> prepare_both();
  awaitable<Outcome<void>> prepare_each();
  std::optional<Fault> why_not_said(const Consignment& file);
  Outcome<ftp::Setup> setup_of(const Session& session, const Session& other);
  awaitable<Outcome<void>> borrow_if_gone(Side side);
  Session& at(Side side) { return side == Side::source ? *source_ : *destination_; }
  bool both_mode_e() const { return source_->features.mode_e && destination_->features.mode_e; }

  Pool& pool_;
  ChannelKeys& keys_;
  Route route_;
  Interrupt* interrupt_;
  std::unique_ptr<Session> source_;
  std::unique_ptr<Session> destination_;
  SecurityPlan security_;
};

// What stands under names: MLST, or SIZE and MDTM where the server has none.
awaitable<std::vector<Look>> look_at_each(Session& session, std::vector<std::string> names,
                                          Doing doing);
awaitable<Look> look_at(Session& session, std::string name, Doing doing);

// DELE of each, pipelined. What is not there is as good as removed.
awaitable<std::vector<Outcome<void>>> remove_each(Session& session, std::vector<std::string> names);

}  // namespace rft::mover
