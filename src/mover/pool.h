// Pool: logged-in sessions, lent out one task at a time and kept for the next.
#pragma once
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "mover/session.h"

namespace rft::mover {

struct SessionKey {
  Endpoint endpoint;
  std::optional<Uuid> credential;  // none: anonymous
  gsi::Delegation delegation = gsi::Delegation::none;
  auto operator<=>(const SessionKey&) const = default;
};

class Pool {
 public:
  // `logged_in` hears of the first log-in completed at an endpoint, and of the first after a
  // failure there.
  Pool(Credentials& credentials, Limits limits, std::function<void(const Endpoint&)> logged_in)
      : credentials_(credentials), limits_(limits), logged_in_(std::move(logged_in)) {}

  // A warm session or a new one. Prefers one whose data channel is `partner`, if that is not null.
  // Faults: those of log_in; credential_missing where rftd did not hand it over; server_busy where
  // sessions_per_endpoint_max are in use for session_wait_limit.
  awaitable<Outcome<std::unique_ptr<Session>>> borrow(SessionKey key, Side side,
                                                      Interrupt* interrupt,
                                                      std::shared_ptr<OpenChannel> partner = {});
  // A new session, however many are warm.
  awaitable<Outcome<std::unique_ptr<Session>>> log_in_anew(SessionKey key, Side side,
                                                           Interrupt* interrupt);
  // The open data channel between a warm session of each, if there is one.
  std::shared_ptr<OpenChannel> channel_between(const SessionKey& a, const SessionKey& b) const;
  // Keeps it warm if it is clean. A session that is not given back is closed when it goes.
  void give_back(const SessionKey& key, std::unique_ptr<Session> session);
  // Endpoints at which the last log-in was completed.
  const std::set<Endpoint>& reachable() const { return reachable_; }
  // Closes what was idle too long. Never returns.
  awaitable<void> tend();

  Limits limits() const { return limits_; }

 private:
  struct Warm {
    SessionKey key;
    std::unique_ptr<Session> session;
    Instant since;
  };
  // How many sessions each endpoint has, and who waits for one, in order. Outlives the pool as long
  // as a session does.
  struct Room {
    std::map<Endpoint, std::size_t> taken;
    std::map<Endpoint, std::list<Instant>> waiting;  // since when
    Signal changed;
  };
  class Turn;
  Outcome<std::optional<Held>> held(const SessionKey& key, Side side) const;
  std::optional<Warm> take_warm(const SessionKey& key, std::uint64_t version,
                                const std::shared_ptr<OpenChannel>& partner);
  awaitable<Outcome<std::unique_ptr<Session>>> open(SessionKey key, std::optional<Held> held,
                                                    Side side, Interrupt* interrupt);
  awaitable<Outcome<std::shared_ptr<void>>> take_place(Endpoint endpoint, Side side,
                                                       Interrupt* interrupt);
  bool drop_one_idle(const Endpoint& endpoint);

  Credentials& credentials_;
  Limits limits_;
  std::function<void(const Endpoint&)> logged_in_;
  std::list<Warm> warm_;  // the one used last stands first
  std::shared_ptr<Room> room_ = std::make_shared<Room>();
  std::set<Endpoint> reachable_;
};

}  // namespace rft::mover
