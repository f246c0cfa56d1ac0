#include "mover/pool.h"

#include <algorithm>

namespace rft::mover {

awaitable<Outcome<std::unique_ptr<Session>>> Pool::borrow(SessionKey key, Side side,
                                                          Interrupt* interrupt,
                                                          std::shared_ptr<OpenChannel> partner) {
  auto credential = held(key, side);
  if (!credential) co_return failed(credential);
  const std::uint64_t version = *credential ? (*credential)->version : 0;
  while (auto warm = take_warm(key, version, partner)) {
    Session& session = *warm->session;
    session.line->serve(side, interrupt);
    if (boot_now() - warm->since < session_trust_limit) co_return std::move(warm->session);
    const auto alive = co_await session.line->ask(ftp::noop(), Doing::login);
    if (alive && alive->is_positive()) co_return std::move(warm->session);
    if (interrupt && *interrupt) co_return failed(alive);
  }
  co_return co_await open(std::move(key), std::move(*credential), side, interrupt);
}

awaitable<Outcome<std::unique_ptr<Session>>> Pool::log_in_anew(SessionKey key, Side side,
                                                               Interrupt* interrupt) {
  auto credential = held(key, side);
  if (!credential) co_return failed(credential);
  co_return co_await open(std::move(key), std::move(*credential), side, interrupt);
}

Outcome<std::optional<Held>> Pool::held(const SessionKey& key, Side side) const {
  if (!key.credential) return std::optional<Held>();
  auto found = credentials_.get(*key.credential);
  if (found) return std::optional(std::move(*found));
  const Error& why = found.error();
  return fault(why.code == Code::credential_expired   ? FaultCode::credential_expired
               : why.code == Code::no_such_credential ? FaultCode::credential_missing
                                                      : FaultCode::credential_unusable,
               side, Doing::login, why.detail);
}

std::shared_ptr<OpenChannel> Pool::channel_between(const SessionKey& a, const SessionKey& b) const {
  for (const Warm& one : warm_) {
    if (one.key != a || !one.session->channel) continue;
    for (const Warm& other : warm_) {
      if (other.key == b && &other != &one && other.session->channel == one.session->channel) {
        return one.session->channel;
      }
    }
  }
  return nullptr;
}

void Pool::give_back(const SessionKey& key, std::unique_ptr<Session> session) {
  if (!session || !session->line->is_clean()) return;
  session->line->serve(Side::none, nullptr);
  warm_.push_front(Warm{key, std::move(session), boot_now()});
  room_->changed.notify();  // it gives way to whoever waits for a place
}

awaitable<void> Pool::tend() {
  for (;;) {
    co_await wait_any(boot_now() + session_trust_limit);
    const Instant now = boot_now();
    std::erase_if(warm_, [now](const Warm& warm) {
      return now - warm.since > session_idle_limit || !warm.session->line->is_clean();
    });
  }
}

std::optional<Pool::Warm> Pool::take_warm(const SessionKey& key, std::uint64_t version,
                                          const std::shared_ptr<OpenChannel>& partner) {
  std::erase_if(warm_, [&](const Warm& warm) {
    return warm.key == key && (warm.session->version != version || !warm.session->line->is_clean());
  });
  const auto fits = [&](const Warm& warm) { return warm.key == key; };
  auto found = std::find_if(warm_.begin(), warm_.end(), [&](const Warm& warm) {
    return fits(warm) && partner && warm.session->channel == partner;
  });
  if (found == warm_.end()) found = std::find_if(warm_.begin(), warm_.end(), fits);
  if (found == warm_.end()) return std::nullopt;
  Warm taken = std::move(*found);
  warm_.erase(found);
  return taken;
}

awaitable<Outcome<std::unique_ptr<Session>>> Pool::open(SessionKey key, std::optional<Held> held,
                                                        Side side, Interrupt* interrupt) {
  auto place = co_await take_place(key.endpoint, side, interrupt);
  if (!place) co_return failed(place);
  std::shared_ptr<const Login> login = held ? held->login : nullptr;
  auto session =
      co_await log_in(key.endpoint, std::move(login), key.delegation, side, interrupt, limits_);
  if (!session) {
    reachable_.erase(key.endpoint);
    co_return failed(session);
  }
  (*session)->version = held ? held->version : 0;
  (*session)->place = std::move(*place);
  if (reachable_.insert(key.endpoint).second) logged_in_(key.endpoint);
  co_return std::move(*session);
}

// A stay in the line of those that want a place: who came first has the next one.
class Pool::Turn {
 public:
  Turn(Room& room, const Endpoint& endpoint)
      : room_(room),
        endpoint_(endpoint),
        line_(room.waiting[endpoint]),
        here_(line_.insert(line_.end(), boot_now())) {}
  ~Turn() {
    line_.erase(here_);
    if (line_.empty()) {
      room_.waiting.erase(endpoint_);
    } else {
      room_.changed.notify();
    }
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool has_come() const { return here_ == line_.begin(); }

 private:
  Room& room_;
  const Endpoint endpoint_;
  std::list<Instant>& line_;
  std::list<Instant>::iterator here_;
};

awaitable<Outcome<std::shared_ptr<void>>> Pool::take_place(Endpoint endpoint, Side side,
                                                           Interrupt* interrupt) {
  const auto room = room_;
  const Instant due = boot_now() + session_wait_limit;
  const Turn turn(*room, endpoint);
  const auto is_free = [&] {
    return room->taken[endpoint] < sessions_per_endpoint_max || drop_one_idle(endpoint);
  };
  while (!turn.has_come() || !is_free()) {
    if (boot_now() >= due || (interrupt && *interrupt)) {
      co_return fault(FaultCode::server_busy, side, Doing::connect,
                      "this mover has as many sessions there as it may");
    }
    co_await wait_any(due, &room->changed, interrupt ? &interrupt->changed : nullptr);
  }
  ++room->taken[endpoint];
  co_return std::shared_ptr<void>(nullptr, [room, endpoint](void*) {
    if (--room->taken[endpoint] == 0) room->taken.erase(endpoint);
    room->changed.notify();
  });
}

// Sessions of other credentials that wait for work give way.
bool Pool::drop_one_idle(const Endpoint& endpoint) {
  const auto idle = std::find_if(warm_.rbegin(), warm_.rend(), [&endpoint](const Warm& warm) {
    return warm.key.endpoint == endpoint;
  });
  if (idle == warm_.rend()) return false;
  warm_.erase(std::next(idle).base());
  return true;
}

}  // namespace rft::mover
