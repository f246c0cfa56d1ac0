// What a work waits for between two steps.
#pragma once
#include "mover/protocol.h"
#include "mover/work.h"

namespace rft::mover {

// Until rftd has saved all that was said. Faults: cut, when interrupted.
awaitable<Outcome<void>> wait_until_saved(const WorkPorts& ports, Interrupt& interrupt);

// Until `is_ordered`, about which `ordered` is notified, and enough of the lease is left. The
// sessions are kept: verifying and publishing are on one unbroken session. Faults: cut, when
// interrupted; those of the sessions.
awaitable<Outcome<void>> wait_for_publish(BothSides& sides, const WorkPorts& ports,
                                          Interrupt& interrupt, Signal& ordered,
                                          std::function<bool()> is_ordered);

}  // namespace rft::mover
