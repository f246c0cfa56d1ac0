// What a failure of the security library means for a transfer. Pure; for the sources of this room.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/fault.h"

namespace rft::gsi {

inline constexpr std::size_t detail_length_max = 1000;

enum class Step : std::uint8_t { import_credential, handshake, message };

// Whose certificate failed, and why, stands only in the library's words. An alert was sent by the
// server about ours; anything else was found by us about the server's.
FaultCode classify(Step step, std::string_view words);

// The library's many-lined text as one line, printable and bounded.
std::string tidy(std::string_view words);

}  // namespace rft::gsi
