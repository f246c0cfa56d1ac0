// Whether a part that somebody may still write to has come to rest (design 5.3).
#pragma once
#include <optional>

#include "base/time.h"
#include "wire/message.h"

namespace rft::mover {

enum class Rest : std::uint8_t {
  not_yet,  // look again
  quiet,    // Size and Modify did not change for as long as was asked
  never,    // it is of no use to wait for it
};

// Fed with each look, in order. A part that grows is left to grow: what arrives need not be sent
// again. One that is touched without growing, or grows without end, is waited for in vain.
class Settling {
 public:
  // `quiet`: for how long nothing may change, by our clock. `whole`: the size of the source; a part
  // that grows beyond it is not this file.
  Settling(Duration quiet, std::uint64_t whole, Instant begun)
      : quiet_(quiet), whole_(whole), begun_(begun), changed_(begun), grew_(begun) {}

  Rest saw(const FileFacts& facts, Instant now);
  // When the quiet would be complete.
  Instant rests_at() const { return changed_ + quiet_; }

 private:
  Duration quiet_;
  std::uint64_t whole_;
  Instant begun_, changed_, grew_;
  std::optional<FileFacts> last_;
};

}  // namespace rft::mover
