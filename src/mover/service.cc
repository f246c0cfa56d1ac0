#include "mover/service.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <system_error>

namespace rft::mover {
namespace {

constexpr auto completed = asio::as_tuple(asio::use_awaitable);
constexpr int listen_backlog = 8;

bool is_ours_or_roots(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

tl::unexpected<Error> cannot_listen(const std::string& name, const std::string& why) {
  return fail(Code::unavailable, fmt::format("cannot listen on {}: {}", name, why));
}

}  // namespace

Result<Service::Acceptor> Service::listen(asio::io_context& io, int folder, const std::string& id) {
  const std::string name = id + ".sock";
  ::unlinkat(folder, name.c_str(), 0);
  Acceptor acceptor(io);
  boost::system::error_code error;
  const asio::local::stream_protocol::endpoint address(
      fmt::format("/proc/self/fd/{}/{}", folder, name));
  acceptor.open(address.protocol(), error);
  if (!error) acceptor.bind(address, error);
  if (error) return cannot_listen(name, error.message());
  if (::fchmodat(folder, name.c_str(), S_IRUSR | S_IWUSR, 0) != 0) {
    return cannot_listen(name, std::generic_category().message(errno));
  }
  acceptor.listen(listen_backlog, error);
  if (error) return cannot_listen(name, error.message());
  return acceptor;
}

awaitable<void> Service::accept(Acceptor acceptor) {
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(completed);
    if (error) {
      // Out of descriptors, most likely: some come back when a session ends.
      co_await wait_any(boot_now() + 1s);
      continue;
    }
    if (!is_ours_or_roots(socket.native_handle())) continue;
    auto connection = std::make_shared<Connection>(std::move(socket));
    asio::co_spawn(acceptor.get_executor(), read(std::move(connection)), asio::detached);
  }
}

awaitable<void> Service::read(std::shared_ptr<Connection> connection) {
  std::array<char, 65536> bytes{};
  bool good = true;
  while (good) {
    const auto [error, size] =
        co_await connection->socket.async_read_some(asio::buffer(bytes), completed);
    if (error) break;
    connection->reader.feed({bytes.data(), size});
    OPENSSL_cleanse(bytes.data(), size);  // a credential may have been in it
    while (good) {
      auto body = connection->reader.next();
      if (!body) good = false;
      if (!body || !*body) break;
      good = hear(connection, **body);
      OPENSSL_cleanse((*body)->data(), (*body)->size());
    }
  }
  boost::system::error_code ignored;
  connection->socket.close(ignored);
  if (current_ == connection) current_.reset();
  worker_.outgoing().notify();
}

bool Service::hear(const std::shared_ptr<Connection>& connection, std::string_view body) {
  auto message = decode_to_mover(body);
  // What a newer rftd says beyond our version is passed over; it resends what it needs answered.
  if (!message) return connection->greeted;
  if (const auto* hello = std::get_if<HelloMover>(&*message)) return hear_hello(connection, *hello);
  if (current_ != connection) return false;
  worker_.take(std::move(*message));
  return true;
}

bool Service::hear_hello(const std::shared_ptr<Connection>& connection, const HelloMover& hello) {
  if (connection->greeted || hello.owner.empty()) return false;
  connection->greeted = true;
  const std::string answer = encode(ToDaemon(worker_.greet(hello)));
  boost::system::error_code error;
  asio::write(connection->socket, asio::buffer(answer), error);
  if (error || !worker_.serves(hello)) return false;
  if (current_) {
    boost::system::error_code ignored;
    current_->socket.close(ignored);
  }
  current_ = connection;
  worker_.send_all_again();
  asio::co_spawn(connection->socket.get_executor(), write(connection), asio::detached);
  return true;
}

awaitable<void> Service::write(std::shared_ptr<Connection> connection) {
  while (is_current(connection)) {
    const Instant now = boot_now();
    std::string frames;
    for (const ToDaemon& word : worker_.take_due(now)) frames += encode(word);
    if (frames.empty()) {
      const Instant never = now + std::chrono::hours(1);
      co_await wait_any(worker_.next_due(now).value_or(never), &worker_.outgoing());
      continue;
    }
    const auto [error, size] =
        co_await asio::async_write(connection->socket, asio::buffer(frames), completed);
    static_cast<void>(size);
    if (error) break;
  }
}

}  // namespace rft::mover
