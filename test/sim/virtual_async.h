// The waiting of mover/async.h in the time of a world: the tasks of simulated movers are the real
// ones, compiled against this. Each mover process has an io_context of its own; destroying it is
// kill -9.
#pragma once
#include <boost/asio/io_context.hpp>

#include "sim/events.h"

namespace rft::sim {

// Whose time boot_now() and wait_any() mean from now on, on this thread.
void live_in(Events& events);

// Something of this process may go on.
void wake(boost::asio::io_context& process);
// Lets all that are awake go on until all wait again.
void run_awake();
// A frozen process does not go on; what wakes it meanwhile is remembered.
void freeze(boost::asio::io_context& process);
void thaw(boost::asio::io_context& process);
// It is about to be destroyed.
void bury(boost::asio::io_context& process);

}  // namespace rft::sim
