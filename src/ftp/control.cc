#include "ftp/control.h"

#include <utility>

#include "ftp/fault_of.h"

namespace rft::ftp {
namespace {

constexpr int service_not_available = 421;

bool ends_the_session(const Command& command) {
  return command.verb == "ABOR" || command.verb == "QUIT";
}

ReplyForm form_of_reply_to(const Command& command) {
  return command.verb == "MLSC" ? ReplyForm::listing : ReplyForm::whole;
}

}  // namespace

Result<Ticket, Fault> ControlChannel::send(const Command& command) {
  if (!can_send() && !ends_the_session(command)) {
    return tl::unexpected(Fault{FaultCode::internal, side_, Doing::nothing, "",
                                "more commands were queued than the channel's depth"});
  }
  Result<std::string, Fault> line =
      wire_line(command, protection_ ? Carriage::protected_ : Carriage::clear);
  if (line && protection_) line = protection_->protect(*line);
  if (!line) return tl::unexpected(marked(line.error()));
  output_ += *line;
  waiting_.push_back({++last_, form_of_reply_to(command)});
  aborted_ = aborted_ || command.verb == "ABOR";
  return last_;
}

void ControlChannel::consume(std::size_t bytes) {
  output_.erase(0, bytes);
}

void ControlChannel::receive(std::string_view bytes) {
  outer_.feed(bytes);
}

Result<std::optional<Answer>, Fault> ControlChannel::next() {
  if (failed_) return tl::unexpected(*failed_);
  Result<std::optional<Reply>, Fault> reply = next_reply();
  if (!reply) {
    failed_ = marked(reply.error());
    return tl::unexpected(*failed_);
  }
  if (!*reply) return std::optional<Answer>();
  Answer answer = matched(std::move(**reply));
  if (is_out_of_step(answer)) {
    failed_ = Fault{FaultCode::protocol_broken, side_, Doing::nothing, answer.reply.text(),
                    "a reply came that nobody asked for"};
    return tl::unexpected(*failed_);
  }
  return std::optional(std::move(answer));
}

std::optional<Fault> ControlChannel::at_end() const {
  if (failed_) return failed_;
  if (waiting_.empty() && outer_.is_between_replies() && inner_.is_between_replies()) {
    return std::nullopt;
  }
  return Fault{FaultCode::cut, side_, Doing::nothing, "", ""};
}

Result<void, Fault> ControlChannel::protect_with(std::unique_ptr<Protection> protection) {
  if (!waiting_.empty() || !outer_.is_between_replies()) {
    return tl::unexpected(Fault{FaultCode::internal, side_, Doing::nothing, "",
                                "protection was switched on in the middle of a command"});
  }
  protection_ = std::move(protection);
  outer_.expect(ReplyForm::tokens);
  return {};
}

// One inner reply may take several outer ones and the other way round; what comes out is in order.
Result<std::optional<Reply>, Fault> ControlChannel::next_reply() {
  (protection_ ? inner_ : outer_).expect(form_due());
  if (!protection_) {
    Result<std::optional<Reply>, Fault> reply = outer_.next();
    if (reply && *reply && (*reply)->is_protected()) {
      return fault_of(FaultCode::protocol_broken, "a protected reply came before protection was on",
                      (*reply)->text());
    }
    return reply;
  }
  while (true) {
    Result<std::optional<Reply>, Fault> inner = inner_.next();
    if (!inner || *inner) return inner;
    Result<std::optional<Reply>, Fault> outer = outer_.next();
    if (!outer || !*outer) return outer;
    if ((*outer)->code == service_not_available) return outer;
    if (Result<void, Fault> unwrapped = unwrap(**outer); !unwrapped) {
      return tl::unexpected(unwrapped.error());
    }
  }
}

Result<void, Fault> ControlChannel::unwrap(const Reply& outer) {
  if (!outer.is_protected()) {
    return fault_of(FaultCode::protocol_broken, "a reply in clear came on a protected channel",
                    outer.text());
  }
  for (const std::string& token : outer.lines) {
    Result<std::string, Fault> bytes = protection_->unprotect(token);
    if (!bytes) {
      Fault seen = bytes.error();
      seen.reply = outer.text();
      return tl::unexpected(std::move(seen));
    }
    // Some servers count the string's closing NUL in, some leave the line's end off.
    while (bytes->ends_with('\0')) bytes->pop_back();
    if (!bytes->ends_with('\n')) *bytes += "\r\n";
    inner_.feed(*bytes);
  }
  return {};
}

ReplyForm ControlChannel::form_due() const {
  return waiting_.empty() ? ReplyForm::whole : waiting_.front().form;
}

Answer ControlChannel::matched(Reply reply) {
  const bool final = !reply.is_preliminary() && !reply.more;
  if (waiting_.empty()) return {std::nullopt, std::move(reply), final};
  const Ticket ticket = waiting_.front().ticket;
  if (final) waiting_.pop_front();
  return {ticket, std::move(reply), final};
}

bool ControlChannel::is_out_of_step(const Answer& answer) {
  unasked_ = answer.ticket ? 0 : unasked_ + 1;
  if (answer.ticket || aborted_ || answer.reply.code == service_not_available) return false;
  return answer.final || unasked_ > unasked_markers_max;
}

Fault ControlChannel::marked(Fault fault) const {
  if (fault.side == Side::none) fault.side = side_;
  return fault;
}

}  // namespace rft::ftp
