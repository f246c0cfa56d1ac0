#include "mover/gridftp_errands.h"

#include "mover/bundle_parts.h"
#include "mover/gridftp.h"
#include "wire/part_name.h"

namespace rft::mover {
namespace {

std::vector<std::string> parts_of(const RemoveOrder& order) {
  std::vector<std::string> names;
  if (order.items.empty()) {
    for (const std::uint32_t epoch : order.epochs) {
      names.push_back(sibling(order.destination, part_name(order.part, epoch)).wire_path());
    }
  }
  for (const BundleItem& item : order.items) {
    const std::string final_name = Url{order.destination.endpoint, item.destination}.wire_path();
    for (auto& name : item_parts(final_name, order.part, order.epochs, item.number)) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

}  // namespace

awaitable<std::optional<Fault>> remove_parts(Pool& pool, RemoveOrder order, Interrupt* interrupt) {
  const SessionKey key{order.destination.endpoint, order.credential, gsi::Delegation::none};
  auto session = co_await pool.borrow(key, Side::destination, interrupt);
  if (!session) co_return session.error();
  const auto removed = co_await remove_each(**session, parts_of(order));
  pool.give_back(key, std::move(*session));
  for (const auto& one : removed) {
    if (!one) co_return one.error();
  }
  co_return std::nullopt;
}

awaitable<std::optional<Fault>> probe(Pool& pool, ProbeOrder order, Interrupt* interrupt) {
  const SessionKey key{order.endpoint, order.credential, gsi::Delegation::none};
  auto session = co_await pool.log_in_anew(key, Side::none, interrupt);
  if (!session) co_return session.error();
  pool.give_back(key, std::move(*session));
  co_return std::nullopt;
}

}  // namespace rft::mover
