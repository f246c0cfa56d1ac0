// Cuts a body that comes in pieces into lines of bounded length (NDJSON).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace rft::api {

inline constexpr std::size_t line_length_max = 64 * 1024;

struct Line {
  std::uint64_t number = 0;  // from 1
  std::string text;          // without its end, LF or CR LF
  bool too_long = false;     // longer than line_length_max: its text was dropped
};

class LineCutter {
 public:
  // Gives `take` each line that ends within the bytes so far.
  template <class Take>
  void feed(std::string_view bytes, Take take) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      add(bytes.substr(0, end));
      if (end == std::string_view::npos) return;
      take(cut());
      bytes.remove_prefix(end + 1);
    }
  }
  // The last line may lack its end.
  template <class Take>
  void end(Take take) {
    if (!line_.text.empty() || line_.too_long) take(cut());
  }

 private:
  void add(std::string_view bytes) {
    if (line_.text.size() + bytes.size() > line_length_max) {
      line_.too_long = true;
      line_.text.clear();
    }
    if (!line_.too_long) line_.text += bytes;
  }
  Line cut() {
    line_.number = ++count_;
    if (line_.text.ends_with('\r')) line_.text.pop_back();
    return std::exchange(line_, {});
  }

  Line line_;  // so far
  std::uint64_t count_ = 0;
};

}  // namespace rft::api
