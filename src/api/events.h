// The event stream (SSE): what happens is pushed to those who listen, each to its own owner's.
//
// A subscription is either live, then each event is pushed as it happens, or behind, then it reads
// pages from the store whenever its reader has taken what waits. One that resumes begins behind;
// one whose reader is too slow falls behind. So what waits for a reader is bounded, and nothing is
// lost.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "api/body_stream.h"
#include "base/time.h"
#include "engine/ports.h"

namespace rft::api {

inline constexpr std::size_t events_waiting_max = 256 * 1024;  // bytes a live reader may be behind
inline constexpr std::uint32_t events_page = 256;

class EventHub {
 public:
  explicit EventHub(Store& store) : store_(store) {}
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  struct Wanted {
    std::string owner;
    std::string handle;                 // empty: of all handles
    std::optional<std::int64_t> after;  // none: from now on
  };
  // It ends when it is let go of. The hub outlives its subscriptions.
  std::shared_ptr<BodyStream> subscribe(Wanted wanted);
  void happened(const Event& event);
  std::size_t subscriptions() const { return subscriptions_.size(); }

 private:
  class Subscription;
  Store& store_;
  std::set<Subscription*> subscriptions_;
};

}  // namespace rft::api
