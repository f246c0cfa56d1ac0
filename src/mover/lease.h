// Lease: until when the mover may work. Pure; `now` is of CLOCK_BOOTTIME, so that a machine that
// slept has used its lease up.
#pragma once
#include <algorithm>

#include "base/time.h"
#include "mover/limits.h"

namespace rft::mover {

class Lease {
 public:
  explicit Lease(Instant born) : ends_(born + first_lease) {}
  // The newest grant holds, also where it is shorter; after the end nothing brings it back.
  void renew(Instant now, Duration length) {
    if (!is_over(now)) ends_ = now + length;
  }
  void end_at(Instant now) { ends_ = std::min(ends_, now); }
  bool is_over(Instant now) const { return now >= ends_; }
  bool may_publish(Instant now) const { return ends_ - now >= publish_reserve; }
  Instant ends() const { return ends_; }

 private:
  Instant ends_;
};

}  // namespace rft::mover
