// Error: why a call was refused. The codes stand in codes.def, the registry.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rft {

enum class Code : std::uint8_t {
#define RFT_CODE(word, http, exit, sentence) word,
#include "base/codes.def"
#undef RFT_CODE
};

struct CodeEntry {
  Code code;
  std::string_view word;
  int http;  // status of the HTTP answer
  int exit;  // exit code of the CLI
  std::string_view sentence;
};

const CodeEntry& entry(Code code);
std::optional<Code> code_of(std::string_view word);

struct Error {
  Code code = Code::internal;
  std::string detail;      // names what is wrong and what to do; never holds a secret
  std::uint64_t line = 0;  // of a call with many lines: the one that it is about, from 1; 0: none
  bool operator==(const Error&) const = default;
};

}  // namespace rft
