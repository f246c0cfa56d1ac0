// One connection of the server, over any Beast stream. Included by server.cc alone: Beast and
// coroutines are slow to compile.
#pragma once
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "api/http.h"
#include "api/places.h"
#include "api/problem.h"
#include "api/server.h"
#include "base/text.h"

namespace rft::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using beast::error_code;

inline constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
inline constexpr std::size_t read_step = 16 * 1024;
inline constexpr std::size_t linger_bytes_max = 8 << 20;  // read and dropped after a refusal
inline constexpr Duration linger_max = 5s;

// A condition that one coroutine waits for. It is looked at before each wait, so no call is lost.
class Signal {
 public:
  explicit Signal(const asio::any_io_executor& executor) : timer_(executor) {}
  void notify() { timer_.cancel(); }
  asio::awaitable<void> wait() {
    timer_.expires_at(asio::steady_timer::time_point::max());
    co_await timer_.async_wait(as_values);
  }
  // False: the time is over.
  asio::awaitable<bool> wait(Duration most) {
    timer_.expires_after(most);
    const auto [ec] = co_await timer_.async_wait(as_values);
    co_return ec == asio::error::operation_aborted;
  }

 private:
  asio::steady_timer timer_;
};

inline HttpRequest head_of(const http::fields& fields, std::string_view method,
                           std::string_view target) {
  HttpRequest request;
  request.method = method;
  request.target = target;
  for (const auto& field : fields) {
    request.headers.emplace_back(to_lower({field.name_string().data(), field.name_string().size()}),
                                 std::string(field.value()));
  }
  return request;
}

enum class Framing : std::uint8_t { length, chunked, until_close };

inline std::string head_text(const HttpResponse& response, Framing framing, bool keep_alive) {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  const auto reason = http::obsolete_reason(static_cast<http::status>(response.status));
  std::string text = fmt::format(
      "HTTP/1.1 {} {}\r\nDate: {:%a, %d %b %Y %H:%M:%S} GMT\r\nCache-Control: no-store\r\n",
      response.status, std::string_view(reason.data(), reason.size()), fmt::gmtime(now));
  for (const auto& [name, value] : response.headers) text += fmt::format("{}: {}\r\n", name, value);
  if (framing == Framing::chunked) text += "Transfer-Encoding: chunked\r\n";
  if (framing == Framing::length && response.status != 204) {
    text += fmt::format("Content-Length: {}\r\n", response.body.size());
  }
  if (!keep_alive) text += "Connection: close\r\n";
  return text + "\r\n";
}

// co_await stands alone in its statement or condition throughout: g++ 12 makes wrong code of one
// that is an operand of && or ||.
template <class Stream>
class Session {
 public:
  Session(Stream stream, Peer peer, Places::Place place, Service& service,
          const ServerLimits& limits)
      : stream_(std::move(stream)),
        peer_(std::move(peer)),
        place_(std::move(place)),
        service_(service),
        limits_(limits),
        answered_(stream_.get_executor()),
        filled_(stream_.get_executor()),
        room_(stream_.get_executor()) {}

  // Ends with the connection.
  asio::awaitable<void> run() {
    for (bool again = true; again && !draining_;) again = co_await next_request();
    close();
  }

  // A request that runs ends as it should, then the connection; an idle one ends at once.
  void drain() {
    draining_ = true;
    if (idle_) close();
    filled_.notify();
  }
  void close() {
    broken_ = true;
    beast::get_lowest_layer(stream_).close();
    answered_.notify();
    filled_.notify();
    room_.notify();
  }

 private:
  using Head = http::request_parser<http::empty_body>;

