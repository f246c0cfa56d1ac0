// One HTTP/1.1 connection over a Unix socket (RFC 9112). Every wait has a limit.
#pragma once
#include <boost/system/error_code.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace rft::client {

inline constexpr std::size_t reply_header_max = 16 * 1024;
inline constexpr std::size_t reply_body_max = 64 * 1024 * 1024;
// How often `interrupted` is asked while something is awaited.
inline constexpr std::chrono::milliseconds interrupt_interval{100};

inline constexpr const char* media_json = "application/json";
inline constexpr const char* media_lines = "application/x-ndjson";

struct HttpRequest {
  std::string method;
  std::string target;
  Secret body{};  // a credential may be in it
  std::string idempotency_key{};
  std::string media = media_json;  // of the body
};

struct HttpReply {
  unsigned status = 0;
  std::string body;
};

// How long to wait, and who may end it before.
struct Patience {
  std::chrono::milliseconds limit;
  std::function<bool()> interrupted;
};

// Returns when the time is over (true) or `interrupted` says so (false).
bool pause(const Patience& patience);

class Connection {
 public:
  // The error is the system's errno: ENOENT and ECONNREFUSED where nobody listens.
  static Result<Connection, int> open(const std::string& socket, const Patience& patience);
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  // After an error, and after a reply that ends the connection, is_open() is false and no other
  // request may be made. The error tells in words what happened to the connection.
  Result<HttpReply, std::string> exchange(const HttpRequest& request, const Patience& patience);
  // The same for a body of any length: that of a yes goes to `taken` in pieces, each awaited for as
  // long as `patience` says; that of a refusal is in the reply.
  using Taken = std::function<void(std::string_view)>;
  Result<HttpReply, std::string> stream(const HttpRequest& request, const Patience& patience,
                                        const Taken& taken);
  bool is_open() const;

 private:
  struct Socket;
  explicit Connection(std::unique_ptr<Socket> socket);
  boost::system::error_code send(const HttpRequest& request, const Patience& patience);
  std::unique_ptr<Socket> socket_;
};

}  // namespace rft::client
