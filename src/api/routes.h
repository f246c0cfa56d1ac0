// The table of routes: the one list of what the API offers. The dispatcher, the counters and the
// OpenAPI document are all made from it.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/credential_book.h"
#include "api/endings.h"
#include "api/events.h"
#include "api/http.h"
#include "api/metrics.h"
#include "api/places.h"
#include "api/target.h"
#include "engine/engine.h"
#include "receipt/key.h"

namespace rft::api {

// All that route functions reach. Everything outlives the requests.
struct World {
  Engine& engine;
  Store& store;
  Clock& clock;
  CredentialBook& credentials;
  EventHub& events;
  Endings& endings;
  RequestMeter& meter;
  Places& batches;
  Places& receipts;
  std::map<FaultCode, std::uint64_t>& faults;
  std::string instance;
  std::function<bool()> ready;  // the store is open and the engine has read its work
  std::function<Result<receipt::SigningKey>()> service_key;  // made when it is first asked for
};

// One request as its function gets it.
struct Ask {
  Caller caller;
  HttpRequest request;
  Target target;
  std::vector<std::string> arguments;  // what stands for the {...} of the pattern
  std::string key;                     // Idempotency-Key; empty: none
  Right right = Right::none;           // the caller's
};

using RouteFunction = void (*)(World&, Ask, Then);

enum class Media : std::uint8_t { none, json, ndjson, event_stream, text };
std::string_view word(Media media);  // application/json, ...

struct QueryField {
  std::string_view name;
  std::string_view says;
};

struct Route {
  std::string_view method;
  std::string_view pattern;  // {name} stands for one segment
  Right right = Right::none;
  RouteFunction function = nullptr;
  std::string_view name = {};  // operationId
  std::string_view says = {};
  std::string_view request = {};  // its schema; empty: no body
  std::string_view answer = {};   // its schema; empty: no body, or text
  Media media = Media::json;      // of the answer, and of a body that is streamed
  std::vector<int> yes = {200};
  std::vector<QueryField> query = {};
  std::vector<Code> refusals = {};  // beside those that every route may give
  bool streams_body = false;

  bool changes() const { return right >= Right::change; }
};

const std::vector<Route>& routes();

struct Match {
  const Route* route;
  std::vector<std::string> arguments;
};
// HEAD is GET. method_not_allowed where only the method does not fit, else no_such_route.
Result<Match> match(std::string_view method, const std::vector<std::string>& path);
// The methods that a path takes, for the header Allow: "GET, HEAD, DELETE".
std::string allowed(const std::vector<std::string>& path);

}  // namespace rft::api
