#include "daemon/mover_process.h"

#include <fmt/format.h>
#include <linux/sockios.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "daemon/pidfd.h"

namespace rft {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto retry_interval = std::chrono::milliseconds(100);

// How a process ended. Only its parent learns more than that it did.
std::string how_it_ended(int pidfd) {
  siginfo_t info{};
  if (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG) != 0 ||
      info.si_pid == 0) {
    return "ended";
  }
  return info.si_code == CLD_EXITED ? fmt::format("exited with {}", info.si_status)
                                    : fmt::format("was ended by signal {}", info.si_status);
}

}  // namespace

MoverProcess::MoverProcess(asio::io_context& io, Clock& clock, std::string address,
                           HelloMover hello, Told told)
    : io_(io),
      clock_(clock),
      address_(std::move(address)),
      hello_(std::move(hello)),
      told_(std::move(told)),
      socket_(io),
      pidfd_(io),
      retry_(io),
      last_life_(clock.now().instant) {}

void MoverProcess::begin(std::optional<pid_t> pid) {
  if (pid) watch(*pid);
  connect();
}

void MoverProcess::watch(pid_t pid) {
  const int descriptor = ::pidfd_open(pid, 0);
  if (descriptor < 0) {
    asio::post(io_, [self = shared_from_this()] { self->on_death(); });
    return;
  }
  pidfd_.assign(descriptor);
  pidfd_.async_wait(asio::posix::stream_descriptor::wait_read,
                    [self = shared_from_this()](error_code ec) {
                      if (!ec) self->on_death();
                    });
}

void MoverProcess::on_death() {
  if (closed_) return;
  const std::string how = pidfd_.is_open() ? how_it_ended(pidfd_.native_handle()) : "ended";
  close();
  told_.died(how);
}

void MoverProcess::connect() {
  if (closed_) return;
  socket_ = asio::local::stream_protocol::socket(io_);
  socket_.async_connect(asio::local::stream_protocol::endpoint(address_),
                        [self = shared_from_this()](error_code ec) {
                          if (self->closed_) return;
                          if (ec) return self->connect_later();
                          self->on_connected();
                        });
}

void MoverProcess::connect_later() {
  retry_.expires_after(retry_interval);
  retry_.async_wait([self = shared_from_this()](error_code ec) {
    if (!ec) self->connect();
  });
}

void MoverProcess::on_connected() {
  if (!peer_is_ours()) return disconnect();
  frames_ = {};
  outgoing_.clear();
  outgoing_.emplace_back(encode(ToMover(hello_)));
  write_next();
  receive();
}

bool MoverProcess::peer_is_ours() {
  ucred peer{};
  socklen_t length = sizeof(peer);
  if (::getsockopt(socket_.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0 ||
      peer.uid != ::geteuid()) {
    spdlog::error("what listens on {} is not a process of ours", address_);
    return false;
  }
  if (!pidfd_.is_open()) watch(peer.pid);
  return true;
}

void MoverProcess::receive() {
  socket_.async_read_some(asio::buffer(chunk_),
                          [self = shared_from_this()](error_code ec, std::size_t got) {
                            if (self->closed_) return;
                            if (ec) return self->disconnect();
                            self->last_life_ = self->clock_.now().instant;
                            self->frames_.feed({self->chunk_.data(), got});
                            for (;;) {
                              const auto body = self->frames_.next();
                              if (!body) return self->disconnect();
                              if (!*body) break;
                              if (!self->take(**body)) return self->disconnect();
                              if (self->closed_) return;
                            }
                            self->receive();
                          });
}

bool MoverProcess::take(const std::string& body) {
  const auto message = decode_to_daemon(body);
  if (!message) {
    spdlog::warn("mover at {}: {}", address_, message.error().detail);
    return up_;  // a word of a newer version is passed over, a hello has to be understood
  }
  if (const auto* hello = std::get_if<HelloDaemon>(&*message)) {
    up_ = true;
    told_.hello(*hello);
    return true;
  }
  if (up_) told_.word(std::get<Word>(*message));
  return up_;
}

void MoverProcess::disconnect() {
  if (closed_) return;
  error_code ignored;
  socket_.close(ignored);
  up_ = false;
  connect_later();
}

void MoverProcess::send(const ToMover& message) {
  if (!up_) return;
  outgoing_.emplace_back(encode(message));
  write_next();
}

void MoverProcess::write_next() {
  if (writing_ || outgoing_.empty() || !socket_.is_open()) return;
  writing_ = true;
  // The frame goes with the operation: a reconnection empties the queue while it may be under way.
  auto frame = std::make_shared<const Secret>(std::move(outgoing_.front()));
  outgoing_.pop_front();
  const auto bytes = frame->reveal();
  asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()),
                    [self = shared_from_this(), frame](error_code ec, std::size_t) {
                      self->writing_ = false;
                      // A broken connection is noticed, and made anew, where it is read.
                      if (!ec || !self->up_) self->write_next();
                    });
}

bool MoverProcess::all_was_read() {
  // For a Unix socket this counts what the peer has not read yet: a mover that still takes what it
  // is sent lives, though it may have nothing to say.
  int unread = 0;
  return outgoing_.empty() && ::ioctl(socket_.native_handle(), SIOCOUTQ, &unread) == 0 &&
         unread == 0;
}

Duration MoverProcess::silent() {
  const Instant now = clock_.now().instant;
  if (up_ && all_was_read()) last_life_ = now;
  return now - last_life_;
}

void MoverProcess::kill() {
  if (pidfd_.is_open()) ::pidfd_send_signal(pidfd_.native_handle(), SIGKILL, nullptr, 0);
}

void MoverProcess::close() {
  closed_ = true;
  up_ = false;
  error_code ignored;
  socket_.close(ignored);
  pidfd_.close(ignored);
  retry_.cancel();
}

}  // namespace rft
