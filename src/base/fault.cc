#include "base/fault.h"

#include <fmt/format.h>

#include <array>

#include "base/words.h"

namespace rft {
namespace {

constexpr std::array faults{
#define RFT_FAULT(word, remedy, hold, sentence) \
  FaultEntry{FaultCode::word, #word, Remedy::remedy, Hold::hold, sentence},
#include "base/faults.def"
#undef RFT_FAULT
};

constexpr std::array<std::string_view, 4> remedies{"again", "afresh", "hold", "never"};
constexpr std::array<std::string_view, 11> holds{
    "none",   "turn",   "back_off", "endpoint_down", "credential", "space", "destination_busy",
    "others", "paused", "limit",    "stopping"};
constexpr std::array<std::string_view, 4> sides{"none", "source", "destination", "both"};
constexpr std::array<std::string_view, 13> doings{
    "nothing", "connect", "login",  "features", "look",    "list",  "make_parents",
    "adopt",   "move",    "verify", "preserve", "publish", "remove"};

}  // namespace

const FaultEntry& entry(FaultCode code) {
  return faults[static_cast<std::size_t>(code)];
}

std::string_view word(FaultCode code) {
  return entry(code).word;
}
std::string_view word(Remedy remedy) {
  return word_of(remedy, remedies);
}
std::string_view word(Hold hold) {
  return word_of(hold, holds);
}
std::string_view word(Side side) {
  return word_of(side, sides);
}
std::string_view word(Doing doing) {
  return word_of(doing, doings);
}

std::optional<FaultCode> fault_code_of(std::string_view word) {
  for (const FaultEntry& entry : faults) {
    if (entry.word == word) return entry.code;
  }
  return std::nullopt;
}
std::optional<Hold> hold_of(std::string_view word) {
  return enumerator_of<Hold>(word, holds);
}
std::optional<Side> side_of(std::string_view word) {
  return enumerator_of<Side>(word, sides);
}
std::optional<Doing> doing_of(std::string_view word) {
  return enumerator_of<Doing>(word, doings);
}

std::string sentence(const Fault& fault) {
  std::string text(word(fault.code));
  if (fault.side == Side::both) {
    text += " at both sides";
  } else if (fault.side != Side::none) {
    text += fmt::format(" at the {}", word(fault.side));
  }
  if (fault.doing != Doing::nothing) text += fmt::format(" while doing '{}'", word(fault.doing));
  text += fmt::format(": {}", entry(fault.code).sentence);
  if (!fault.detail.empty()) text += fmt::format("; {}", fault.detail);
  if (!fault.reply.empty()) text += fmt::format(" (server: {})", fault.reply);
  return text;
}

}  // namespace rft