  // False: the connection is to end.
  asio::awaitable<bool> next_request() {
    if (!co_await bytes_of_a_request()) co_return false;
    Head head;
    head.header_limit(static_cast<std::uint32_t>(limits_.header_max));
    head.body_limit(boost::none);  // checked when the route is known
    stream_.expires_after(limits_.request_within);
    const auto [ec, read] = co_await http::async_read_header(stream_, buffer_, head, as_values);
    if (ec) co_return co_await refuse_unread(ec);
    http_1_1_ = head.get().version() >= 11;
    const auto method = head.get().method_string();
    const auto target = head.get().target();
    HttpRequest request =
        head_of(head.get(), {method.data(), method.size()}, {target.data(), target.size()});
    const bool head_only = request.method == "HEAD";
    keep_alive_ = head.get().keep_alive() && http_1_1_;
    if (service_.streams_body(request)) {
      co_return co_await exchange_streams(head, std::move(request));
    }
    if (!co_await read_body(head, request)) co_return false;
    auto response = co_await answer(std::move(request));
    if (!response) co_return false;
    const bool sent = co_await send(*response, head_only);
    co_return sent&& keep_alive_ && !draining_;
  }

  asio::awaitable<bool> bytes_of_a_request() {
    if (buffer_.size() > 0) co_return true;  // the client did not wait for its last answer
    stream_.expires_after(limits_.idle_max);
    idle_ = true;
    const auto [ec, read] = co_await stream_.async_read_some(buffer_.prepare(read_step), as_values);
    idle_ = false;
    if (ec) co_return false;
    buffer_.commit(read);
    co_return !draining_;
  }

  asio::awaitable<bool> read_body(Head& head, HttpRequest& request) {
    if (head.content_length().value_or(0) > limits_.body_max) {
      co_return co_await refuse(too_large());
    }
    if (!co_await tell_to_continue(request)) co_return false;
    http::request_parser<http::string_body> parser(std::move(head));
    parser.body_limit(limits_.body_max);
    const auto [ec, read] = co_await http::async_read(stream_, buffer_, parser, as_values);
    if (ec) co_return co_await refuse_unread(ec);
    request.body = std::move(parser.get().body());
    co_return true;
  }

  asio::awaitable<bool> tell_to_continue(const HttpRequest& request) {
    const auto expect = request.header("expect");
    if (!expect || !http_1_1_ || !equals_ignoring_case(*expect, "100-continue")) co_return true;
    co_return co_await write("HTTP/1.1 100 Continue\r\n\r\n");
  }

  // Nothing where the connection was closed before the answer came.
  asio::awaitable<std::optional<HttpResponse>> answer(HttpRequest request) {
    // Shared with the service, which may answer a connection that is gone.
    struct Coming {
      std::optional<HttpResponse> response;
      std::function<void()> here;
    };
    auto coming = std::make_shared<Coming>();
    coming->here = [this] { answered_.notify(); };
    service_.answer(peer_, std::move(request), [coming](HttpResponse response) {
      coming->response = std::move(response);
      if (coming->here) coming->here();
    });
    while (!coming->response && !broken_) co_await answered_.wait();
    coming->here = nullptr;
    co_return std::move(coming->response);
  }

  // The request's body is fed while the response is written.
  asio::awaitable<bool> exchange_streams(Head& head, HttpRequest request) {
    using namespace asio::experimental::awaitable_operators;
    auto response = co_await answer(request);
    if (!response) co_return false;
    if (!response->taker) {
      keep_alive_ = false;
      co_await send(*response, false);
      co_return co_await linger();
    }
    if (!co_await tell_to_continue(request)) co_return false;
    response->taker->when_room([this] { room_.notify(); });
    const auto [fed, sent] = co_await (feed(head, *response->taker) && send(*response, false));
    response->taker->when_room({});
    co_return fed&& sent&& keep_alive_ && !draining_;
  }

  asio::awaitable<bool> feed(Head& head, BodyTaker& taker) {
    http::request_parser<http::buffer_body> parser(std::move(head));
    parser.body_limit(boost::none);
    std::array<char, read_step> bytes;
    while (!parser.is_done()) {
      while (!taker.room() && !broken_) co_await room_.wait();
      if (broken_) co_return false;
      parser.get().body().data = bytes.data();
      parser.get().body().size = bytes.size();
      stream_.expires_after(limits_.request_within);
      const auto [ec, read] = co_await http::async_read_some(stream_, buffer_, parser, as_values);
      if (ec && ec != http::error::need_buffer) {
        close();
        co_return false;
      }
      taker.feed({bytes.data(), bytes.size() - parser.get().body().size});
    }
    taker.fed_all();
    co_return true;
  }

