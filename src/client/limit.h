// Limits of the service, as librft sets and reads them. Part of client/rft.h.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rft {

// Each where it is bounded: transfers, data streams and control sessions at once; bytes a second.
struct LimitBounds {
  std::optional<std::uint64_t> transfers = {}, streams = {}, sessions = {}, rate = {};
  bool operator==(const LimitBounds&) const = default;
};

// Hours in which other bounds hold: "mon-fri", "08:00" to "18:00".
struct LimitHours {
  std::string days, from, to;
  LimitBounds bounds;
};

struct LimitSpec {
  LimitBounds bounds;  // outside of all hours that are named
  std::vector<LimitHours> windows;
  std::string zone;  // whose hours: UTC (also where empty) or local, the service's
  std::optional<std::uint64_t> share = {};  // of an owner
};

struct StoredLimit {
  std::string scope;
  LimitSpec spec;
  std::string set_at, set_by;
  LimitBounds now;    // what holds now, and
  std::string until;  // RFC 3339: when something else will; empty: nothing else
  LimitBounds used;   // what runs in the scope; never a rate
  std::string json;
};

}  // namespace rft
