#include "sim/session.h"

#include "mover/bundle_parts.h"
#include "mover/limits.h"
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
  if (const auto* task = std::get_if<Task>(&subject_)) {
    return shore_.weather.touches(kind, task->file);
  }
  if (const auto* part = std::get_if<Uuid>(&subject_)) return shore_.weather.hits(kind, *part);
  shore_.weather.hits_at(kind, Moment::held);
}

// A log-in that replaces a lost session comes at any moment; for the matrix it is one of those to
// begin with.
bool Session::strikes_login(FaultKind kind) {
  const auto* task = std::get_if<Task>(&subject_);
  const auto now = task ? shore_.moments.of(*task) : std::nullopt;
  if (!task || now == Moment::connecting || now == Moment::looking_back) return strikes(kind);
  if (!shore_.weather.strikes(kind)) return false;
  shore_.weather.hits_at(kind, Moment::connecting);
  return true;
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
  if (strikes_login(FaultKind::server_busy)) {
    if (std::holds_alternative<std::monostate>(subject_)) hits(FaultKind::server_busy);
    co_return broken(FaultCode::server_busy, Doing::login);
  }
  life_ = server().life;
  shore_.logged_in(endpoint_);
  co_return Outcome<void>();
}

awaitable<void> Session::wait_ms(std::uint64_t least, std::uint64_t most) {
  const Instant there =
      boot_now() + Duration(static_cast<std::int64_t>(shore_.dice.between(least, most)));
  while (boot_now() < there) co_await wait_any(there);
}

awaitable<Outcome<void>> Session::ask(Doing doing, std::function<void()> done) {
  if (interrupt_ && *interrupt_) co_return fault(FaultCode::cut, Side::none, doing);
  if (lost_) co_return fault(FaultCode::cut, side_, doing);
  if (const auto* task = std::get_if<Task>(&subject_)) shore_.laws.commanded(*task, doing);
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

// The connection ends before this command is done.
awaitable<std::optional<Fault>> Session::ends_before(Doing doing) {
  if (interrupt_ && *interrupt_) co_return Fault{FaultCode::cut, Side::none, doing, "", ""};
  const bool silent = strikes(FaultKind::command_stalls) || (!is_good() && server().mute);
  if (silent) {
    const auto never = co_await fall_silent(doing);
    co_return never.error();
  }
  if (!is_good()) co_return broken(FaultCode::cut, doing).value();
  co_return std::nullopt;
}

void Session::do_later(std::size_t from, std::size_t count, const Each& late) {
  if (!late) return;
  Duration delay{10};
  for (std::size_t i = from; i < count; ++i) {
    delay = delay + shore_.dice.between(Duration(0), Duration(3'000));
    shore_.events.in(delay,
                     [&servers = shore_.servers, endpoint = endpoint_, life = life_, late, i] {
                       const Server& server = servers.at(endpoint);
                       if (server.up && server.life == life) late(i);
                     });
  }
}

awaitable<std::vector<Outcome<void>>> Session::ask_each(Doing doing, std::size_t count,
                                                        const Each& done, const Each& late) {
  constexpr std::uint64_t done_at_once = 6;  // at most, in one moment
  std::vector<Outcome<void>> answers(count);
  const auto none_behind = [&answers](std::size_t from, const Fault& why) {
    for (std::size_t i = from; i < answers.size(); ++i) answers[i] = tl::unexpected(why);
  };
  if (lost_) none_behind(0, fault(FaultCode::cut, side_, doing).value());
  if (lost_ || count == 0) co_return answers;
  std::size_t until = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (i == until) {
      until += shore_.dice.between(1, done_at_once);
      co_await wait_ms(1, 20);
    }
    const auto* task = std::get_if<Task>(&subject_);
    if (task != nullptr) shore_.laws.commanded(*task, doing);
    const auto why = co_await ends_before(doing);
    if (why) {
      none_behind(i, *why);
      co_return answers;
    }
    if (strikes(FaultKind::command_refused)) {
      answers[i] = fault(FaultCode::server_refused, side_, doing);
      continue;
    }
    done(i);
    if (!lost_ && !strikes(FaultKind::command_cut)) continue;
    none_behind(i, broken(FaultCode::cut, doing).value());
    if (shore_.dice.chance(500'000)) do_later(i + 1, count, late);
    co_return answers;
  }
  co_await wait_ms(1, 30);
  co_return answers;
}

namespace {

std::vector<std::string> names_of(const RemoveOrder& order) {
  std::vector<std::string> names;
  if (order.items.empty()) {
    for (const std::uint32_t epoch : order.epochs) {
      names.push_back(sibling(order.destination, part_name(order.part, epoch)).wire_path());
    }
  }
  for (const BundleItem& item : order.items) {
    const std::string final_name = Url{order.destination.endpoint, item.destination}.wire_path();
    for (auto& name : mover::item_parts(final_name, order.part, order.epochs, item.number)) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

}  // namespace

awaitable<std::optional<Fault>> remove_parts(Shore& shore, RemoveOrder order,
                                             mover::Interrupt* interrupt) {
  Session session(shore, order.id, order.destination.endpoint, Side::destination, interrupt);
  if (const auto in = co_await session.log_in(); !in) co_return in.error();
  const std::vector<std::string> names = names_of(order);
  const Session::Each remove = [&](std::size_t i) {
    shore.servers.remove(session.server(), on_disk(shore.mutants, names[i]));
  };
  const auto gone = co_await session.ask_each(Doing::remove, names.size(), remove);
  for (const auto& one : gone) {
    if (!one) co_return one.error();
  }
  co_return std::nullopt;
}

awaitable<std::optional<Fault>> probe(Shore& shore, ProbeOrder order, mover::Interrupt* interrupt) {
  Session session(shore, {}, order.endpoint, Side::none, interrupt);
  if (const auto in = co_await session.log_in(); !in) co_return in.error();
  co_return std::nullopt;
}

}  // namespace rft::sim
