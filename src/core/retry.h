// What follows a try that failed: when, from where, or the end. Design 5.12.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/fault.h"
#include "base/time.h"
#include "core/transfer.h"

namespace rft {

inline constexpr std::uint32_t tries_in_a_row_max = 20;
inline constexpr std::uint32_t looks_after_the_last = 1;  // tries beyond the budget, see after()
inline constexpr std::uint32_t afresh_max = 3;
inline constexpr std::uint32_t mover_deaths_at_once = 3;  // that wait for nothing
inline constexpr Duration back_off_first = 1s;
inline constexpr Duration back_off_max = 10min;
inline constexpr int back_off_jitter_percent = 25;
inline constexpr Duration hold_max = std::chrono::hours(24 * 7);
inline constexpr Duration hold_max_never_seen = 10min;  // no log-in to the endpoint ever succeeded
inline constexpr Duration stop_within = 5s;
inline constexpr Duration settle_least = 3s;
inline constexpr Duration settle_most = 130s;  // TCP's next retransmission can be that far away

// What is remembered of the two endpoints of a transfer, and of a gate that bars it (gate.h).
struct EndpointMemory {
  bool source_ever_seen = false;  // a log-in there succeeded once, or it is not known to be down
  bool destination_ever_seen = false;
  std::optional<WallTime> barred_since;  // a gate is closed before this transfer
  std::optional<Fault> barred_by;        // and why
};

enum class Then : std::uint8_t { again, afresh, hold, give_up };

struct Next {
  Then then = Then::again;
  Duration delay{0};       // again, afresh
  Hold hold = Hold::none;  // what the next try waits for
  bool costs_a_try = false;
  std::string_view why;  // with give_up: which budget is spent
};

// `file` with its counters as they were before this fault; tries is 0 where this try made progress.
// While a rename was ordered whose end is not known the next try looks, and the end must be the
// true one (P1): so the budget is larger then by looks_after_the_last.
Next after(const File& file, const Options& options, const Fault& fault);

// 1 s x 2^tries up to 10 min, 25 % jitter from a hash of file and attempt: spread, and repeatable.
Duration back_off(const Uuid& file, std::uint32_t attempt, std::uint32_t tries);

// Whether it waits for its not_before. One that is further away than any back-off was said by a
// clock that has gone back since, and is over.
bool backs_off(const File& file, WallTime now);

// How long a part must be quiet before it may be adopted on presumption (design 5.3).
Duration settle_for(const Part& part, WallTime now);

}  // namespace rft
