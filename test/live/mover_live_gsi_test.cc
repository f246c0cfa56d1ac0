// The mover against real servers: GSI log-ins and the security of the data channel.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "mover_live_steps.h"

namespace rft::live {
namespace {

class MoverLiveGsi : public MoverLive {
 protected:
  std::string gsi_one() { return Bed::get().server("gsi1", "--gsi"); }
  std::string gsi_two() { return Bed::get().server("gsi2", "--gsi"); }
};

TEST_F(MoverLiveGsi, one_identity_moves_authenticated_private_or_in_clear) {
  write_file(source, 4 * mib);
  Mover mover;
  mover.connect();
  const Uuid alice = give_proxy(mover, "alice");
  for (const DataChannel wanted :
       {DataChannel::authenticated, DataChannel::private_, DataChannel::clear}) {
    MoveOrder order = order_for(gsi_one() + source, gsi_two() + destination);
    order.source_credential = order.destination_credential = alice;
    order.options.data_channel = wanted;
    arrives(mover, order, source, destination);
  }
}

TEST_F(MoverLiveGsi, two_identities_move_authenticated) {
  write_file(source, 4 * mib);
  Mover mover;
  mover.connect();
  MoveOrder order = order_for(gsi_one() + source, gsi_two() + destination);
  order.source_credential = give_proxy(mover, "alice");
  order.destination_credential = give_proxy(mover, "bob");
  arrives(mover, order, source, destination);
}

TEST_F(MoverLiveGsi, without_dcsc_delegation_secures_the_data_channel) {
  write_file(source, 4 * mib);
  const std::string from = Bed::get().server("old1", "--gsi --forbid DCSC");
  const std::string to = Bed::get().server("old2", "--gsi --forbid DCSC");
  Mover mover;
  mover.connect();
  const Uuid alice = give_proxy(mover, "alice");
  const Uuid bob = give_proxy(mover, "bob");
  for (const Uuid& other : {alice, bob}) {
    for (const DataChannel wanted : {DataChannel::authenticated, DataChannel::private_}) {
      MoveOrder order = order_for(from + source, to + destination);
      order.source_credential = alice;
      order.destination_credential = other;
      order.options.data_channel = wanted;
      arrives(mover, order, source, destination);
    }
  }
}

TEST_F(MoverLiveGsi, between_gsi_and_plain_ftp_the_data_channel_is_clear_or_refused) {
  write_file(source, mib);
  Mover mover;
  mover.connect();
  MoveOrder order = order_for(gsi_one() + source, two() + destination);
  order.source_credential = give_proxy(mover, "alice");
  arrives(mover, order, source, destination);
  order.options.data_channel = DataChannel::authenticated;
  ++order.task.epoch;
  mover.send(Order(order));
  EXPECT_EQ(failure(mover, order.task).fault.code, FaultCode::no_common_security);
}

TEST_F(MoverLiveGsi, a_log_in_that_fails_says_why) {
  write_file(source, mib);
  Mover mover;
  mover.connect();
  const std::vector<std::pair<std::optional<Uuid>, FaultCode>> cases{
      {give_proxy(mover, "eve"), FaultCode::login_refused},
      {give_proxy(mover, "expired"), FaultCode::credential_expired},
      {Uuid::v7(wall_time(3), random_bits()), FaultCode::credential_missing},
      {std::nullopt, FaultCode::credential_missing},
  };
  for (const auto& [credential, code] : cases) {
    MoveOrder order = order_for(gsi_one() + source, two() + destination);
    order.source_credential = credential;
    mover.send(Order(order));
    const Failed failed = failure(mover, order.task);
    EXPECT_EQ(failed.fault.code, code) << sentence(failed.fault);
    EXPECT_EQ(failed.fault.side, Side::source);
    EXPECT_EQ(failed.fault.doing, Doing::login);
  }
}

TEST_F(MoverLiveGsi, a_host_that_is_not_there_or_has_no_name_is_told_apart) {
  Mover mover;
  mover.connect();
  MoveOrder order = order_for("ftp://127.0.0.1:1/x", two() + destination);
  mover.send(Order(order));
  EXPECT_EQ(failure(mover, order.task).fault.code, FaultCode::unreachable);
  order = order_for("ftp://no-such-host.invalid/x", two() + destination);
  mover.send(Order(order));
  EXPECT_EQ(failure(mover, order.task).fault.code, FaultCode::unknown_host);
}

TEST_F(MoverLiveGsi, warm_sessions_serve_file_after_file) {
  write_file(source, 1024);
  Mover mover;
  mover.connect();
  const Uuid alice = give_proxy(mover, "alice");
  for (int times = 0; times < 20; ++times) {
    MoveOrder order = order_for(gsi_one() + source, gsi_two() + destination);
    order.source_credential = order.destination_credential = alice;
    const auto begun = std::chrono::steady_clock::now();
    mover.send(Order(order));
    mover.expect<Verified>(order.task);
    publish(mover, order.task);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
    if (times == 0 || times == 19)
      RecordProperty(times == 0 ? "cold_ms" : "warm_ms", std::to_string(took.count()));
    EXPECT_TRUE(same_bytes(source, destination));
    fs::remove(destination);
  }
  const auto log_ins = std::count_if(mover.seen.begin(), mover.seen.end(), [](const Word& word) {
    return std::holds_alternative<LoggedIn>(word);
  });
  EXPECT_EQ(log_ins, 2) << "said once for each endpoint";
}

}  // namespace
}  // namespace rft::live
