// sd_notify(3) without the library: one datagram to the socket that NOTIFY_SOCKET names.
#pragma once
#include <string_view>

namespace rft {

// "READY=1", "STOPPING=1". Does nothing where nobody waits for it.
void notify_supervisor(std::string_view state);

}  // namespace rft
