#include "mover/limits.h"
#include "sim/carrier.h"
#include "wire/part_name.h"

namespace rft::sim {

using mover::awaitable;
using mover::boot_now;
using mover::fault;
using mover::Outcome;
using mover::wait_any;

Server& Session::server() const {
  return shore_.servers.at(endpoint_);
}

bool Session::is_good() const {
  return !lost_ && server().up && life_ == server().life;
}

bool Session::strikes(FaultKind kind) {
  if (const auto* task = std::get_if<Task>(&subject_)) return shore_.weather.strikes(kind, *task);
  if (const auto* part = std::get_if<Uuid>(&subject_)) return shore_.weather.strikes(kind, *part);
  return shore_.weather.strikes(kind);
}

void Session::hits(FaultKind kind) {
  if (const auto* task = std::get_if<Task>(&subject_)) return shore_.weather.hits(kind, *task);
  if (const auto* part = std::get_if<Uuid>(&subject_)) return shore_.weather.hits(kind, *part);
  shore_.weather.hits_at(kind, Moment::held);
}

tl::unexpected<Fault> Session::broken(FaultCode code, Doing doing) {
  lost_ = true;
  return fault(code, side_, doing);
}

// No answer comes any more, until patience ends.
awaitable<Outcome<void>> Session::fall_silent(Doing doing) {
  const Instant due = boot_now() + mover::silence_limit;
  while (boot_now() < due && !(interrupt_ && *interrupt_)) {
    co_await wait_any(due, interrupt_ ? &interrupt_->changed : nullptr);
  }
  co_return broken(boot_now() < due ? FaultCode::cut : FaultCode::stalled, doing);
}

awaitable<Outcome<void>> Session::log_in() {
  co_await wait_any(boot_now() + shore_.dice.between(Duration(5), Duration(600)),
                    interrupt_ ? &interrupt_->changed : nullptr);
  if (interrupt_ && *interrupt_) co_return broken(FaultCode::cut, Doing::connect);
  if (!server().up && server().mute) {
    const Instant due = boot_now() + mover::connect_limit;
    co_await wait_any(due, interrupt_ ? &interrupt_->changed : nullptr);
  }
  if (!server().up) co_return broken(FaultCode::unreachable, Doing::connect);
  if (server().refuses_login) {
    hits(FaultKind::login_refused);
    co_return broken(FaultCode::login_refused, Doing::login);
  }
  if (strikes(FaultKind::server_busy)) {
    if (std::holds_alternative<std::monostate>(subject_)) hits(FaultKind::server_busy);
    co_return broken(FaultCode::server_busy, Doing::login);
  }
  life_ = server().life;
  open_ = true;
  shore_.logged_in(endpoint_);
  co_return Outcome<void>();
}

awaitable<Outcome<void>> Session::ask(Doing doing, std::function<void()> done) {
  if (interrupt_ && *interrupt_) co_return fault(FaultCode::cut, Side::none, doing);
  if (lost_) co_return fault(FaultCode::cut, side_, doing);
  if (const auto* task = std::get_if<Task>(&subject_)) shore_.laws.commanded(*task);
  if (strikes(FaultKind::command_stalls)) co_return co_await fall_silent(doing);
  const Instant there = boot_now() + shore_.dice.between(Duration(1), Duration(30));
  while (boot_now() < there) co_await wait_any(there);
  if (!is_good()) {
    if (server().mute) co_return co_await fall_silent(doing);
    co_return broken(FaultCode::cut, doing);
  }
  if (strikes(FaultKind::command_refused)) {
    co_return fault(FaultCode::server_refused, side_, doing);
  }
  if (done) done();
  const Instant back = boot_now() + shore_.dice.between(Duration(1), Duration(30));
  while (boot_now() < back) co_await wait_any(back);
  if (interrupt_ && *interrupt_) co_return fault(FaultCode::cut, Side::none, doing);
  if (strikes(FaultKind::command_cut)) co_return broken(FaultCode::cut, doing);
  co_return Outcome<void>();
}

awaitable<std::optional<Fault>> remove_parts(Shore& shore, RemoveOrder order,
                                             mover::Interrupt* interrupt) {
  Session session(shore, order.id, order.destination.endpoint, Side::destination, interrupt);
  if (const auto in = co_await session.log_in(); !in) co_return in.error();
  for (const std::uint32_t epoch : order.epochs) {
    const std::string path = sibling(order.destination, part_name(order.part, epoch)).wire_path();
    const auto gone = co_await session.ask(Doing::remove, [&] {
      shore.servers.remove(session.server(), on_disk(shore.mutants, path));
    });
    if (!gone) co_return gone.error();
  }
  co_return std::nullopt;
}

awaitable<std::optional<Fault>> probe(Shore& shore, ProbeOrder order, mover::Interrupt* interrupt) {
  Session session(shore, {}, order.endpoint, Side::none, interrupt);
  if (const auto in = co_await session.log_in(); !in) co_return in.error();
  co_return std::nullopt;
}

}  // namespace rft::sim
