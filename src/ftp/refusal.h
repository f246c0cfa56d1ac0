// What a negative reply means: machine-readable words first, then the text, then the code.
#pragma once
#include "base/fault.h"
#include "ftp/reply.h"

namespace rft::ftp {

// Takes 4xx and 5xx replies. What we were doing and where decides what a missing name is: RETR of a
// file that is not there is no_such_file, STOR into a folder that is not there is no_such_folder,
// and a part that we knew is part_missing. MKD of a folder that is there is destination_exists. The
// fault holds the reply's text.
Fault refusal(const Reply& reply, Doing doing, Side side);

// server_refused, by a reply that says not to ask again: RFC 959 section 4.2.1, 5yz.
bool is_permanent(const Fault& refused);

}  // namespace rft::ftp
