// A request with its repeats: connects, starts a daemon where it may, sends, and sends again.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>

#include "client/http.h"
#include "client/rft.h"

namespace rft::client {

inline constexpr unsigned tries_max = 64;                          // of one request
inline constexpr std::chrono::milliseconds repeat_first{20};       // doubles with each repeat ...
inline constexpr std::chrono::milliseconds repeat_longest{1'000};  // ... up to this
inline constexpr std::chrono::milliseconds connect_limit{2'000};
inline constexpr std::chrono::milliseconds start_limit{10'000};  // for a daemon just started
inline constexpr std::chrono::milliseconds start_interval{50};   // between two looks for it
inline constexpr std::chrono::milliseconds start_again{500};  // where ours ended and none answers
// A daemon that had answered and is gone may be restarting: it is not started before this.
inline constexpr std::chrono::milliseconds restart_grace{5'000};

std::chrono::milliseconds repeat_delay(unsigned repeat);  // 1 for the first

class Session {
 public:
  Session(Server server, ClientOptions options)
      : server_(std::move(server)), options_(std::move(options)) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  Result<HttpReply> get(const std::string& target);
  // A body of any length: `taken` gets it in pieces. Not repeated once a piece has come.
  Result<void> stream(const std::string& target, const Connection::Taken& taken);
  // With a fresh Idempotency-Key, which all repeats share. `body` may be empty.
  Result<HttpReply> change(const std::string& method, const std::string& target, Secret body = {},
                           std::string media = media_json);

  const ClientOptions& options() const { return options_; }

 private:
  struct Refused {
    Error error;
    bool passing;  // another try may be answered
  };
  template <class T>
  using Tried = Result<T, Refused>;

  using Exchange = std::function<Tried<HttpReply>(Connection&)>;

  Result<HttpReply> send(const HttpRequest& request);
  Result<HttpReply> repeat(const Exchange& exchange);
  Tried<HttpReply> try_once(const Exchange& exchange);
  Tried<Connection> connect();
  Tried<Connection> start();
  bool may_start(std::chrono::steady_clock::time_point now);
  bool interrupted() const { return options_.interrupted && options_.interrupted(); }
  Patience patience(std::chrono::milliseconds limit) const { return {limit, options_.interrupted}; }

  Server server_;
  ClientOptions options_;
  std::optional<Connection> connection_;
  bool served_ = false;  // some request was answered
  std::optional<std::chrono::steady_clock::time_point> down_since_;
  std::optional<pid_t> daemon_;  // that we started; it outlives us
};

}  // namespace rft::client
