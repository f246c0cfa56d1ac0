// How long things are kept, and what a step of pruning took away.
#pragma once
#include <chrono>
#include <cstdint>
#include <vector>

#include "core/transfer.h"

namespace rft {

// Within this time an answer kept under an Idempotency-Key is never replaced.
inline constexpr Duration answers_kept = std::chrono::hours(24);
inline constexpr std::uint32_t prune_step_max = 500;  // rows of each kind in one step

struct Retention {
  Duration records = std::chrono::hours(24 * 90);  // after they finished
  Duration events = std::chrono::hours(24 * 400);
};

struct Pruned {
  std::uint64_t records = 0, events = 0, answers = 0;
  // Parts that pruned records had left behind; they are in the ledger now.
  std::vector<LedgerPart> discarded;
  bool more = false;  // a limit of the step was reached: prune again
};

// The store's own name and its age, for the instance file beside it: a database that is older than
// that file was restored from a backup.
struct Identity {
  Uuid instance;
  std::uint32_t newest_epoch = 0;
  bool operator==(const Identity&) const = default;
};

}  // namespace rft
