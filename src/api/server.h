// The HTTP/1.1 server: connections, limits and time-outs. What a request means is the Service's.
#pragma once
#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "api/http.h"
#include "base/result.h"
#include "base/time.h"

namespace boost::asio {
class io_context;
}

namespace rft::api {

struct ServerLimits {
  std::size_t header_max = 16 * 1024;
  std::size_t body_max = 1 << 20;  // of a body that is not streamed
  std::size_t connections_per_uid = 256;
  std::size_t connections_max = 1024;
  Duration idle_max = 60s;            // without a request
  Duration request_within = 30s;      // from its first byte to its last; for streamed bodies from
                                      // one byte to the next
  Duration write_within = 30s;        // for a reader to take what is ready for it
  Duration sign_of_life_every = 15s;  // on a stream that has nothing to say
  Duration drain_within = 10s;        // for requests to end when the server stops
};

// Everything happens on the one thread that runs `io`.
class Server {
 public:
  Server(boost::asio::io_context& io, Service& service, ServerLimits limits = {});
  ~Server();  // the io_context has stopped, or stop() has called back
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Listens on the socket `folder`/`name`, made with `mode`. It is bound through the opened folder,
  // so no path is too long. What stands there is replaced: the caller owns the folder. A peer is
  // who the kernel says it is (SO_PEERCRED); it may do everything as its own owner, "uid:<n>".
  //   bad_state  it cannot be made, and why
  Result<void> listen(const std::string& folder, const std::string& name, mode_t mode);

  // Takes no more connections, lets requests that run end, ends the event streams; `then` when all
  // connections are gone, after drain_within at the latest. Removes the socket.
  void stop(std::function<void()> then);

  std::size_t connections() const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace rft::api
