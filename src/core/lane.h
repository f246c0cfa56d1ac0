// Lane: what waiting transfers share that a limit or a gate speaks of: owner, link and credentials.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "base/url.h"
#include "base/uuid.h"

namespace rft {

struct LaneKey {
  std::string owner;
  Endpoint source, destination;
  std::optional<Uuid> source_credential, destination_credential;
  bool bundles = false;  // many files at once: few of them fill a link
  auto operator<=>(const LaneKey&) const = default;
};

struct Transfer;

// The lane of a part among those of its whole, as rows tell it: it never changes. Of 16 bits, so
// that a whole has few of them; two lanes that are alike by chance are read as one.
using LaneNumber = std::uint16_t;
LaneNumber lane_number(const Transfer& part);

}  // namespace rft
