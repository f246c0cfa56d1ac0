#include "client/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/uuid.h"
#include "client/json.h"
#include "client/start.h"

namespace rft::client {
namespace {

using SteadyClock = std::chrono::steady_clock;

WallTime wall_now() {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

bool nobody_listens(int error) {
  return error == ENOENT || error == ECONNREFUSED;
}

std::string why_not(const Server& server, int error) {
  if (nobody_listens(error)) {
    return fmt::format("nothing listens on {}; is rftd running?", server.socket);
  }
  return fmt::format("{}: {}", server.socket, std::strerror(error));
}

// "Not now" is not kept under the Idempotency-Key, so asking again is a new chance.
bool not_now(unsigned status) {
  return status == 429 || status == 503;
}

}  // namespace

std::chrono::milliseconds repeat_delay(unsigned repeat) {
  const unsigned doublings = std::min(repeat, 16U) - 1;
  return std::min(repeat_longest, repeat_first * (1U << doublings));
}

Session::~Session() {
  if (daemon_) ended(*daemon_);  // takes away what is left of it, if it is no more
}

Result<HttpReply> Session::get(const std::string& target) {
  return send({"GET", target});
}

Result<HttpReply> Session::change(const std::string& method, const std::string& target, Secret body,
                                  std::string media) {
  return send({method, target, std::move(body), Uuid::v7(wall_now(), random_bits()).text(),
               std::move(media)});
}

Result<HttpReply> Session::send(const HttpRequest& request) {
  return repeat([&](Connection& connection) -> Tried<HttpReply> {
    auto reply = connection.exchange(request, patience(options_.reply_limit));
    if (reply) return std::move(*reply);
    return tl::unexpected(Refused{{Code::unreachable, "no answer: " + reply.error()}, true});
  });
}

Result<void> Session::stream(const std::string& target, const Connection::Taken& taken) {
  bool begun = false;
  const Connection::Taken noted = [&](std::string_view piece) {
    begun = true;
    taken(piece);
  };
  const auto reply = repeat([&](Connection& connection) -> Tried<HttpReply> {
    auto got = connection.stream({"GET", target}, patience(options_.reply_limit), noted);
    if (got) return std::move(*got);
    return tl::unexpected(
        Refused{{Code::unreachable, "the answer did not come whole: " + got.error()}, !begun});
  });
  if (!reply) return tl::unexpected(reply.error());
  return {};
}

Result<HttpReply> Session::repeat(const Exchange& exchange) {
  const auto last = SteadyClock::now() + options_.keep_trying;
  for (unsigned tried = 1;; ++tried) {
    Tried<HttpReply> reply = try_once(exchange);
    if (reply) return std::move(*reply);
    const auto delay = repeat_delay(tried);
    const bool over = tried == tries_max || SteadyClock::now() + delay > last;
    if (!reply.error().passing || over || interrupted()) {
      return tl::unexpected(std::move(reply.error().error));
    }
    if (options_.on_repeat) options_.on_repeat(reply.error().error);
    pause(patience(delay));
  }
}

Session::Tried<HttpReply> Session::try_once(const Exchange& exchange) {
  if (!connection_ || !connection_->is_open()) {
    Tried<Connection> connected = connect();
    if (!connected) return tl::unexpected(std::move(connected.error()));
    connection_ = std::move(*connected);
  }
  Tried<HttpReply> reply = exchange(*connection_);
  if (!reply) return reply;
  served_ = true;
  down_since_.reset();
  if (reply->status < 300) return std::move(*reply);
  return tl::unexpected(Refused{problem(reply->status, reply->body), not_now(reply->status)});
}

Session::Tried<Connection> Session::connect() {
  auto opened = Connection::open(server_.socket, patience(connect_limit));
  if (opened) return std::move(*opened);
  const auto now = SteadyClock::now();
  if (!down_since_) down_since_ = now;
  if (nobody_listens(opened.error()) && may_start(now)) return start();
  const bool forbidden = opened.error() == EACCES || opened.error() == EPERM;
  return tl::unexpected(
      Refused{{forbidden ? Code::not_allowed : Code::unreachable, why_not(server_, opened.error())},
              !forbidden});
}

bool Session::may_start(SteadyClock::time_point now) {
  if (!options_.start_daemon || server_.state_folder.empty()) return false;
  return !served_ || now - *down_since_ >= restart_grace;
}

Session::Tried<Connection> Session::start() {
  const auto end = SteadyClock::now() + start_limit;
  auto next_start = SteadyClock::now();
  do {
    const auto now = SteadyClock::now();
    if (!daemon_ && now >= next_start) {
      auto child = start_daemon(daemon_program(), server_.state_folder);
      if (!child) return tl::unexpected(Refused{child.error(), false});
      daemon_ = *child;
      next_start = now + start_again;
    }
    auto opened = Connection::open(server_.socket, patience(connect_limit));
    if (opened) {
      const auto ready = opened->exchange({"GET", "/readyz"}, patience(connect_limit));
      if (ready && ready->status == 200 && opened->is_open()) return std::move(*opened);
    }
    // Ours ends at once where another owns the folder: one that comes up, or one that is ending.
    if (daemon_ && ended(*daemon_)) daemon_.reset();
  } while (pause(patience(start_interval)) && SteadyClock::now() < end);
  return tl::unexpected(
      Refused{{Code::unreachable,
               fmt::format("rftd was started but does not answer; {0}/rftd.log may tell why, 'rftd "
                           "--state-dir {0}' does",
                           server_.state_folder)},
              false});
}

}  // namespace rft::client
