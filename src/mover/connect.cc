#include "mover/connect.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mover/limits.h"

namespace rft::mover {
namespace {

using asio::ip::tcp;
constexpr auto done = asio::as_tuple(asio::use_awaitable);

// A step that runs by itself, so that whoever waits for it can give up before it ends: a look-up of
// a name cannot be cancelled.
template <class Value>
struct Attempt {
  explicit Attempt(Value initial) : value(std::move(initial)) {}
  Value value;
  std::optional<boost::system::error_code> ended;
  Signal changed;
};

using Addresses = tcp::resolver::results_type;

awaitable<void> look_up(std::shared_ptr<Attempt<Addresses>> attempt, Endpoint endpoint) {
  tcp::resolver resolver(co_await asio::this_coro::executor);
  auto [error, found] = co_await resolver.async_resolve(
      endpoint.host, std::to_string(endpoint.port), tcp::resolver::numeric_service, done);
  attempt->value = std::move(found);
  attempt->ended = error;
  attempt->changed.notify();
}

awaitable<void> reach(std::shared_ptr<Attempt<tcp::socket>> attempt, tcp::endpoint address) {
  const auto [error] = co_await attempt->value.async_connect(address, done);
  attempt->ended = error;
  attempt->changed.notify();
}

// False: given up, at the limit or by the interrupt.
template <class Value>
awaitable<bool> ended_in_time(std::shared_ptr<Attempt<Value>> attempt, Duration limit,
                              Interrupt* interrupt) {
  const Instant due = boot_now() + limit;
  while (!attempt->ended && boot_now() < due && !(interrupt && *interrupt)) {
    co_await wait_any(due, &attempt->changed, interrupt ? &interrupt->changed : nullptr);
  }
  co_return attempt->ended.has_value();
}

}  // namespace

awaitable<Outcome<tcp::socket>> connect(Endpoint endpoint, Side side, Interrupt* interrupt) {
  const auto executor = co_await asio::this_coro::executor;
  auto names = std::make_shared<Attempt<Addresses>>(Addresses());
  asio::co_spawn(executor, look_up(names, endpoint), asio::detached);
  if (!co_await ended_in_time(names, resolve_limit, interrupt)) {
    co_return fault(FaultCode::unknown_host, side, Doing::connect,
                    "the look-up of the name takes too long");
  }
  if (*names->ended) {
    co_return fault(FaultCode::unknown_host, side, Doing::connect, names->ended->message());
  }
  std::string last = "it has no address";
  const Addresses addresses = names->value;
  for (const auto& entry : addresses) {
    auto attempt = std::make_shared<Attempt<tcp::socket>>(tcp::socket(executor));
    asio::co_spawn(executor, reach(attempt, entry.endpoint()), asio::detached);
    const bool ended = co_await ended_in_time(attempt, connect_limit, interrupt);
    if (interrupt && *interrupt) {
      co_return fault(FaultCode::cut, side, Doing::connect, "the work was told to end");
    }
    if (ended && !*attempt->ended) co_return std::move(attempt->value);
    last = ended ? attempt->ended->message() : "no answer in time";
    boost::system::error_code ignored;
    attempt->value.close(ignored);
  }
  co_return fault(FaultCode::unreachable, side, Doing::connect, last);
}

}  // namespace rft::mover
