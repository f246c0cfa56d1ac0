// The machine's clocks and fresh ids, behind the engine's port.
#pragma once
#include "engine/ports.h"

namespace rft {

class SystemClock final : public Clock {
 public:
  Now now() override;
  Uuid fresh_id() override;
  Duration local_offset(WallTime at) override;
};

// Since the machine booted, suspended time included (CLOCK_BOOTTIME).
Instant boot_now();
WallTime wall_now();

}  // namespace rft
