// Which bytes of a name reach a server as they are.
#pragma once
#include <string_view>

#include "mover/session.h"

namespace rft::mover {

enum class NameBytes : std::uint8_t {
  any,        // what is protected is no Telnet and passes whole
  not_ff,     // 0xFF is Telnet's (RFC 854), and servers differ in undoing it
  printable,  // GCT cuts a clear command at its first byte that is not ASCII, or a control, and
              // says yes: another file would be read or written
};

NameBytes name_bytes_of(const Session& session);

// Why the name would become another on its way; empty: it does not. A literal.
std::string_view why_unsafe(NameBytes carried, std::string_view name);

}  // namespace rft::mover
