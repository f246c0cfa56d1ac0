#include "core/share.h"

#include <algorithm>

namespace rft {

double ServedTimes::floor_of(const LimitScope& scope) const {
  const auto found = floors_.find(scope);
  return found == floors_.end() ? 0 : found->second;
}

double ServedTimes::of(const std::string& owner, const LimitScope& scope) const {
  const auto found = times_.find({scope, owner});
  return std::max(floor_of(scope), found == times_.end() ? 0 : found->second);
}

void ServedTimes::admitted(const std::string& owner, const LimitScope& scope,
                           std::uint32_t weight) {
  if (times_.size() >= owners_in_scopes_max) {
    times_.clear();
    floors_.clear();
  }
  const double begun = of(owner, scope);
  floors_[scope] = begun;
  times_[{scope, owner}] = begun + 1.0 / weight;
}

}  // namespace rft
