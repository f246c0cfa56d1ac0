// The form of a receipt: JSON lines, each of which names the hash of the one before it, and a last
// one that is signed. docs/receipt.md states the bytes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/fault.h"
#include "base/time.h"

namespace rft::receipt {

inline constexpr std::uint64_t format_version = 1;
inline constexpr std::size_t line_max = 64 * 1024;  // bytes, with the LF

// With what the first line and the last one begin.
inline constexpr std::string_view header_begin = R"({"receipt":)";
inline constexpr std::string_view seal_begin = R"({"seal":)";
// Between what is signed and its signature, which ends the last line.
inline constexpr std::string_view signature_begin = R"(,"signature":")";
inline constexpr std::string_view signature_end = "\"}\n";

// What a receipt says of a file that a list of files says too: so it can be one.
struct Listed {
  std::string source;  // URLs; of a folder they end with '/'
  std::string destination;
  std::string status;  // waiting | done | failed | skipped
  std::optional<std::uint64_t> size;
  std::string checksum;    // ALGORITHM:hex; empty: none was compared
  bool is_folder = false;  // one of which nothing is moved; it was made
  bool operator==(const Listed&) const = default;
};

struct File : Listed {
  std::string verdict;  // verified | size_only | not_verified | none
  bool adopted = false;
  std::uint32_t attempts = 0;  // of the bundle that the file was moved in, where it was in one
  std::optional<WallTime> started_at;  // the same
  std::optional<WallTime> finished_at;
  std::optional<Fault> fault;
};

struct Totals {
  std::uint64_t files = 0;
  std::uint64_t waiting = 0, done = 0, failed = 0, skipped = 0;
  std::uint64_t bytes_done = 0;
  bool operator==(const Totals&) const = default;

  // False where there is no such status.
  bool count(const Listed& file);
};

// SHA-256 of a line with its LF, as the next one names it.
std::string line_hash(std::string_view line);

}  // namespace rft::receipt
