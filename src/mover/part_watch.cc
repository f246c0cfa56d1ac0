#include "mover/part_watch.h"

#include "mover/gridftp.h"

namespace rft::mover {

void PartWatch::stop() {
  stopped_ = true;
  interrupt_.raise(Interrupt::Why::stop);
}

awaitable<void> PartWatch::look(std::shared_ptr<PartWatch> watch, Pool& pool, SessionKey key,
                                std::string name) {
  auto session = co_await pool.borrow(key, Side::destination, &watch->interrupt_);
  if (!session) co_return;
  while (!watch->stopped_) {
    co_await wait_any(boot_now() + size_poll_interval, &watch->interrupt_.changed);
    if (watch->stopped_) break;
    const auto standing = co_await look_at(**session, name, Doing::move);
    if (!standing) co_return;
    if (*standing && (*standing)->facts.size > watch->size_) {
      watch->size_ = (*standing)->facts.size;
      watch->changed_.notify();
    }
  }
  pool.give_back(key, std::move(*session));
}

}  // namespace rft::mover
