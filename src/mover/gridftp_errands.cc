#include "mover/gridftp_errands.h"

#include "ftp/refusal.h"
#include "wire/part_name.h"

namespace rft::mover {
namespace {

bool means_gone(FaultCode code) {
  return code == FaultCode::no_such_file || code == FaultCode::no_such_folder;
}

}  // namespace

awaitable<std::optional<Fault>> remove_parts(Pool& pool, RemoveOrder order, Interrupt* interrupt) {
  const SessionKey key{order.destination.endpoint, order.credential, gsi::Delegation::none};
  auto session = co_await pool.borrow(key, Side::destination, interrupt);
  if (!session) co_return session.error();
  for (const std::uint32_t epoch : order.epochs) {
    const Url part = sibling(order.destination, part_name(order.part, epoch));
    const auto reply = co_await (*session)->line->ask(ftp::dele(part.wire_path()), Doing::remove);
    if (!reply) co_return reply.error();
    if (reply->is_positive()) continue;
    Fault refused = ftp::refusal(*reply, Doing::remove, Side::destination);
    if (!means_gone(refused.code)) co_return refused;
  }
  pool.give_back(key, std::move(*session));
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
