#include "api/server.h"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <set>

#include "api/session.h"
#include "api/unix_socket.h"

namespace rft::api {
namespace {

using Protocol = asio::local::stream_protocol;
using Stream = beast::basic_stream<Protocol>;
using UnixSession = Session<Stream>;

constexpr Duration accept_again_after = 100ms;  // where descriptors or memory ran out

Peer peer_of(Protocol::socket& socket) {
  const long long uid = peer_uid(socket.native_handle());
  if (uid < 0) return {};
  const std::string owner = fmt::format("uid:{}", uid);
  const bool runs_it = uid == static_cast<long long>(::geteuid()) || uid == 0;
  return {{owner, owner}, runs_it ? Right::administer : Right::change};
}

}  // namespace

struct Server::Shared : std::enable_shared_from_this<Shared> {
  Shared(asio::io_context& context, Service& answers, ServerLimits bounds)
      : io(context),
        service(answers),
        limits(bounds),
        places(bounds.connections_per_uid, bounds.connections_max),
        acceptor(context),
        timer(context) {}

  static asio::awaitable<void> accept_all(std::shared_ptr<Shared> self) {
    while (self->acceptor.is_open()) {
      auto [ec, socket] = co_await self->acceptor.async_accept(as_values);
      if (!ec) {
        self->welcome(std::move(socket));
      } else if (self->acceptor.is_open()) {
        asio::steady_timer pause(self->io, accept_again_after);
        co_await pause.async_wait(as_values);
      }
    }
  }

  void welcome(Protocol::socket socket) {
    Peer peer = peer_of(socket);
    auto place = places.take(peer.caller.owner);
    if (!place) return turn_away(socket);
    auto session = std::make_shared<UnixSession>(Stream(std::move(socket)), std::move(peer),
                                                 std::move(*place), service, limits);
    sessions.insert(session.get());
    asio::co_spawn(io, serve(shared_from_this(), std::move(session)), asio::detached);
  }

  static asio::awaitable<void> serve(std::shared_ptr<Shared> self,
                                     std::shared_ptr<UnixSession> session) {
    co_await session->run();
    self->sessions.erase(session.get());
    session.reset();
    if (self->sessions.empty() && self->stopped) std::exchange(self->stopped, {})();
  }

  // A new connection's buffer takes this at once: there is nothing to wait for.
  static void turn_away(Protocol::socket& socket) {
    const HttpResponse response =
        problem({Code::busy, "too many connections at once; close one, or try again later"});
    const std::string bytes = head_text(response, Framing::length, false) + response.body;
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(bytes), ignored);
  }

  void stop(std::function<void()> then) {
    error_code ignored;
    acceptor.close(ignored);
    place_in_folder.remove();
    if (sessions.empty()) return asio::post(io, std::move(then));
    stopped = [self = shared_from_this(), then = std::move(then)] {
      self->timer.cancel();
      then();
    };
    for (UnixSession* session : sessions) session->drain();
    timer.expires_after(limits.drain_within);
    timer.async_wait([self = shared_from_this()](error_code ec) {
      if (ec) return;
      for (UnixSession* session : self->sessions) session->close();
    });
  }

  asio::io_context& io;
  Service& service;
  const ServerLimits limits;
  Places places;
  Protocol::acceptor acceptor;
  asio::steady_timer timer;
  UnixSocket place_in_folder;
  std::set<UnixSession*> sessions;
  std::function<void()> stopped;
};

Server::Server(asio::io_context& io, Service& service, ServerLimits limits)
    : shared_(std::make_shared<Shared>(io, service, limits)) {}

Server::~Server() = default;

Result<void> Server::listen(const std::string& folder, const std::string& name, mode_t mode) {
  auto bound = UnixSocket::bind_in(folder, name, mode);
  if (!bound) return tl::unexpected(std::move(bound.error()));
  shared_->acceptor.assign(Protocol(), bound->release());
  shared_->place_in_folder = std::move(*bound);
  asio::co_spawn(shared_->io, Shared::accept_all(shared_), asio::detached);
  return {};
}

void Server::stop(std::function<void()> then) {
  shared_->stop(std::move(then));
}

std::size_t Server::connections() const {
  return shared_->sessions.size();
}

}  // namespace rft::api
