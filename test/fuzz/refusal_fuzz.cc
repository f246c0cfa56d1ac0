// Every negative reply has a meaning for everything that we do, on both sides.
#include "ftp/refusal.h"
#include "fuzz.h"
#include "replies.h"

namespace {

constexpr rft::Doing doings[] = {rft::Doing::login,   rft::Doing::look,         rft::Doing::move,
                                 rft::Doing::publish, rft::Doing::make_parents, rft::Doing::verify};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto reply = rft::fuzz::reply_in(rft::fuzz::text_of(data, size));
  if (!reply || !reply->is_negative()) return 0;
  for (const rft::Doing doing : doings) {
    for (const rft::Side side : {rft::Side::source, rft::Side::destination}) {
      const rft::Fault fault = rft::ftp::refusal(*reply, doing, side);
      rft::fuzz::must(fault.side == side && fault.doing == doing, "a fault says where and when");
      rft::fuzz::must(fault.code != rft::FaultCode::internal, "a refusal is the server's");
      rft::fuzz::must(fault.code != rft::FaultCode::destination_full || side != rft::Side::source,
                      "a source is never full");
    }
  }
  return 0;
}
