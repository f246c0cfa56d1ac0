// Numbers as octets of seven bits, the least first; a set high bit says that more follow.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rft {

void append_varint(std::string& out, std::uint64_t value);
// Takes one from the front. Nothing where it is cut short or above 64 bits.
std::optional<std::uint64_t> take_varint(std::string_view& bytes);

}  // namespace rft
