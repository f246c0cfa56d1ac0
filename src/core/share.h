// Shares: who had how much of what is contended, for its weight. A value.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "core/limit.h"

namespace rft {

// Virtual time of each owner in each scope: one more for its weight with each admission. Who was
// away comes back at the time of who was admitted last: nothing is saved up.
class ServedTimes {
 public:
  void admitted(const std::string& owner, const LimitScope& scope, std::uint32_t weight);
  double of(const std::string& owner, const LimitScope& scope) const;
  std::size_t size() const { return times_.size(); }

  // Beyond it all is forgotten, and turns begin anew.
  static constexpr std::size_t owners_in_scopes_max = 100'000;

 private:
  double floor_of(const LimitScope& scope) const;

  std::map<std::pair<LimitScope, std::string>, double> times_;
  std::map<LimitScope, double> floors_;  // of who was admitted last, before that
};

}  // namespace rft
