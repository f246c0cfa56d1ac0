// One channel under a hostile server: answers come in the order of the commands, each command has
// one final answer, and what was in clear never passes as protected. The first byte chooses
// protection, the second how many commands wait; the rest is what the server says.
#include <memory>
#include <utility>

#include "base/text.h"
#include "ftp/control.h"
#include "fuzz.h"

namespace rft {
namespace {

class Base64Protection : public ftp::Protection {
 public:
  Result<std::string, Fault> protect(std::string_view line) override {
    return "ENC " + base64(line) + "\r\n";
  }
  Result<std::string, Fault> unprotect(std::string_view token) override {
    std::optional<std::string> bytes = base64_decode(token);
    if (bytes) return *std::move(bytes);
    return tl::unexpected(
        Fault{FaultCode::protocol_broken, Side::none, Doing::nothing, "", "no base64"});
  }
};

void read_answers(ftp::ControlChannel& channel, ftp::Ticket next_due) {
  while (true) {
    const std::size_t before = channel.unanswered();
    const auto answer = channel.next();
    if (!answer) {
      fuzz::must(answer.error().side == Side::source, "a fault says which side");
      fuzz::must(!channel.next(), "a broken channel stays broken");
      fuzz::must(channel.at_end().has_value(), "a broken channel has no good end");
      return;
    }
    if (!*answer) return;
    const ftp::Answer& got = **answer;
    fuzz::must(got.ticket.has_value() == (before > 0), "an answer belongs to who waits");
    fuzz::must(!got.ticket || *got.ticket == next_due, "answers come in the order of commands");
    fuzz::must(!got.reply.is_protected() || channel.is_protected(), "no protected reply in clear");
    if (got.ticket && got.final) ++next_due;
  }
}

}  // namespace
}  // namespace rft

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  rft::ftp::ControlChannel channel(rft::Side::source);
  channel.receive("220 ready\r\n");
  while (true) {
    const auto answer = channel.next();
    if (!answer || !*answer) break;
  }
  if (data[0] == 'P') (void)channel.protect_with(std::make_unique<rft::Base64Protection>());
  for (int i = 0; i < data[1] % 80; ++i) (void)channel.send(rft::ftp::noop());
  rft::fuzz::must(channel.unanswered() <= rft::ftp::depth_max, "the depth is bounded");
  channel.receive(rft::fuzz::text_of(data + 2, size - 2));
  rft::read_answers(channel, 1);
  return 0;
}
