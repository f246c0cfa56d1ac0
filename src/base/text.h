// Bounded parsing of text that comes from outside.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rft {

// Decimal digits alone, no sign, no blanks; nothing on overflow.
std::optional<std::uint64_t> parse_number(std::string_view digits);

// "%41" -> "A"; nothing where an escape is cut short or not hexadecimal.
std::optional<std::string> percent_decode(std::string_view text);

std::string to_lower(std::string_view text);  // ASCII only
bool equals_ignoring_case(std::string_view a, std::string_view b);

// Length of the well-formed UTF-8 sequence (RFC 3629) at the start of `bytes`, which are some; 0
// where there is none.
std::size_t utf8_length(std::string_view bytes);

// Text for people: control characters and bytes that are not UTF-8 become \xNN, and what is longer
// than `most` bytes is cut with "...".
std::string printable(std::string_view bytes, std::size_t most);

std::string base64(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);  // padded, nothing else in it
std::string base64url(std::string_view bytes);                    // without padding, RFC 4648 5
std::string hex(std::string_view bytes);                          // lower case
std::optional<std::string> hex_decode(std::string_view text);

std::string sha256(std::string_view bytes);  // 32 bytes

}  // namespace rft
