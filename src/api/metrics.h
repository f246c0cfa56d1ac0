// What is counted for Prometheus, and its text form (exposition format 0.0.4).
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/fault.h"
#include "base/time.h"
#include "core/life.h"
#include "engine/engine.h"

namespace rft::api {

class RequestMeter {
 public:
  // Upper bounds in milliseconds; one more bucket has what took longer.
  static constexpr std::array<std::int64_t, 8> bounds{1, 3, 10, 30, 100, 300, 1000, 10000};

  struct Histogram {
    std::array<std::uint64_t, bounds.size() + 1> buckets{};
    std::uint64_t count = 0;
    std::int64_t sum_milliseconds = 0;
  };

  // `route` is "METHOD pattern" of the table, so that no client can make new series.
  void answered(std::string_view route, int status, Duration took);

  const std::map<std::pair<std::string, int>, std::uint64_t>& requests() const { return requests_; }
  const Histogram& durations() const { return durations_; }

 private:
  std::map<std::pair<std::string, int>, std::uint64_t> requests_;
  Histogram durations_;
};

struct Figures {
  std::map<Status, std::uint64_t> by_status;
  std::map<FaultCode, std::uint64_t> faults;  // of events, since the start of the service
  Engine::Totals totals;
  std::size_t event_streams = 0;
  std::size_t batches = 0;
};
std::string metrics_text(const Figures& figures, const RequestMeter& meter);

}  // namespace rft::api
