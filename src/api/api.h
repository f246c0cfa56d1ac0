// The REST API: finds the route of a request, checks what all routes share, and counts.
#pragma once
#include <functional>
#include <map>
#include <string>

#include "api/credential_book.h"
#include "api/endings.h"
#include "api/events.h"
#include "api/http.h"
#include "api/metrics.h"
#include "api/places.h"
#include "api/routes.h"
#include "engine/engine.h"

namespace rft::api {

inline constexpr std::size_t batches_per_owner_max = 4;
inline constexpr std::size_t batches_max = 32;
// That are being read: each holds a chunk of lines.
inline constexpr std::size_t receipts_per_owner_max = 4;
inline constexpr std::size_t receipts_max = 16;

// One thread: the engine's. It outlives the server that asks it. Whoever makes it gives it to the
// engine as its listener.
class Api : public Service, public Listener {
 public:
  struct Ports {
    Engine& engine;
    Store& store;
    Clock& clock;
    CredentialBook& credentials;
    std::string instance;
    std::function<bool()> ready;  // the store is open and the engine has started
    After after;
    std::function<Result<receipt::SigningKey>()> service_key;
  };
  explicit Api(Ports ports);
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  bool streams_body(const HttpRequest& head) const override;
  void answer(const Peer& peer, HttpRequest request, Then then) override;
  void happened(const Event& event) override;

 private:
  EventHub events_;
  Endings endings_;
  RequestMeter meter_;
  Places batches_{batches_per_owner_max, batches_max};
  Places receipts_{receipts_per_owner_max, receipts_max};
  std::map<FaultCode, std::uint64_t> faults_;
  World world_;
};

}  // namespace rft::api
