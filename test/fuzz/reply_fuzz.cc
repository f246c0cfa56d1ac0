// Whatever bytes come: no limit is exceeded, and where they are cut changes nothing.
#include <algorithm>
#include <vector>

#include "ftp/reply.h"
#include "fuzz.h"

namespace rft {
namespace {

struct Outcome {
  std::vector<ftp::Reply> replies;
  bool failed = false;
  bool operator==(const Outcome&) const = default;
};

void check(const ftp::Reply& reply) {
  std::size_t size = 0;
  for (const std::string& line : reply.lines) size += line.size();
  fuzz::must(reply.code >= 100 && reply.code <= 699, "a code is 100 to 699");
  fuzz::must(size <= ftp::reply_size_max, "a reply has a limit");
  fuzz::must(!reply.lines.empty() && reply.lines.size() <= ftp::reply_lines_max,
             "the lines of a reply have a limit");
  fuzz::must(reply.text().size() <= ftp::reply_text_max + 3, "the text of a reply has a limit");
}

void drain(ftp::ReplyReader& reader, Outcome& outcome) {
  while (true) {
    const auto reply = reader.next();
    outcome.failed = !reply;
    if (!reply || !*reply) return;
    check(**reply);
    outcome.replies.push_back(**reply);
  }
}

Outcome read(std::string_view bytes, std::size_t step) {
  ftp::ReplyReader reader;
  Outcome outcome;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    reader.feed(bytes.substr(at, step));
    drain(reader, outcome);
  }
  return outcome;
}

}  // namespace
}  // namespace rft

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = rft::fuzz::text_of(data, size);
  const rft::Outcome whole = rft::read(bytes, std::max<std::size_t>(size, 1));
  rft::fuzz::must(whole == rft::read(bytes, 1), "cutting the bytes changes nothing");
  rft::fuzz::must(whole == rft::read(bytes, 7), "cutting the bytes changes nothing");
  return 0;
}
