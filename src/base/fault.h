// Fault: what went wrong with a transfer, at which side, and what we were doing.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rft {

enum class Remedy : std::uint8_t { again, afresh, hold, never };

// Why a committed transfer does not move. `stopping` is the one hold of an active transfer.
enum class Hold : std::uint8_t {
  none,
  turn,              // others go first
  back_off,          // a try failed; the next starts at not_before
  endpoint_down,     // the breaker of an endpoint is open
  credential,        // a credential is missing, expired or refused
  space,             // the destination is full
  destination_busy,  // another transfer of ours publishes under the same name
  others,            // proven, and published when all files of its request are (all_or_none)
  paused,            // by an operator
  limit,             // an administrator's limit leaves no room now
  stopping,          // the user asked; the mover has not confirmed yet
};

enum class FaultCode : std::uint8_t {
#define RFT_FAULT(word, remedy, hold, sentence) word,
#include "base/faults.def"
#undef RFT_FAULT
};

struct FaultEntry {
  FaultCode code;
  std::string_view word;
  Remedy remedy;
  Hold hold;  // what a fault with remedy `hold` waits for
  std::string_view sentence;
};

const FaultEntry& entry(FaultCode code);

enum class Side : std::uint8_t { none, source, destination, both };

enum class Doing : std::uint8_t {
  nothing,
  connect,
  login,
  features,
  look,
  list,
  make_parents,
  adopt,
  move,
  verify,
  preserve,  // modes and times
  publish,
  remove,
};

struct Fault {
  FaultCode code = FaultCode::internal;
  Side side = Side::none;
  Doing doing = Doing::nothing;
  std::string reply;   // the server's own words, bounded to 2,000 bytes
  std::string detail;  // ours, where the sentence of the code does not say it all
  bool operator==(const Fault&) const = default;
};

std::string_view word(FaultCode code);
std::string_view word(Remedy remedy);
std::string_view word(Hold hold);
std::string_view word(Side side);
std::string_view word(Doing doing);
std::optional<FaultCode> fault_code_of(std::string_view word);
std::optional<Hold> hold_of(std::string_view word);
std::optional<Side> side_of(std::string_view word);
std::optional<Doing> doing_of(std::string_view word);

// "no_such_file at the source while look: there is no such file (550 ...)"
std::string sentence(const Fault& fault);

}  // namespace rft
