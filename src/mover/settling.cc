#include "mover/settling.h"

#include "mover/limits.h"

namespace rft::mover {

Rest Settling::saw(const FileFacts& facts, Instant now) {
  if (last_ != facts) changed_ = now;
  if (!last_ || facts.size > last_->size) grew_ = now;
  last_ = facts;
  if (now - changed_ >= quiet_) return Rest::quiet;
  const bool in_vain =
      facts.size > whole_ || now - grew_ >= part_touched_limit || now - begun_ >= part_grows_limit;
  return in_vain ? Rest::never : Rest::not_yet;
}

}  // namespace rft::mover
