// ControlChannel: one control connection as a machine. Bytes in, bytes out; no socket, no clock.
//
//   output() -> the connection        the connection -> receive()        next() -> answers
//
// Replies are matched to commands first in, first out. The greeting answers ticket 0, which needs
// no command. Not thread-safe; each channel belongs to one loop.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/fault.h"
#include "base/result.h"
#include "ftp/command.h"
#include "ftp/reply.h"

namespace rft::ftp {

// About a thousand unanswered commands make a server reset the connection; more than 64 gain
// nothing (design 5.13).
inline constexpr std::size_t depth_max = 64;

// Security of the control channel (RFC 2228), plugged in once ADAT is done.
class Protection {
 public:
  virtual ~Protection() = default;
  // A whole line with its CRLF -> the line that goes out: "ENC <base64>" or "MIC <base64>", CRLF.
  virtual Result<std::string, Fault> protect(std::string_view line) = 0;
  // The base64 token of one 63x line -> the bytes in it. Called for every token, strictly in order:
  // the context counts records.
  virtual Result<std::string, Fault> unprotect(std::string_view token) = 0;
};

// Late markers that are let pass between two answers.
inline constexpr std::size_t unasked_markers_max = 64;

using Ticket = std::uint64_t;
inline constexpr Ticket greeting = 0;

struct Answer {
  std::optional<Ticket> ticket;  // nothing: nobody asked for it (a 421, a late marker)
  Reply reply;
  bool final = false;  // false: a preliminary reply or a piece; more will come for this ticket
  bool operator==(const Answer&) const = default;
};

class ControlChannel {
 public:
  // Faults bear this side; what we were doing is for the caller to add.
  explicit ControlChannel(Side side) : side_(side) {}

  // Queues a command. Faults: bad_name (see wire_line), internal where !can_send().
  Result<Ticket, Fault> send(const Command& command);
  // ABOR and QUIT are taken even when this is false: a full channel must be able to end.
  bool can_send() const { return unanswered() < depth_max; }
  std::size_t unanswered() const { return waiting_.size(); }
  bool is_idle() const { return waiting_.empty() && output_.empty(); }

  // Bytes that wait to be written; consume() what the connection took.
  std::string_view output() const { return output_; }
  void consume(std::size_t bytes);

  void receive(std::string_view bytes);
  // The next answer; nothing where more bytes are needed. After a fault the channel is of no more
  // use. Call until it returns nothing. A final reply that nobody asked for (a second 226) is
  // protocol_broken: which answer is whose is not known any more. Not so 421, nor after ABOR.
  Result<std::optional<Answer>, Fault> next();

  // The connection's orderly or other end: `cut` where an answer is still due, nothing else.
  // Drain next() first.
  std::optional<Fault> at_end() const;

  // From here on every line out and in is protected. Only between commands: internal otherwise.
  Result<void, Fault> protect_with(std::unique_ptr<Protection> protection);
  bool is_protected() const { return protection_ != nullptr; }

  // After ABOR no reply speaks of the transfer and the session is to be thrown away (design 5.7).
  bool is_aborted() const { return aborted_; }

 private:
  Result<std::optional<Reply>, Fault> next_reply();
  Result<void, Fault> unwrap(const Reply& outer);
  Answer matched(Reply reply);
  ReplyForm form_due() const;
  bool is_out_of_step(const Answer& answer);
  Fault marked(Fault fault) const;

  Side side_;
  std::string output_;
  ReplyReader outer_;
  ReplyReader inner_;  // what protected replies hold
  std::unique_ptr<Protection> protection_;
  struct Waiting {
    Ticket ticket;
    ReplyForm form;
  };
  std::deque<Waiting> waiting_{{greeting, ReplyForm::whole}};
  Ticket last_ = greeting;
  std::size_t unasked_ = 0;  // since the last answer
  bool aborted_ = false;
  std::optional<Fault> failed_;
};

}  // namespace rft::ftp
