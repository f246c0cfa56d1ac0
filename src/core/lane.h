// Lane: what waiting transfers share that a limit or a gate speaks of: owner, link and credentials.
#pragma once
#include <compare>
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

}  // namespace rft
