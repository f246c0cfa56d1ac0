#include "cli/file_list.h"

#include <fmt/format.h>

#include <istream>
#include <utility>

namespace rft::cli {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";  // spreadsheets begin with it

}  // namespace

FileList::FileList(std::istream& in, std::optional<ListFormat> format)
    : in_(in), format_(format), buffer_(list_line_max + 1, '\0') {}

Result<FileList::Chunk> FileList::next(std::size_t most) {
  Chunk chunk;
  while (chunk.files.size() < most) {
    const auto more = numbered(read_line());
    if (!more) return tl::unexpected(more.error());
    if (!*more) {
      if (const auto ended = end(); !ended) return tl::unexpected(ended.error());
      break;
    }
    if (passed_over()) continue;
    auto file = numbered(parse_line());
    if (!file) return tl::unexpected(file.error());
    if (!*file) continue;
    chunk.files.push_back(std::move(**file));
    chunk.numbers.push_back(number_);
  }
  return chunk;
}

Result<bool> FileList::read_line() {
  in_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  const auto got = static_cast<std::size_t>(in_.gcount());
  if (in_.bad()) return fail(Code::invalid_request, "the list cannot be read any further");
  if (in_.eof() && got == 0) return false;
  ++number_;
  if (in_.fail() && !in_.eof()) {
    return fail(Code::invalid_request, fmt::format("it is longer than {} bytes", list_line_max));
  }
  line_ = std::string_view(buffer_).substr(0, in_.eof() ? got : got - 1);
  if (!in_.eof()) buffer_[got - 1] = '\n';
  raw_ = std::string_view(buffer_).substr(0, got);
  if (line_.ends_with('\r')) line_.remove_suffix(1);
  if (number_ == 1 && line_.starts_with(byte_order_mark)) {
    line_.remove_prefix(byte_order_mark.size());
  }
  return true;
}

Result<void> FileList::end() const {
  if (!receipt_) return {};
  const auto summary = receipt_->end();
  if (summary) return {};
  return fail(summary.error().code,
              fmt::format("line {}: {}", number_ + 1, summary.error().detail));
}

bool FileList::passed_over() const {
  if (receipt_) return false;
  if (is_blank(line_)) return true;
  const bool may_comment = !begun_ || format_ == ListFormat::pairs;
  return may_comment && is_comment(line_);
}

// Nothing where the line is the header.
Result<std::optional<NewFileLine>> FileList::parse_line() {
  begun_ = true;
  if (!format_) format_ = list_format_of(line_);
  const auto some = [](NewFileLine file) { return std::optional(std::move(file)); };
  if (format_ == ListFormat::pairs) return parse_pair(line_).map(some);
  if (format_ == ListFormat::jsonl) return parse_json_line(line_).map(some);
  if (format_ == ListFormat::receipt) return parse_receipt_line();
  if (columns_) return parse_csv_line(line_, *columns_).map(some);
  auto columns = parse_csv_header(line_);
  if (!columns) return tl::unexpected(columns.error());
  columns_ = std::move(*columns);
  return std::optional<NewFileLine>();
}

// Nothing where the line is the header, the seal, or of a file that is not done.
Result<std::optional<NewFileLine>> FileList::parse_receipt_line() {
  if (!receipt_) receipt_.emplace();
  auto listed = receipt_->take(raw_);
  if (!listed) return tl::unexpected(listed.error());
  std::optional<NewFileLine> file;
  if (!*listed) return file;
  if ((*listed)->status == "done") {
    const receipt::Listed& one = **listed;
    file = NewFileLine{one.source, one.destination};
    if (one.is_folder) {
      file->kind = "folder";
    } else {
      file->size = one.size;
      file->checksum = one.checksum;
    }
  } else {
    ++left_out_;
  }
  return file;
}

template <class T>
Result<T> FileList::numbered(Result<T> answer) const {
  if (answer) return answer;
  return fail(answer.error().code, fmt::format("line {}: {}", number_, answer.error().detail));
}

}  // namespace rft::cli
