// The decisions of a flow, without its conversations.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

#include "base/fault.h"
#include "base/ranges.h"
#include "base/time.h"
#include "ftp/marker.h"

namespace rft::mover {

// The largest ranges whose text is not longer than `text_max`.
RangeSet largest_ranges(const RangeSet& there, std::size_t text_max);

// As it came or, where it has more ranges than that, the larger half of them: what a server claims
// must fit into a word to rftd, and cutting it must not be the work of every marker.
inline constexpr std::size_t confirmed_ranges_max = 4096;
RangeSet bounded(RangeSet confirmed);

// What lies at or beyond `bytes`.
RangeSet without_front(const RangeSet& there, std::uint64_t bytes);

// Of the faults of two sides of one flow, the one that tells why: a reason of its own before a lost
// connection, that before a refusal without a reason, and last that the data channel failed, which
// is what every other fault looks like from across. Equal ones: the first.
const Fault& more_telling(const Fault& first, const Fault& second);
bool has_own_reason(const Fault& fault);

// How far one side of a pipeline came, and why no further.
struct Course {
  std::size_t arrived = 0;  // files that it said 226 to, up to its fault
  std::optional<Fault> fault{};
  bool refused = false;  // the file behind those, and went on; else the side broke
};

// The side whose fault is the reason why the first file that has not arrived at both did not; null:
// neither's is, as yet. A file further on that is refused is the reason of nothing in front of it.
const Course* telling(const Course& source, const Course& destination);

// Of so many waiting files the one that is sent first. Each epoch has another, spread over all of
// them within the tries of a transfer: a row of files that are refused does not stand before the
// same others for ever. Where one epoch gets through such a row, they stay in order.
std::size_t first_of_epoch(std::uint32_t epoch, std::size_t files);

// How long a checksum may take where the server shows no life meanwhile.
Duration checksum_limit(std::uint64_t size);

// How far a server says it has come. Only what is more than before counts, and nothing beyond the
// end: a server that claims progress for ever stalls.
class Progress {
 public:
  explicit Progress(std::uint64_t end) : end_(end) {}
  bool reaches(std::uint64_t bytes);
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t end_;
  std::uint64_t bytes_ = 0;
};

// The same by performance markers: each speaks of one stripe.
class StripedProgress {
 public:
  explicit StripedProgress(std::uint64_t end) : sum_(end), end_(end) {}
  bool reaches(const ftp::Performance& said);
  std::uint64_t bytes() const { return sum_.bytes(); }

 private:
  std::map<std::uint64_t, std::uint64_t> by_stripe_;
  Progress sum_;
  std::uint64_t end_;
};

// Bytes a second over the last few markers.
class RateMeter {
 public:
  void add(Instant at, std::uint64_t bytes);
  std::uint64_t rate() const;

 private:
  struct Sample {
    Instant at;
    std::uint64_t bytes;
  };
  std::deque<Sample> samples_;
};

// When the last byte moved, and whether that is too long ago.
class Watchdog {
 public:
  Watchdog(Instant now, Duration limit) : last_(now), limit_(limit) {}
  void moved(Instant now) { last_ = now; }
  Instant due() const { return last_ + limit_; }
  bool is_over(Instant now) const { return now >= due(); }

 private:
  Instant last_;
  Duration limit_;
};

}  // namespace rft::mover
