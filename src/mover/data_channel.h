// The data channel between two servers: where the receiver listens, and what two sessions have
// open.
#pragma once
#include "ftp/address.h"
#include "mover/session.h"

namespace rft::mover {

// PASV or EPSV. Faults: a refusal; protocol_broken; forbidden_address for one that is not its own.
awaitable<Outcome<ftp::DataAddress>> listen_for_data(ControlConnection& receiver);

// Whether a channel of so many streams is open from the one to the other.
bool have_channel(const Session& source, const Session& destination, unsigned streams);
void share_channel(Session& source, Session& destination, unsigned streams);

}  // namespace rft::mover
