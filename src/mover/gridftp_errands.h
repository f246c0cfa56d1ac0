// Errands beside the moves: removing a part that nobody wants any more, trying a log-in.
#pragma once
#include <optional>

#include "mover/pool.h"
#include "wire/message.h"

namespace rft::mover {

// A part that is not there is as good as removed.
awaitable<std::optional<Fault>> remove_parts(Pool& pool, RemoveOrder order, Interrupt* interrupt);
// A new log-in, for a warm session proves nothing about the next one.
awaitable<std::optional<Fault>> probe(Pool& pool, ProbeOrder order, Interrupt* interrupt);

}  // namespace rft::mover
