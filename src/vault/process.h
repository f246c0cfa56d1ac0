// What a process that holds credentials and many connections asks of the machine when it begins.
#pragma once

namespace rft::vault {

// No core and no debugger of the same user: credentials are in this memory (P12). Files are for us
// alone unless said otherwise.
void close_the_shutters();

// As many descriptors as the machine grants us: the usual soft limit of 1,024 is that of programs
// that call select(), and each session is one.
void take_all_descriptors();

}  // namespace rft::vault
