// How long the choice of the next file takes with few and with many that wait, over 1,000 links of
// 10 owners. What was chosen goes out and another file comes in. Prints a table in Markdown.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "base/uuid.h"
#include "core/choose.h"

namespace {

constexpr int links = 1000;
constexpr int owners = 10;
constexpr int decisions = 5000;
constexpr double target = 1000;  // microseconds

rft::LaneKey lane_of(int n) {
  const std::string host = fmt::format("host{}.example.org", n % links);
  rft::LaneKey lane;
  lane.owner = fmt::format("uid:{}", n % owners);
  lane.source = {rft::Scheme::gsiftp, host, 2811};
  lane.destination = {rft::Scheme::gsiftp, "archive.example.org", 2811};
  return lane;
}

// Microseconds of each decision, sorted.
std::vector<double> measure(int waiting) {
  rft::WaitingQueue queue;
  int added = 0;
  const auto add = [&] {
    rft::Uuid file = rft::Uuid::v7(rft::WallTime{}, rft::random_bits());
    queue.add(lane_of(added), {0, added, file});
    ++added;
  };
  while (added < waiting) add();
  const auto admits = [](const rft::LaneKey&) { return true; };
  const auto fits = [](const rft::Uuid&) { return true; };
  const auto claim = [](const rft::LaneKey&) { return rft::Claim{}; };
  std::vector<double> took;
  for (int n = 0; n < decisions; ++n) {
    const auto begun = std::chrono::steady_clock::now();
    const auto next = queue.next(admits, fits, claim);
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begun;
    took.push_back(time.count());
    queue.remove(next.value());
    add();
  }
  std::sort(took.begin(), took.end());
  return took;
}

}  // namespace

int main() {
  fmt::print("| files that wait, over {} links | decisions | p50 | p99 | target |\n", links);
  fmt::print("|---|---|---|---|---|\n");
  double few = 0;
  for (const int waiting : {1000, 1'000'000}) {
    const std::vector<double> took = measure(waiting);
    const double p99 = took[took.size() * 99 / 100];
    if (few == 0) few = p99;
    const bool met = p99 <= target && p99 <= 2 * few;
    fmt::print("| {} | {} | {:.0f} us | {:.0f} us | 1 ms, twice the first: {} |\n", waiting,
               decisions, took[took.size() / 2], p99, met ? "met" : "MISSED");
  }
}
