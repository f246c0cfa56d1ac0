// Service: the mover's socket. One rftd speaks at a time; a newer one takes the older one's place.
#pragma once
#include <boost/asio/local/stream_protocol.hpp>
#include <memory>
#include <string>

#include "mover/worker.h"

namespace rft::mover {

class Service {
 public:
  using Socket = asio::local::stream_protocol::socket;
  using Acceptor = asio::local::stream_protocol::acceptor;

  // Listens on `<id>.sock` in the open folder, whatever the length of its path; mode 0600.
  static Result<Acceptor> listen(asio::io_context& io, int folder, const std::string& id);

  explicit Service(Worker& worker) : worker_(worker) {}
  // Takes connections of our own user and of root. Never returns.
  awaitable<void> accept(Acceptor acceptor);

 private:
  struct Connection {
    explicit Connection(Socket connected) : socket(std::move(connected)) {}
    Socket socket;
    FrameReader reader;
    bool greeted = false;
  };
  awaitable<void> read(std::shared_ptr<Connection> connection);
  awaitable<void> write(std::shared_ptr<Connection> connection);
  bool hear(const std::shared_ptr<Connection>& connection, std::string_view body);
  bool hear_hello(const std::shared_ptr<Connection>& connection, const HelloMover& hello);
  bool is_current(const std::shared_ptr<Connection>& connection) const {
    return current_ == connection && connection->socket.is_open();
  }

  Worker& worker_;
  std::shared_ptr<Connection> current_;  // that said Hello last
};

}  // namespace rft::mover
