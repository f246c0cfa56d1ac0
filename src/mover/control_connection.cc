#include "mover/control_connection.h"

#include <netinet/tcp.h>
#include <openssl/crypto.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "ftp/refusal.h"
#include "mover/connect.h"

namespace rft::mover {
namespace {

constexpr int service_not_available = 421;  // RFC 959: in place of any reply
constexpr int read_at_once = 16384;         // bytes
constexpr auto done = asio::as_tuple(asio::use_awaitable);

void set_option(int socket, int level, int name, int value) {
  // A connection without one of these still works; the watchdogs notice what they would have.
  static_cast<void>(::setsockopt(socket, level, name, &value, sizeof value));
}

// A peer that vanished without a word is noticed by the kernel too, also while nothing is due.
void watch_for_vanished_peer(int socket) {
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, 60'000);
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
}

std::size_t bytes_of(const ftp::Reply& reply) {
  std::size_t bytes = 0;
  for (const std::string& line : reply.lines) bytes += line.size();
  return bytes;
}

Fault told_to_end(Side side, Doing doing) {
  return Fault{FaultCode::cut, side, doing, "", "the work was told to end"};
}

}  // namespace

awaitable<Outcome<std::shared_ptr<ControlConnection>>> ControlConnection::open(Endpoint endpoint,
                                                                               Side side,
                                                                               Interrupt* interrupt,
                                                                               Limits limits) {
  auto socket = co_await connect(std::move(endpoint), side, interrupt);
  if (!socket) co_return failed(socket);
  watch_for_vanished_peer(socket->native_handle());
  std::shared_ptr<ControlConnection> made(
      new ControlConnection(std::move(*socket), side, interrupt, limits));
  asio::co_spawn(co_await asio::this_coro::executor, made->read(), asio::detached);
  co_return made;
}

ControlConnection::ControlConnection(Socket socket, Side side, Interrupt* interrupt, Limits limits)
    : socket_(std::move(socket)),
      channel_(side),
      side_(side),
      interrupt_(interrupt),
      limits_(limits),
      heard_(boot_now()) {
  boost::system::error_code ignored;
  peer_ = socket_.remote_endpoint(ignored).address().to_string();
}

ControlConnection::~ControlConnection() = default;

void ControlConnection::serve(Side side, Interrupt* interrupt) {
  side_ = side;
  interrupt_ = interrupt;
}

Outcome<ftp::Ticket> ControlConnection::send(const ftp::Command& command, Doing doing) {
  if (auto broken = failure(doing)) return tl::unexpected(std::move(*broken));
  auto ticket = channel_.send(command);
  if (!ticket) {
    Fault refused = ticket.error();
    refused.side = side_;
    refused.doing = doing;
    return tl::unexpected(std::move(refused));
  }
  if (!writing_) {
    writing_ = true;
    asio::co_spawn(socket_.get_executor(), write(), asio::detached);
  }
  return *ticket;
}

std::optional<ftp::Answer> ControlConnection::take(ftp::Ticket ticket) {
  const auto found = std::find_if(answers_.begin(), answers_.end(),
                                  [ticket](const auto& answer) { return answer.ticket == ticket; });
  if (found == answers_.end()) return std::nullopt;
  ftp::Answer answer = std::move(*found);
  answers_.erase(found);
  unclaimed_bytes_ -= bytes_of(answer.reply);
  return answer;
}

awaitable<Outcome<ftp::Reply>> ControlConnection::reply(ftp::Ticket ticket, Doing doing,
                                                        std::optional<Duration> limit) {
  const auto self = shared_from_this();
  const Instant due = boot_now() + limit.value_or(limits_.silence);
  for (;;) {
    while (auto answer = take(ticket)) {
      if (!answer->final) continue;
      if (answer->reply.code == service_not_available) {
        co_return tl::unexpected(ftp::refusal(answer->reply, doing, side_));
      }
      co_return std::move(answer->reply);
    }
    if (auto broken = failure(doing)) co_return tl::unexpected(std::move(*broken));
    if (interrupt_ && *interrupt_) co_return tl::unexpected(told_to_end(side_, doing));
    if (boot_now() >= due) co_return fault(FaultCode::stalled, side_, doing, "no reply came");
    co_await wait_any(due, &changed_, interrupt_ ? &interrupt_->changed : nullptr);
  }
}

awaitable<Outcome<ftp::Reply>> ControlConnection::ask(ftp::Command command, Doing doing) {
  const auto ticket = send(command, doing);
  if (!ticket) co_return failed(ticket);
  co_return co_await reply(*ticket, doing);
}

awaitable<Answers> ControlConnection::ask_each(std::vector<ftp::Command> commands, Doing doing) {
  const auto self = shared_from_this();
  Answers answers;
  std::deque<Outcome<ftp::Ticket>> due;
  while (answers.each.size() < commands.size()) {
    // By the half, so that many commands go in one write and one record.
    const std::size_t room = due.size() <= ftp::depth_max / 2 ? ftp::depth_max - due.size() : 0;
    const std::size_t end = std::min(commands.size(), answers.sent + room);
    for (; answers.sent < end; ++answers.sent) {
      due.push_back(send(commands[answers.sent], doing));
    }
    const Outcome<ftp::Ticket> ticket = std::move(due.front());
    due.pop_front();
    if (!ticket) {
      answers.each.push_back(failed(ticket));
      continue;
    }
    answers.each.push_back(co_await reply(*ticket, doing));
    if (answers.each.back()) continue;
    const Outcome<ftp::Reply> last = answers.each.back();
    fail_with(last.error());
    close();
    answers.each.resize(commands.size(), last);
  }
  co_return answers;
}

awaitable<Outcome<std::vector<ftp::Reply>>> ControlConnection::ask_all(
    std::vector<ftp::Command> commands, Doing doing) {
  Answers answers = co_await ask_each(std::move(commands), doing);
  std::vector<ftp::Reply> replies;
  for (auto& answer : answers.each) {
    if (!answer) co_return failed(answer);
    replies.push_back(std::move(*answer));
  }
  co_return replies;
}

std::optional<Fault> ControlConnection::failure(Doing doing) const {
  if (!failure_) return std::nullopt;
  Fault seen = *failure_;
  seen.side = side_;
  seen.doing = doing;
  return seen;
}

bool ControlConnection::is_clean() const {
  return !failure_ && !ending_ && channel_.is_idle() && answers_.empty();
}

Outcome<void> ControlConnection::protect_with(std::unique_ptr<ftp::Protection> protection) {
  return channel_.protect_with(std::move(protection));
}

awaitable<bool> ControlConnection::end(Duration limit) {
  const auto self = shared_from_this();
  const bool was_over = ended_ || failure_;
  if (!was_over) {
    ending_ = true;
    static_cast<void>(send(ftp::abor(), Doing::move));
    Instant due = boot_now() + limit;
    bool half_closed = false;
    bool hurried = false;
    while (!failure_ && boot_now() < due) {
      if (interrupt_ && *interrupt_ && !hurried) {
        due = std::min(due, boot_now() + stop_end_limit);
        hurried = true;
      }
      if (!writing_ && !half_closed) {
        boost::system::error_code ignored;
        socket_.shutdown(Socket::shutdown_send, ignored);
        half_closed = true;
      }
      co_await wait_any(due, &changed_, interrupt_ ? &interrupt_->changed : nullptr);
    }
  }
  close();
  co_return !was_over && ended_;
}

void ControlConnection::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

awaitable<void> ControlConnection::read() {
  const auto self = shared_from_this();
  std::array<char, read_at_once> bytes{};
  while (!failure_) {
    const auto [error, size] = co_await socket_.async_read_some(asio::buffer(bytes), done);
    if (error) {
      ended_ = error == asio::error::eof;
      fail_with(Fault{FaultCode::cut, side_, Doing::nothing, "",
                      ended_ ? "the server ended the connection" : error.message()});
      co_return;
    }
    heard_ = boot_now();
    channel_.receive({bytes.data(), size});
    drain();
    changed_.notify();
    co_await gather();
  }
}

// In a pipeline a server says its answers one by one, and each would wake us alone: so they are let
// gather for a moment, in which the server has enough to do. All connections wait for the same
// moments: one waking serves them all. Asio watches a socket also while nobody reads from it, so
// the kernel is told not to speak of fewer bytes than we read at once; an end it tells all the
// same.
awaitable<void> ControlConnection::gather() {
  if (channel_.unanswered() < gather_from) co_return;
  const auto now = asio::steady_timer::clock_type::now().time_since_epoch();
  asio::steady_timer moment(socket_.get_executor());
  moment.expires_after(gather_time - now % gather_time);
  set_option(socket_.native_handle(), SOL_SOCKET, SO_RCVLOWAT, read_at_once);
  co_await moment.async_wait(done);
  set_option(socket_.native_handle(), SOL_SOCKET, SO_RCVLOWAT, 1);
}

void ControlConnection::drain() {
  for (;;) {
    auto answer = channel_.next();
    // While it is being ended only its end counts, not what is said before.
    if (!answer && !ending_) return fail_with(answer.error());
    if (!answer || !*answer) return;
    if (ending_) continue;
    if (!(*answer)->ticket) {
      if ((*answer)->reply.code == service_not_available) {
        return fail_with(ftp::refusal((*answer)->reply, Doing::nothing, side_));
      }
      continue;
    }
    unclaimed_bytes_ += bytes_of((*answer)->reply);
    if (answers_.size() == unclaimed_answers_max || unclaimed_bytes_ > unclaimed_bytes_max) {
      return fail_with(Fault{FaultCode::protocol_broken, side_, Doing::nothing, "",
                             "more replies came than anybody waits for"});
    }
    answers_.push_back(std::move(**answer));
  }
}

void ControlConnection::fail_with(Fault fault) {
  if (!failure_) failure_ = std::move(fault);
  changed_.notify();
}

// Whatever else is sent in the same turn goes with it, in one write.
awaitable<void> ControlConnection::write() {
  const auto self = shared_from_this();
  co_await asio::post(done);
  while (!failure_ && !channel_.output().empty()) {
    std::string bytes(channel_.output());
    channel_.consume(bytes.size());
    const auto [error, size] = co_await asio::async_write(socket_, asio::buffer(bytes), done);
    OPENSSL_cleanse(bytes.data(), bytes.size());  // a PASS may have been in it
    // What cannot be written any more shows in the reading of what the peer said last.
    if (error) break;
  }
  writing_ = false;
  changed_.notify();
}

}  // namespace rft::mover
