#include "ftp/reply.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace rft::ftp {
namespace {

// RFC 854.
constexpr unsigned char telnet_will = 251, telnet_dont = 254;
constexpr unsigned char telnet_subnegotiation = 250, telnet_subnegotiation_end = 240;
constexpr unsigned char telnet_command_min = 240, telnet_iac = 255;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The code at the start of a line, or 0.
int code_of_line(std::string_view line) {
  if (line.size() < 3 || !is_digit(line[0]) || !is_digit(line[1]) || !is_digit(line[2])) return 0;
  if (line[0] < '1' || line[0] > '6') return 0;
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

bool ends_code(std::string_view line) {
  return line.size() == 3 || line[3] == ' ';
}
bool continues_code(std::string_view line) {
  return line.size() > 3 && line[3] == '-';
}
std::string after_code(std::string_view line) {
  return std::string(line.substr(std::min<std::size_t>(4, line.size())));
}

}  // namespace

std::string Reply::text() const {
  std::string all = fmt::format("{}", code);
  for (const std::string& line : lines) {
    if (all.size() > reply_text_max) break;
    if (!line.empty()) all += (all.size() == 3 ? " " : " | ") + line;
  }
  return printable(all, reply_text_max);
}

void ReplyReader::feed(std::string_view bytes) {
  if (failed_) return;
  buffer_.erase(0, position_);
  position_ = 0;
  buffer_ += bytes;
}

Result<std::optional<Reply>, Fault> ReplyReader::next() {
  while (!failed_ && position_ < buffer_.size()) {
    take_plain_run();
    if (failed_ || position_ == buffer_.size()) continue;
    const char raw = buffer_[position_++];
    const std::optional<char> byte = is_listing() ? raw : filtered(raw);
    if (byte == '\n' && (!is_listing() || line_.ends_with('\r'))) {
      std::optional<Reply> reply = take_line();
      if (reply) return reply;
      continue;
    }
    if (byte) line_ += *byte;
    if (line_.size() > line_limit()) fail("a line of a reply is longer than the limit");
  }
  if (failed_) return tl::unexpected(*failed_);
  return std::optional<Reply>();
}

// The bytes up to the next that may not stand for itself, all at once. Of an over-long line one
// byte more than its limit is taken.
void ReplyReader::take_plain_run() {
  if (telnet_ != Telnet::data) return;
  const bool listing = is_listing();
  const auto may_mean_more = [listing](char c) {
    return c == '\n' || (!listing && (c == '\0' || static_cast<unsigned char>(c) == telnet_iac));
  };
  const auto begin = buffer_.begin() + static_cast<std::ptrdiff_t>(position_);
  const auto run = std::find_if(begin, buffer_.end(), may_mean_more) - begin;
  const std::size_t room = line_limit() + 1 - line_.size();
  const std::size_t taken = std::min(static_cast<std::size_t>(run), room);
  line_.append(buffer_, position_, taken);
  position_ += taken;
  if (line_.size() > line_limit()) fail("a line of a reply is longer than the limit");
}

bool ReplyReader::is_between_replies() const {
  return !open_ && line_.empty() && position_ == buffer_.size() && telnet_ == Telnet::data;
}

// The byte as the text of a reply has it; nothing for what belongs to Telnet alone. A 0xFF before a
// byte that is no Telnet command stands for itself: not every server doubles it.
std::optional<char> ReplyReader::filtered(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  switch (telnet_) {
    case Telnet::data:
      if (value == telnet_iac) {
        telnet_ = Telnet::command;
        return std::nullopt;
      }
      return value == 0 ? std::nullopt : std::optional(byte);
    case Telnet::command:
      telnet_ = Telnet::data;
      if (value == telnet_iac) return byte;
      if (value < telnet_command_min) {
        line_ += static_cast<char>(telnet_iac);
        return value == 0 ? std::nullopt : std::optional(byte);
      }
      if (value >= telnet_will && value <= telnet_dont) telnet_ = Telnet::option;
      if (value == telnet_subnegotiation) telnet_ = Telnet::subnegotiation;
      return std::nullopt;
    case Telnet::option:
      telnet_ = Telnet::data;
      return std::nullopt;
    case Telnet::subnegotiation:
      if (value == telnet_iac) telnet_ = Telnet::subnegotiation_command;
      return std::nullopt;
    case Telnet::subnegotiation_command:
      telnet_ = value == telnet_subnegotiation_end ? Telnet::data : Telnet::subnegotiation;
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Reply> ReplyReader::take_line() {
  if (!line_.empty() && line_.back() == '\r') line_.pop_back();
  std::optional<Reply> reply = !open_         ? begin_reply()
                               : is_listing() ? continue_listing()
                                              : continue_reply();
  line_.clear();
  return failed_ ? std::nullopt : reply;
}

std::optional<Reply> ReplyReader::begin_reply() {
  const int code = code_of_line(line_);
  if (code == 0 || !(ends_code(line_) || continues_code(line_))) {
    fail("this is no reply");
    return std::nullopt;
  }
  Reply reply{code, {after_code(line_)}};
  if (ends_code(line_) || (form_ == ReplyForm::tokens && reply.is_protected())) return reply;
  open_size_ = line_.size();
  open_ = std::move(reply);
  return std::nullopt;
}

std::optional<Reply> ReplyReader::continue_reply() {
  open_size_ += line_.size();
  if (open_size_ > reply_size_max || open_->lines.size() >= reply_lines_max) {
    fail(fmt::format("the reply {} is longer than the limit", open_->code));
    return std::nullopt;
  }
  const bool has_code = code_of_line(line_) == open_->code;
  const bool is_last = has_code && ends_code(line_);
  const bool is_marked = has_code && continues_code(line_);
  open_->lines.push_back(is_last || is_marked ? after_code(line_) : line_);
  if (!is_last) return std::nullopt;
  std::optional<Reply> whole = std::move(open_);
  open_.reset();
  return whole;
}

// Entries begin with a blank. A line with another code than before is the listing's end or, where
// it is negative, a refusal that takes its place.
std::optional<Reply> ReplyReader::continue_listing() {
  const int code = code_of_line(line_);
  const bool has_code = code != 0 && (ends_code(line_) || continues_code(line_));
  const bool is_last = has_code && ends_code(line_);
  if (has_code) open_->code = code;
  if (open_->is_negative()) {
    open_->lines.clear();
    open_size_ = 0;
  }
  open_size_ += line_.size();
  open_->lines.push_back(has_code ? after_code(line_) : line_);
  if (!is_last && (open_size_ < listing_piece_size || open_->is_negative())) return std::nullopt;
  Reply piece = std::move(*open_);
  piece.more = !is_last;
  open_.reset();
  if (!is_last) open_ = Reply{piece.code, {}};
  open_size_ = 0;
  return piece;
}

std::size_t ReplyReader::line_limit() const {
  const std::string_view line(line_);
  const bool has_token =
      line.starts_with('6') || (line.size() > 4 && line.substr(4).starts_with("ADAT="));
  return has_token ? reply_size_max : reply_line_max;
}

void ReplyReader::fail(std::string detail) {
  failed_ = Fault{FaultCode::protocol_broken, Side::none, Doing::nothing,
                  open_ ? open_->text() : printable(line_, reply_text_max), std::move(detail)};
  buffer_.clear();
  position_ = 0;
  line_.clear();
  open_.reset();
}

}  // namespace rft::ftp
