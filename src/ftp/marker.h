// Markers: the 1xx replies that show how far a transfer or a checksum has come (GFD.20).
// They are hints, not proof (design 5.4): one that claims more than was sent still parses.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "base/fault.h"
#include "base/ranges.h"
#include "base/result.h"
#include "base/time.h"
#include "ftp/reply.h"

namespace rft::ftp {

inline constexpr std::size_t marker_ranges_max = 4096;

inline constexpr int range_marker = 111;
inline constexpr int performance_marker = 112;
inline constexpr int checksum_marker = 113;

struct Performance {
  WallTime at;                // the server's clock
  std::uint64_t stripe = 0;   // index, from 0
  std::uint64_t bytes = 0;    // written by this stripe since the transfer began
  std::uint64_t stripes = 1;  // how many there are
  bool operator==(const Performance&) const = default;
};

struct ChecksumProgress {
  std::uint64_t bytes = 0;
  bool operator==(const ChecksumProgress&) const = default;
};

// A range marker is the RangeSet of what became durable since the marker before it.
using Marker = std::variant<RangeSet, Performance, ChecksumProgress>;

inline bool is_marker(const Reply& reply) {
  return reply.code >= range_marker && reply.code <= checksum_marker;
}

// Takes replies for which is_marker() holds; protocol_broken where one cannot be read.
Result<Marker, Fault> marker_of(const Reply& reply);

}  // namespace rft::ftp
