#include "base/error.h"

#include <array>

namespace rft {
namespace {

constexpr std::array codes{
#define RFT_CODE(word, http, exit, sentence) CodeEntry{Code::word, #word, http, exit, sentence},
#include "base/codes.def"
#undef RFT_CODE
};

}  // namespace

const CodeEntry& entry(Code code) {
  return codes[static_cast<std::size_t>(code)];
}

std::optional<Code> code_of(std::string_view word) {
  for (const CodeEntry& entry : codes) {
    if (entry.word == word) return entry.code;
  }
  return std::nullopt;
}

}  // namespace rft
