// Reply: one answer of a server on the control channel (RFC 959 section 4.2), read within bounds.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fault.h"
#include "base/result.h"

namespace rft::ftp {

inline constexpr std::size_t reply_size_max = 64 * 1024;  // bytes of all lines of one reply
inline constexpr std::size_t reply_lines_max = 1000;
// A line that carries a security token (RFC 2228: ADAT=, 63x) may fill the whole reply: a handshake
// names every certificate authority that the server trusts.
inline constexpr std::size_t reply_line_max = 8 * 1024;
inline constexpr std::size_t reply_text_max = 2000;  // what a Fault keeps of a reply
// A listing in the control channel's reply has no limit of its own: it is given out in pieces of
// about this many bytes.
inline constexpr std::size_t listing_piece_size = 16 * 1024;

struct Reply {
  int code = 0;  // 100 to 699
  // What was said, line by line, without line ends. "NNN-" and "NNN " of the reply's own code are
  // taken off; every other continuation line stands as it came.
  std::vector<std::string> lines;
  bool more = false;  // a piece of a listing; the next reply goes on with it

  bool is_preliminary() const { return code / 100 == 1; }
  bool is_positive() const { return code / 100 == 2; }
  bool is_intermediate() const { return code / 100 == 3; }
  bool is_negative() const { return code / 100 == 4 || code / 100 == 5; }
  bool is_protected() const { return code / 100 == 6; }  // RFC 2228 section 5

  std::string text() const;  // printable, on one line, at most reply_text_max bytes
  bool operator==(const Reply&) const = default;
};

enum class ReplyForm : std::uint8_t {
  whole,  // as RFC 959 has it
  // To MLSC. Its lines end with CRLF alone, for a name may hold an LF, and no byte of them is
  // Telnet's: GCT doubles no 0xFF here. What begins as 150- may end as 250, as GCT's long ones do.
  // Whoever can write a name with CRLF into the folder can forge lines and replies of its listing.
  listing,
  tokens,  // RFC 2228: each line "63x-token" or "63x token" is a reply, however many there are
};

// Makes replies of bytes as they arrive, cut anywhere. Bare LF ends a line too, NULs are dropped,
// Telnet commands (RFC 854) are skipped and a doubled 0xFF is one. Holds at most one unfinished
// reply plus what was fed since next() last returned nothing. Once it failed it stays failed.
class ReplyReader {
 public:
  void feed(std::string_view bytes);
  // Of the reply that comes next; `whole` until said otherwise.
  void expect(ReplyForm form) { form_ = form; }
  // The next whole reply; nothing while it is incomplete; protocol_broken for what is no reply or
  // exceeds a limit. Call until it returns nothing.
  Result<std::optional<Reply>, Fault> next();
  bool is_between_replies() const;  // every byte so far belongs to a finished reply

 private:
  enum class Telnet : std::uint8_t {
    data,
    command,
    option,
    subnegotiation,
    subnegotiation_command
  };
  std::optional<char> filtered(char byte);
  void take_plain_run();
  std::optional<Reply> take_line();
  std::optional<Reply> begin_reply();
  std::optional<Reply> continue_reply();
  std::optional<Reply> continue_listing();
  bool is_listing() const {
    return form_ == ReplyForm::listing && !(open_ && open_->is_negative());
  }
  std::size_t line_limit() const;
  void fail(std::string detail);

  ReplyForm form_ = ReplyForm::whole;
  std::string buffer_;
  std::size_t position_ = 0;  // first byte of buffer_ not looked at yet
  Telnet telnet_ = Telnet::data;
  std::string line_;
  std::optional<Reply> open_;  // a reply of several lines whose last is still to come
  std::size_t open_size_ = 0;
  std::optional<Fault> failed_;
};

}  // namespace rft::ftp
