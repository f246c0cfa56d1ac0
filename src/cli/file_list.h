// A list of files that is read as a stream: of a million lines no more is held than is asked for.
#pragma once
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "cli/list_line.h"
#include "receipt/checker.h"

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
  // number of the line; nothing is to be read after it. A receipt is checked while it is read: it
  // ends with an error unless it is good to its last line.
  Result<Chunk> next(std::size_t most);
  // Files of a receipt that are not done, so that they have no checksum to hold them against.
  std::uint64_t left_out() const { return left_out_; }

 private:
  Result<bool> read_line();  // into line_; false at the end
  Result<void> end() const;
  Result<std::optional<NewFileLine>> parse_line();
  Result<std::optional<NewFileLine>> parse_receipt_line();
  bool passed_over() const;
  template <class T>
  Result<T> numbered(Result<T> answer) const;

  std::istream& in_;
  std::optional<ListFormat> format_;
  std::optional<CsvColumns> columns_;
  bool begun_ = false;  // the line that may tell the format was seen
  std::uint64_t number_ = 0;
  std::string buffer_;
  std::string_view raw_;   // in buffer_, with its LF where it has one
  std::string_view line_;  // the same without its end
  std::optional<receipt::Checker> receipt_;
  std::uint64_t left_out_ = 0;
};

}  // namespace rft::cli
