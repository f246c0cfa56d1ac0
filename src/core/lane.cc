#include "core/lane.h"

#include "core/transfer.h"

namespace rft {
namespace {

// FNV-1a of 32 bits, folded to 16 (RFC 9923 section 3).
LaneNumber folded_hash(std::string_view text) {
  std::uint32_t hash = 0x811c9dc5;
  for (const char one : text) {
    hash ^= static_cast<unsigned char>(one);
    hash *= 0x01000193;
  }
  return static_cast<LaneNumber>((hash >> 16 ^ hash) & 0xffff);
}

}  // namespace

LaneNumber lane_number(const Transfer& part) {
  const Request& request = part.request;
  const char* kind = part.file.kind == Kind::bundle ? " bundle" : " file";
  return folded_hash(request.source.endpoint.text() + " " + request.destination.endpoint.text() +
                     kind);
}

}  // namespace rft
