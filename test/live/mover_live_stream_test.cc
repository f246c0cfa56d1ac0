// The mover against real servers: plain FTP, stream mode, passwords, IPv6.
#include <gtest/gtest.h>

#include "mover_live_steps.h"
#include "vault/secrets.h"

namespace rft::live {
namespace {

class MoverLiveStream : public MoverLive {
 protected:
  std::string pro_one() {
    return Bed::get().server("pro1", "--kind proftpd --tls-ftp-user carol:secret");
  }
  std::string pro_two() { return Bed::get().server("pro2", "--kind proftpd"); }
};

TEST_F(MoverLiveStream, plain_ftp_servers_serve_as_either_side) {
  write_file(source, 8 * mib);
  Mover mover;
  mover.connect();
  arrives(mover, order_for(pro_one() + source, two() + destination), source, destination);
  arrives(mover, order_for(one() + source, pro_two() + destination), source, destination);
  arrives(mover, order_for(pro_one() + source, pro_two() + destination), source, destination);
}

TEST_F(MoverLiveStream, plain_ftp_and_gsi_meet_on_a_clear_data_channel) {
  write_file(source, mib);
  Mover mover;
  mover.connect();
  const Uuid alice = give_proxy(mover, "alice");
  MoveOrder order = order_for(Bed::get().server("gsi1", "--gsi") + source, pro_two() + destination);
  order.source_credential = alice;
  arrives(mover, order, source, destination);
}

TEST_F(MoverLiveStream, a_log_in_by_password_is_completed_or_refused) {
  write_file(source, mib);
  Mover mover;
  mover.connect();
  for (const bool right : {true, false}) {
    const Uuid id = Uuid::v7(wall_time(2), random_bits());
    const vault::Password login{"carol", Secret(right ? "secret" : "wrong")};
    mover.send(CredentialFor{id, vault::to_bytes(login)});
    MoveOrder order = order_for(pro_one() + source, two() + destination);
    order.source_credential = id;
    if (right) {
      arrives(mover, order, source, destination);
    } else {
      mover.send(Order(order));
      EXPECT_EQ(failure(mover, order.task).fault.code, FaultCode::login_refused);
    }
  }
}

TEST_F(MoverLiveStream, a_stopped_file_goes_on_where_the_part_ends) {
  write_file(source, 96 * mib);
  const std::string from = slow_source();
  const std::string to = Bed::get().server("prodst", "--kind proftpd --netns wan-dst");
  const MoveOrder order = order_for(from + source, to + destination);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  wait_for_bytes(mover, order.task, 20 * mib);
  mover.send(Order(StopOrder{order.task}));
  const Stopped stopped = mover.expect<Stopped>(order.task);
  EXPECT_EQ(stopped.end, FlowEnd::known);
  finishes_from(next_epoch(order, stopped.confirmed, stopped.end), source, destination);
}

TEST_F(MoverLiveStream, the_death_of_a_stream_source_never_publishes_a_truncated_file) {
  write_file(source, 96 * mib);
  const std::string to = Bed::get().server("prodst", "--kind proftpd --netns wan-dst");
  const MoveOrder order = order_for(slow_source() + source, to + destination);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  wait_for_bytes(mover, order.task, 20 * mib);
  Bed::get().run("kill src child");
  const Failed failed = failure(mover, order.task);
  EXPECT_EQ(failed.fault.side, Side::source) << sentence(failed.fault);
  EXPECT_FALSE(fs::exists(destination));
}

TEST_F(MoverLiveStream, ipv6_servers_are_spoken_to_by_epsv_and_eprt) {
  write_file(source, mib);
  Mover mover;
  mover.connect();
  arrives(mover,
          order_for(Bed::get().server("six1", "--anon --ipv6") + source,
                    Bed::get().server("six2", "--anon --ipv6") + destination),
          source, destination);
}

}  // namespace
}  // namespace rft::live