  asio::awaitable<bool> send(HttpResponse& response, bool head_only) {
    if (response.stream) co_return co_await send_stream(response, head_only);
    std::string bytes = head_text(response, Framing::length, keep_alive_ && !draining_);
    if (!head_only) bytes += response.body;
    co_return co_await write(std::move(bytes));
  }

  asio::awaitable<bool> send_stream(HttpResponse& response, bool head_only) {
    const Framing framing = http_1_1_ ? Framing::chunked : Framing::until_close;
    BodyStream& stream = *response.stream;
    bool good = co_await write(head_text(response, framing, keep_alive_));
    if (!good || head_only) co_return good;
    stream.when_filled([this] { filled_.notify(); });
    while (good && !broken_) {
      const bool last = stream.ended() || (draining_ && !stream.sign_of_life().empty());
      std::string bytes = stream.take();
      if (bytes.empty() && last) break;
      if (bytes.empty()) bytes = co_await wait_for_more(stream);
      if (!bytes.empty()) good = co_await write(framed(bytes, framing));
    }
    stream.when_filled({});
    if (!good) close();  // so that a body that still comes is not waited for
    if (!good || broken_ || framing == Framing::until_close) co_return false;
    co_return co_await write("0\r\n\r\n");
  }

  asio::awaitable<std::string> wait_for_more(const BodyStream& stream) {
    if (stream.sign_of_life().empty()) {
      co_await filled_.wait();
      co_return std::string();
    }
    const bool filled = co_await filled_.wait(limits_.sign_of_life_every);
    co_return filled ? std::string() : std::string(stream.sign_of_life());
  }

  static std::string framed(const std::string& bytes, Framing framing) {
    if (framing != Framing::chunked) return bytes;
    return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
  }

  asio::awaitable<bool> write(std::string bytes) {
    stream_.expires_after(limits_.write_within);
    const auto [ec, written] = co_await asio::async_write(stream_, asio::buffer(bytes), as_values);
    co_return !ec;
  }

  Error too_large() const {
    return {Code::too_large,
            fmt::format("the body is larger than {} bytes; POST /v1/transfers:batch takes any "
                        "number of transfers",
                        limits_.body_max)};
  }

  // What could not be read is answered where the client still listens. Always false.
  asio::awaitable<bool> refuse_unread(error_code ec) {
    if (ec == http::error::body_limit) co_return co_await refuse(too_large());
    if (ec == http::error::header_limit || ec == http::error::buffer_overflow) {
      Error error{Code::too_large,
                  fmt::format("the header is larger than {} bytes", limits_.header_max)};
      co_return co_await refuse(std::move(error));
    }
    const bool theirs = ec.category() == make_error_code(http::error::bad_method).category() &&
                        ec != http::error::end_of_stream && ec != http::error::partial_message;
    if (!theirs) co_return false;
    Error error{Code::invalid_request, "this is not HTTP/1.1: " + ec.message()};
    co_return co_await refuse(std::move(error));
  }

  asio::awaitable<bool> refuse(Error error) {
    keep_alive_ = false;
    HttpResponse response = problem(error);
    if (co_await send(response, false)) co_await linger();
    co_return false;
  }

  // A connection closed on bytes that were not read is reset, and the answer may be lost with it:
  // so what still comes is read for a while and dropped. Always false.
  asio::awaitable<bool> linger() {
    error_code ignored;
    beast::get_lowest_layer(stream_).socket().shutdown(asio::socket_base::shutdown_send, ignored);
    std::array<char, read_step> dropped;
    stream_.expires_after(linger_max);
    for (std::size_t sum = 0; sum < linger_bytes_max;) {
      const auto [ec, read] = co_await stream_.async_read_some(asio::buffer(dropped), as_values);
      if (ec) break;
      sum += read;
    }
    co_return false;
  }

  Stream stream_;
  Peer peer_;
  Places::Place place_;
  Service& service_;
  const ServerLimits& limits_;
  beast::flat_buffer buffer_;
  Signal answered_;  // the service has
  Signal filled_;    // the response's stream has something
  Signal room_;      // the taker takes again
  bool http_1_1_ = true;
  bool keep_alive_ = true;
  bool draining_ = false;
  bool idle_ = false;
  bool broken_ = false;
};

}  // namespace rft::api
