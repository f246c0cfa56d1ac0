// The movers' wire. The first byte says where the stream is cut in two: frames come out the same
// however the bytes arrive, and a message that is understood survives the way back.
#include <vector>

#include "fuzz.h"
#include "wire/frame.h"

namespace rft {
namespace {

// The bodies that come out, until no more do; an over-long one ends them.
std::vector<std::string> bodies(FrameReader& reader) {
  std::vector<std::string> found;
  for (;;) {
    auto body = reader.next();
    if (!body || !*body) return found;
    fuzz::must((*body)->size() <= frame_length_max, "no frame is longer than its limit");
    found.push_back(std::move(**body));
  }
}

template <class Decode>
void survives(std::string_view body, const Decode& decode) {
  const auto message = decode(body);
  if (!message) return;
  const std::string written = encode(*message);
  const auto again = decode(std::string_view(written).substr(4));
  fuzz::must(again.has_value(), "what we write we understand");
  fuzz::must(encode(*again) == written, "a message survives the way back");
}

}  // namespace
}  // namespace rft

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view stream = rft::fuzz::text_of(data + 1, size - 1);
  rft::FrameReader whole, halves;
  whole.feed(stream);
  const auto at_once = rft::bodies(whole);
  const std::size_t cut = stream.size() * data[0] / 256;
  halves.feed(stream.substr(0, cut));
  auto in_two = rft::bodies(halves);
  halves.feed(stream.substr(cut));
  for (auto& body : rft::bodies(halves)) in_two.push_back(std::move(body));
  rft::fuzz::must(at_once == in_two, "frames do not depend on how bytes arrive");

  // Most inputs are no frames: the whole is tried as a body too.
  std::vector<std::string> texts = at_once;
  texts.emplace_back(stream);
  for (const std::string& text : texts) {
    rft::survives(text, rft::decode_to_mover);
    rft::survives(text, rft::decode_to_daemon);
  }
  return 0;
}
