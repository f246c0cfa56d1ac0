#include "mover/flow_rules.h"

#include <algorithm>

#include "ftp/address.h"
#include "mover/limits.h"

namespace rft::mover {
namespace {

constexpr std::size_t rate_samples = 5;
constexpr double rate_max = 1e15;  // bytes a second; a double holds it exactly

int weight(FaultCode code) {
  switch (code) {
    case FaultCode::data_channel_failed:
      return 0;
    case FaultCode::server_refused:
      return 1;
    case FaultCode::cut:
    case FaultCode::stalled:
      return 2;
    default:
      return 3;
  }
}

bool tells(const Course& side, std::size_t moved) {
  return side.fault && (!side.refused || side.arrived == moved);
}

}  // namespace

RangeSet largest_ranges(const RangeSet& there, std::size_t text_max) {
  if (there.text().size() <= text_max) return there;
  std::vector<Range> by_size = there.ranges();
  std::stable_sort(by_size.begin(), by_size.end(), [](const Range& a, const Range& b) {
    return a.end - a.begin > b.end - b.begin;
  });
  RangeSet kept;
  std::size_t length = 0;
  for (const Range& range : by_size) {
    length += RangeSet{range}.text().size() + 1;
    if (length > text_max) break;
    kept.add(range);
  }
  return kept;
}

RangeSet bounded(RangeSet confirmed) {
  if (confirmed.ranges().size() <= confirmed_ranges_max) return confirmed;
  std::vector<Range> kept = confirmed.ranges();
  const auto end = kept.begin() + confirmed_ranges_max / 2;
  std::nth_element(kept.begin(), end, kept.end(), [](const Range& a, const Range& b) {
    return a.end - a.begin > b.end - b.begin;
  });
  RangeSet larger;
  for (auto range = kept.begin(); range != end; ++range) larger.add(*range);
  return larger;
}

RangeSet without_front(const RangeSet& there, std::uint64_t bytes) {
  RangeSet rest;
  for (const Range& range : there.ranges()) rest.add({std::max(range.begin, bytes), range.end});
  return rest;
}

bool has_own_reason(const Fault& fault) {
  return weight(fault.code) == 3;
}

const Fault& more_telling(const Fault& first, const Fault& second) {
  return weight(second.code) > weight(first.code) ? second : first;
}

const Course* telling(const Course& source, const Course& destination) {
  const std::size_t moved = std::min(source.arrived, destination.arrived);
  if (!tells(source, moved)) return tells(destination, moved) ? &destination : nullptr;
  if (!tells(destination, moved)) return &source;
  const Fault& more = more_telling(*source.fault, *destination.fault);
  return &more == &*source.fault ? &source : &destination;
}

std::size_t first_of_epoch(std::uint32_t epoch, std::size_t files) {
  constexpr std::size_t tries = 20;  // design 5.12
  if (epoch == 0 || files <= unexplained_refusals_max) return 0;
  const std::size_t step = std::max<std::size_t>(unexplained_refusals_max, files / tries);
  return (epoch - 1) % files * step % files;
}

Duration checksum_limit(std::uint64_t size) {
  return checksum_base_limit + Duration(size / (checksum_bytes_per_second / 1000));
}

bool Progress::reaches(std::uint64_t bytes) {
  const std::uint64_t before = bytes_;
  bytes_ = std::max(bytes_, std::min(bytes, end_));
  return bytes_ > before;
}

bool StripedProgress::reaches(const ftp::Performance& said) {
  if (said.stripe >= ftp::stripes_max) return false;
  by_stripe_[said.stripe] = std::min(said.bytes, end_);
  std::uint64_t sum = 0;
  for (const auto& [stripe, bytes] : by_stripe_) sum += bytes;
  return sum_.reaches(sum);
}

void RateMeter::add(Instant at, std::uint64_t bytes) {
  samples_.push_back({at, bytes});
  if (samples_.size() > rate_samples) samples_.pop_front();
}

std::uint64_t RateMeter::rate() const {
  if (samples_.size() < 2) return 0;
  const std::chrono::duration<double> time = samples_.back().at - samples_.front().at;
  if (time.count() <= 0) return 0;
  const auto bytes = static_cast<double>(samples_.back().bytes - samples_.front().bytes);
  return static_cast<std::uint64_t>(std::min(bytes / time.count(), rate_max));
}

}  // namespace rft::mover
