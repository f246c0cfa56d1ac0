#include "mover/name_bytes.h"

#include <algorithm>

namespace rft::mover {
namespace {

// As seen at a GCT server: of the controls it lets 0x07 to 0x0D pass.
bool is_cut_at(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value < 0x07 || (value > 0x0D && value < 0x20) || value >= 0x7F;
}

}  // namespace

// Extended mode is the mark of a GridFTP server.
NameBytes name_bytes_of(const Session& session) {
  if (session.gsi) return NameBytes::any;
  return session.features.mode_e ? NameBytes::printable : NameBytes::not_ff;
}

std::string_view why_unsafe(NameBytes carried, std::string_view name) {
  constexpr std::string_view breaks_a_line("\r\n\0", 3);
  if (name.find_first_of(breaks_a_line) != name.npos) {
    return "the name holds CR, LF or NUL, which no command can carry";
  }
  if (carried == NameBytes::any) return {};
  if (carried == NameBytes::not_ff) {
    if (name.find('\xFF') == name.npos) return {};
    return "a name with the byte 0xFF is safe only over gsiftp";
  }
  if (std::none_of(name.begin(), name.end(), is_cut_at)) return {};
  return "a GridFTP server takes a name with other bytes than printable ASCII only over gsiftp; in "
         "clear it would cut the name there";
}

}  // namespace rft::mover
