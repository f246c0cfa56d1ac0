// What the server and the service behind it say to each other: HTTP as plain values.
// Everything here lives on one thread, the engine's.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/body_stream.h"
#include "core/call.h"

namespace rft::api {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;
  std::string target;  // as it came: path and query, percent-encoded
  Headers headers;     // names in lower case
  std::string body;

  // The first header of that name, given in lower case.
  std::optional<std::string_view> header(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  Headers headers;
  std::string body;
  std::shared_ptr<BodyStream> stream;  // in place of `body`: made while it is sent
  std::shared_ptr<BodyTaker> taker;    // takes the request's body while that comes
};

// What a peer may do; each includes the ones before it.
enum class Right : std::uint8_t {
  none,
  read,
  change,
  administer,  // what holds for all: whoever runs the service, and root
};

struct Peer {
  Caller caller;
  Right right = Right::none;
};

using Then = std::function<void(HttpResponse)>;

class Service {
 public:
  virtual ~Service() = default;
  // True: the body of this request is not to be read whole; the response's `taker` will have it.
  virtual bool streams_body(const HttpRequest& head) const = 0;
  // `then` is called once, perhaps from inside this call. The service outlives what it answers.
  virtual void answer(const Peer& peer, HttpRequest request, Then then) = 0;
};

}  // namespace rft::api
