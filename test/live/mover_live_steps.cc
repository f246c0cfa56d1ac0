#include "mover_live_steps.h"

#include <fstream>

#include "vault/secrets.h"

namespace rft::live {

Done publish(Mover& mover, const Task& task) {
  mover.send(Order(PublishOrder{task}));
  return mover.expect<Done>(task);
}

MoveOrder next_epoch(MoveOrder order, const RangeSet& confirmed, FlowEnd end) {
  EarlierPart earlier;
  for (std::uint32_t epoch = order.task.epoch; epoch > 0; --epoch) earlier.epochs.push_back(epoch);
  earlier.end = end;
  earlier.settle = end == FlowEnd::presumed ? Duration(1500) : Duration(0);
  earlier.presumed_before = end == FlowEnd::presumed;
  earlier.confirmed = confirmed;
  order.earlier = earlier;
  ++order.task.epoch;
  return order;
}

Moving wait_for_bytes(Mover& mover, const Task& task, std::uint64_t bytes) {
  for (;;) {
    Moving moving = mover.expect<Moving>(task);
    if (moving.confirmed.bytes() >= bytes) return moving;
  }
}

Failed failure(Mover& mover, const Task& task) {
  while (auto said = mover.says(task)) {
    if (auto* failed = std::get_if<Failed>(&*said)) return *failed;
    if (std::holds_alternative<Done>(*said)) throw std::runtime_error("it was done all the same");
  }
  throw std::runtime_error("the mover said nothing of a failure");
}

void finishes_from(const MoveOrder& order, const std::string& source,
                   const std::string& destination) {
  const std::uint64_t size = fs::file_size(source);
  Mover mover;
  mover.connect();
  mover.send(Order(order));
  const Begun begun = mover.expect<Begun>(order.task);
  EXPECT_TRUE(begun.part_adopted);
  // All that was confirmed, except the front where the server has spoilt it (GridFtp::resumable).
  RangeSet both = order.earlier->confirmed;
  both.add({0, std::min<std::uint64_t>(16 * mib, both.ranges().front().end)});
  RangeSet whole = begun.resumed;
  whole.add({0, std::min<std::uint64_t>(16 * mib, both.ranges().front().end)});
  EXPECT_EQ(whole, both);
  EXPECT_EQ(begun.presumed, order.earlier->end == FlowEnd::presumed);
  const Verified verified = mover.expect<Verified>(order.task);
  EXPECT_EQ(verified.bytes_sent, size - begun.resumed.bytes());
  publish(mover, order.task);
  EXPECT_TRUE(same_bytes(source, destination));
  EXPECT_EQ(names_in(fs::path(destination).parent_path()).size(), 1U);
}

void arrives(Mover& mover, const MoveOrder& order, const std::string& source,
             const std::string& destination) {
  mover.send(Order(order));
  EXPECT_EQ(mover.expect<Verified>(order.task).verdict, Verdict::verified);
  publish(mover, order.task);
  EXPECT_TRUE(same_bytes(source, destination));
  fs::remove(destination);
}

Uuid give_proxy(Mover& mover, const std::string& user) {
  const Uuid id = Uuid::v7(wall_time(2), random_bits());
  std::ifstream file(Bed::get().proxy(user));
  const std::string pem{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  mover.send(CredentialFor{id, vault::to_bytes(vault::X509Proxy{Secret(pem)})});
  return id;
}

}  // namespace rft::live
