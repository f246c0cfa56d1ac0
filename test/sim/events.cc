#include "sim/events.h"

#include <algorithm>

namespace rft::sim {

Events::Ticket Events::at(Instant when, Happening happening) {
  const Ticket ticket{std::max(when, now_), ++planned_count_};
  planned_.emplace(ticket, std::move(happening));
  return ticket;
}

bool Events::step() {
  if (planned_.empty()) return false;
  auto first = planned_.extract(planned_.begin());
  now_ = first.key().first;
  ++steps_;
  first.mapped()();
  return true;
}

}  // namespace rft::sim
