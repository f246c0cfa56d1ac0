// MoverProcess: one mover as rftd sees it: the connection to it, its death, when it last showed
// life.
#pragma once
#include <sys/types.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/secret.h"
#include "engine/ports.h"
#include "wire/frame.h"

namespace rft {

class MoverProcess : public std::enable_shared_from_this<MoverProcess> {
 public:
  // Called from the io_context alone, and never after close().
  struct Told {
    std::function<void(const HelloDaemon&)> hello;  // connected: again after each reconnection
    std::function<void(const Word&)> word;
    std::function<void(const std::string& how)> died;  // once
  };

  MoverProcess(boost::asio::io_context& io, Clock& clock, std::string address, HelloMover hello,
               Told told);

  // Watches the process, where its id is known, and connects, over and over until it answers. Where
  // it is not known the socket's peer tells it.
  void begin(std::optional<pid_t> pid);

  bool is_up() const { return up_; }  // the connection stands and its hello came
  void send(const ToMover& message);  // lost where it is not up
  // How long it has shown no life: said nothing, and left unread what it was sent.
  Duration silent();
  void kill();   // died() follows
  void close();  // ends the connection, not the mover

 private:
  void watch(pid_t pid);
  void on_death();
  void connect();
  void connect_later();
  void on_connected();
  void receive();
  bool take(const std::string& body);
  void disconnect();
  void write_next();
  bool peer_is_ours();
  bool all_was_read();

  boost::asio::io_context& io_;
  Clock& clock_;
  const std::string address_;
  const HelloMover hello_;
  Told told_;

  boost::asio::local::stream_protocol::socket socket_;
  boost::asio::posix::stream_descriptor pidfd_;
  boost::asio::steady_timer retry_;
  FrameReader frames_;
  std::array<char, 1U << 16> chunk_{};
  std::deque<Secret> outgoing_;  // a frame may hold a credential: wiped once it was sent
  Instant last_life_;
  bool up_ = false;
  bool writing_ = false;
  bool closed_ = false;
};

}  // namespace rft
