// A list of files that is read as a stream: of a million lines no more is held than is asked for.
#pragma once
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "cli/list_line.h"

namespace rft::cli {

inline constexpr std::size_t list_line_max = 65'536;  // bytes; two URLs of the longest fit

class FileList {
 public:
  // Without a `format` the first line that is neither blank nor a comment tells it. Comments stand
  // before that line, and in `pairs` everywhere. `in` must outlive this.
  explicit FileList(std::istream& in, std::optional<ListFormat> format = {});

  struct Chunk {
    std::vector<NewFileLine> files;
    std::vector<std::uint64_t> numbers;  // of their lines, from 1
  };
  // The next files, `most` at the most; none where the list has ended. An error begins with the
  // number of the line; nothing is to be read after it.
  Result<Chunk> next(std::size_t most);

 private:
  Result<bool> read_line();  // into line_; false at the end
  Result<std::optional<NewFileLine>> parse_line();
  bool passed_over() const;
  template <class T>
  Result<T> numbered(Result<T> answer) const;

  std::istream& in_;
  std::optional<ListFormat> format_;
  std::optional<CsvColumns> columns_;
  bool begun_ = false;  // the line that may tell the format was seen
  std::uint64_t number_ = 0;
  std::string buffer_;
  std::string_view line_;  // in buffer_
};

}  // namespace rft::cli
