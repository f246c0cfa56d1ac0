#include "api/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace rft::api {
namespace {

// Label values are words and patterns of our own: nothing in them needs an escape.
class Page {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    fmt::format_to(std::back_inserter(text_), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
  }
  template <class Number>
  void sample(std::string_view name, std::string_view labels, Number value) {
    fmt::format_to(std::back_inserter(text_), "{}{}{}{} {}\n", name, labels.empty() ? "" : "{",
                   labels, labels.empty() ? "" : "}", value);
  }
  template <class Number>
  void single(std::string_view name, std::string_view type, std::string_view help, Number value) {
    family(name, type, help);
    sample(name, "", value);
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

void add_transfers(Page& page, const Figures& figures) {
  page.family("rft_transfers", "gauge", "Transfers in the database, by status.");
  for (const Status status : {Status::inactive, Status::committed, Status::active, Status::done,
                              Status::failed, Status::user_stop_partial_trans}) {
    const auto found = figures.by_status.find(status);
    page.sample("rft_transfers", fmt::format("status=\"{}\"", word(status)),
                found == figures.by_status.end() ? 0 : found->second);
  }
  page.single("rft_waiting", "gauge", "Committed transfers that wait.", figures.totals.waiting);
  page.single("rft_active", "gauge", "Transfers that a mover works on.", figures.totals.active);
  page.single("rft_movers", "gauge", "Mover processes.", figures.totals.movers);
  page.single("rft_stale_words_total", "counter",
              "Words of movers that changed nothing, being of an older epoch or heard before.",
              figures.totals.stale_words);
  page.single("rft_saves_failed_total", "counter", "Saves that the store refused.",
              figures.totals.saves_failed);
  page.single("rft_store_commits_total", "counter", "Transactions of the database: one fsync each.",
              figures.totals.store.commits);
  page.single("rft_store_cpu_seconds_total", "counter", "CPU time of the database's thread.",
              static_cast<double>(figures.totals.store.cpu.count()) / 1000);
  page.family("rft_faults_total", "counter", "Faults of transfers since the start, by code.");
  for (const auto& [code, count] : figures.faults) {
    page.sample("rft_faults_total", fmt::format("code=\"{}\"", word(code)), count);
  }
}

void add_requests(Page& page, const RequestMeter& meter) {
  page.family("rft_http_requests_total", "counter", "Requests answered, by route and status.");
  for (const auto& [key, count] : meter.requests()) {
    page.sample("rft_http_requests_total",
                fmt::format("route=\"{}\",status=\"{}\"", key.first, key.second), count);
  }
  const auto& durations = meter.durations();
  constexpr std::string_view name = "rft_http_request_duration_seconds";
  page.family(name, "histogram", "From a whole request to the first of its answer.");
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < RequestMeter::bounds.size(); ++i) {
    sum += durations.buckets[i];
    page.sample(fmt::format("{}_bucket", name),
                fmt::format("le=\"{}\"", static_cast<double>(RequestMeter::bounds[i]) / 1000), sum);
  }
  page.sample(fmt::format("{}_bucket", name), "le=\"+Inf\"", durations.count);
  page.sample(fmt::format("{}_sum", name), "",
              static_cast<double>(durations.sum_milliseconds) / 1000);
  page.sample(fmt::format("{}_count", name), "", durations.count);
}

}  // namespace

void RequestMeter::answered(std::string_view route, int status, Duration took) {
  ++requests_[{std::string(route), status}];
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), took.count());
  ++durations_.buckets[static_cast<std::size_t>(bucket - bounds.begin())];
  ++durations_.count;
  durations_.sum_milliseconds += took.count();
}

std::string metrics_text(const Figures& figures, const RequestMeter& meter) {
  Page page;
  page.family("rft_build_info", "gauge", "The version that runs.");
  page.sample("rft_build_info", "version=\"" RFT_VERSION "\"", 1);
  add_transfers(page, figures);
  page.single("rft_event_streams", "gauge", "Clients that listen to events.",
              figures.event_streams);
  page.single("rft_batches", "gauge", "Batches that are being taken in.", figures.batches);
  add_requests(page, meter);
  return std::move(page).text();
}

}  // namespace rft::api
