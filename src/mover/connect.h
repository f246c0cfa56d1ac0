// A TCP connection to an endpoint: its name looked up, each of its addresses tried in turn.
#pragma once
#include <boost/asio/ip/tcp.hpp>

#include "base/url.h"
#include "mover/async.h"

namespace rft::mover {

// Faults: unknown_host, unreachable (with what the last address said); `cut` when interrupted.
awaitable<Outcome<asio::ip::tcp::socket>> connect(Endpoint endpoint, Side side,
                                                  Interrupt* interrupt);

}  // namespace rft::mover
