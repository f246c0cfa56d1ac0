#include "mover/waiting.h"

#include "mover/limits.h"

namespace rft::mover {

awaitable<Outcome<void>> wait_until_saved(const WorkPorts& ports, Interrupt& interrupt) {
  ports.hurry();
  while (!ports.all_saved()) {
    if (interrupt) co_return fault(FaultCode::cut, Side::none, Doing::adopt);
    co_await wait_any(boot_now() + keep_alive_interval, ports.saved, &interrupt.changed);
  }
  co_return Outcome<void>();
}

awaitable<Outcome<void>> wait_for_publish(BothSides& sides, const WorkPorts& ports,
                                          Interrupt& interrupt, Signal& ordered,
                                          std::function<bool()> is_ordered) {
  Instant next = boot_now() + keep_alive_interval;
  for (;;) {
    if (interrupt) co_return fault(FaultCode::cut, Side::none, Doing::publish);
    if (is_ordered() && ports.may_publish()) co_return Outcome<void>();
    if (boot_now() >= next) {
      const auto alive = co_await sides.keep_alive();
      if (!alive) co_return failed(alive);
      next = boot_now() + keep_alive_interval;
    }
    co_await wait_any(next, &ordered, &interrupt.changed, ports.lease_changed);
  }
}

}  // namespace rft::mover
