#include "client/http.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <thread>

namespace rft::client {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Unix = asio::local::stream_protocol;
using SteadyClock = std::chrono::steady_clock;
using boost::system::error_code;

constexpr std::size_t piece_bytes = 16 * 1024;  // of a body that is read as a stream
constexpr std::size_t socket_path_max = 107;    // sun_path without its NUL, unix(7)

// A name by which `path` can be connected to however long it is: through its open folder.
class ShortName {
 public:
  explicit ShortName(const std::string& path) : name_(path) {
    if (path.size() <= socket_path_max) return;
    const std::size_t slash = path.rfind('/');
    folder_ = ::open(path.substr(0, slash + 1).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    name_ = "/proc/self/fd/" + std::to_string(folder_) + path.substr(slash);
  }
  ShortName(const ShortName&) = delete;
  ShortName& operator=(const ShortName&) = delete;
  ~ShortName() {
    if (folder_ >= 0) ::close(folder_);
  }
  bool fits() const { return name_.size() <= socket_path_max; }
  const std::string& text() const { return name_; }

 private:
  int folder_ = -1;
  std::string name_;
};

http::request<http::string_body> message(const HttpRequest& request) {
  http::request<http::string_body> message;
  message.method_string(request.method);
  message.target(request.target);
  message.set(http::field::host, "rft");
  message.set(http::field::user_agent, "rft/" RFT_VERSION);
  if (!request.idempotency_key.empty()) message.set("Idempotency-Key", request.idempotency_key);
  if (!request.body.empty()) {
    message.set(http::field::content_type, request.media);
    message.body() = std::string(request.body.reveal());
  }
  message.prepare_payload();
  return message;
}

std::string words_of(const error_code& error) {
  return error == http::error::end_of_stream ? "the service closed the connection"
                                             : error.message();
}

}  // namespace

struct Connection::Socket {
  asio::io_context loop;
  Unix::socket stream{loop};
  boost::beast::flat_buffer buffer;

  // Runs what was begun until `done` has a value, the time is over, or the caller is interrupted.
  // In the last two cases the socket is closed, which ends what was begun with operation_aborted.
  error_code finish(const std::optional<error_code>& done, const Patience& patience) {
    const auto end = SteadyClock::now() + patience.limit;
    loop.restart();
    while (!done) {
      const auto left = end - SteadyClock::now();
      loop.run_for(std::clamp<SteadyClock::duration>(left, SteadyClock::duration::zero(),
                                                     interrupt_interval));
      const bool interrupted = patience.interrupted && patience.interrupted();
      if (done || (left > SteadyClock::duration::zero() && !interrupted)) continue;
      close();
      loop.run();
      return interrupted ? asio::error::interrupted : asio::error::timed_out;
    }
    if (*done) close();
    return *done;
  }

  void close() {
    error_code ignored;  // close(2) has nothing to say that could be acted upon
    stream.close(ignored);
  }
};

bool pause(const Patience& patience) {
  const auto end = SteadyClock::now() + patience.limit;
  while (SteadyClock::now() < end) {
    if (patience.interrupted && patience.interrupted()) return false;
    const auto left = end - SteadyClock::now();
    std::this_thread::sleep_for(std::min<SteadyClock::duration>(left, interrupt_interval));
  }
  return !(patience.interrupted && patience.interrupted());
}

Connection::Connection(std::unique_ptr<Socket> socket) : socket_(std::move(socket)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

bool Connection::is_open() const {
  return socket_ && socket_->stream.is_open();
}

Result<Connection, int> Connection::open(const std::string& path, const Patience& patience) {
  const ShortName name(path);
  if (!name.fits()) return tl::unexpected(ENAMETOOLONG);
  auto socket = std::make_unique<Socket>();
  std::optional<error_code> done;
  socket->stream.async_connect(Unix::endpoint(name.text()), [&](error_code ec) { done = ec; });
  const error_code error = socket->finish(done, patience);
  if (error) return tl::unexpected(error.value());
  return Connection(std::move(socket));
}

error_code Connection::send(const HttpRequest& request, const Patience& patience) {
  http::request<http::string_body> out = message(request);
  std::optional<error_code> done;
  http::async_write(socket_->stream, out, [&](error_code ec, std::size_t) { done = ec; });
  const error_code error = socket_->finish(done, patience);
  const Secret wiped(std::move(out.body()));
  return error;
}

Result<HttpReply, std::string> Connection::exchange(const HttpRequest& request,
                                                    const Patience& patience) {
  if (const error_code error = send(request, patience)) return tl::unexpected(words_of(error));
  http::response_parser<http::string_body> in;
  in.header_limit(reply_header_max);
  in.body_limit(reply_body_max);
  std::optional<error_code> done;
  http::async_read(socket_->stream, socket_->buffer, in,
                   [&](error_code ec, std::size_t) { done = ec; });
  if (const error_code error = socket_->finish(done, patience)) {
    return tl::unexpected(words_of(error));
  }
  if (!in.keep_alive()) socket_->close();
  return HttpReply{in.get().result_int(), std::move(in.get().body())};
}

Result<HttpReply, std::string> Connection::stream(const HttpRequest& request,
                                                  const Patience& patience, const Taken& taken) {
  if (const error_code error = send(request, patience)) return tl::unexpected(words_of(error));
  http::response_parser<http::buffer_body> in;
  in.header_limit(reply_header_max);
  in.body_limit(boost::none);
  std::optional<error_code> done;
  const auto ended = [&](error_code ec, std::size_t) { done = ec; };
  http::async_read_header(socket_->stream, socket_->buffer, in, ended);
  error_code error = socket_->finish(done, patience);
  HttpReply reply;
  std::array<char, piece_bytes> piece;
  while (!error && !in.is_done()) {
    reply.status = in.get().result_int();
    in.get().body() = {piece.data(), piece.size(), true};
    done.reset();
    http::async_read_some(socket_->stream, socket_->buffer, in, [&](error_code ec, std::size_t) {
      done = ec == http::error::need_buffer ? error_code() : ec;
    });
    error = socket_->finish(done, patience);
    const std::string_view got(piece.data(), piece.size() - in.get().body().size);
    const bool yes = reply.status < 300;
    if (yes) taken(got);
    if (!yes && reply.body.size() < reply_header_max) reply.body += got;
  }
  if (error) return tl::unexpected(words_of(error));
  reply.status = in.get().result_int();
  if (!in.keep_alive()) socket_->close();
  return reply;
}

}  // namespace rft::client
