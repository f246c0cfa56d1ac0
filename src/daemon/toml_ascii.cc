#include "daemon/toml_ascii.h"

#include <fmt/format.h>

#include "base/text.h"

namespace rft {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view before_a_quote = " \t\n=[]{},.";

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

// Of a well-formed UTF-8 sequence.
std::uint32_t code_point(std::string_view sequence) {
  const auto byte = [&sequence](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  std::uint32_t point = byte(0) & (0xFFU >> (sequence.size() + 1));
  for (std::size_t i = 1; i < sequence.size(); ++i) point = point << 6U | (byte(i) & 0x3FU);
  return point;
}

class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  Result<std::string, std::size_t> run() {
    while (at_ < text_.size()) {
      if (!step()) return tl::unexpected(line_);
    }
    return std::move(ascii_);
  }

 private:
  // False: the line errs.
  bool step() {
    const char c = text_[at_];
    if (!is_ascii(c)) return take_beyond();
    if (c >= '\n' && c <= '\r') {  // all that toml++ ends a line with
      if (c == '\n') ++line_;
      quote_ = 0;
      escaped_ = comment_ = false;
    } else if (quote_ != 0) {
      take_quoted(c);
    } else if (!comment_ && !take_outside(c)) {
      return false;
    }
    ascii_ += c;
    ++at_;
    return true;
  }

  bool take_outside(char c) {
    comment_ = c == '#';
    if (c != '"' && c != '\'') return true;
    const bool opens = at_ == 0 || before_a_quote.find(text_[at_ - 1]) != std::string_view::npos;
    quote_ = c;
    return opens && text_.substr(at_, 3) != std::string(3, c);
  }

  // What follows a backslash ends no quote.
  void take_quoted(char c) {
    if (c == quote_ && !escaped_) quote_ = 0;
    escaped_ = quote_ == '"' && c == '\\' && !escaped_;
  }

  bool take_beyond() {
    const std::size_t length = utf8_length(text_.substr(at_));
    const bool may_stand_here = comment_ || (quote_ == '"' && !escaped_);
    if (length == 0 || !may_stand_here) return false;
    const std::uint32_t point = code_point(text_.substr(at_, length));
    ascii_ += comment_ ? "?" : fmt::format("\\U{:08X}", point);
    at_ += length;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  char quote_ = 0;        // that is open
  bool escaped_ = false;  // by the backslash before it
  bool comment_ = false;
  std::string ascii_;
};

}  // namespace

Result<std::string, std::size_t> toml_in_ascii(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  return Scan(text).run();
}

}  // namespace rft
