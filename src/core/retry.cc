#include "core/retry.h"

#include <algorithm>

namespace rft {
namespace {

// FNV-1a: a hash that is the same on every machine and in every run.
std::uint64_t hash_of(const Uuid& file, std::uint32_t attempt) {
  std::uint64_t hash = 14695981039346656037ULL;
  const auto mix = [&](std::uint8_t byte) { hash = (hash ^ byte) * 1099511628211ULL; };
  for (const std::uint8_t byte : file.bytes) mix(byte);
  for (unsigned shift = 0; shift < 32; shift += 8) mix(static_cast<std::uint8_t>(attempt >> shift));
  return hash;
}

Next give_up(std::string_view why) {
  return {Then::give_up, {}, Hold::none, false, why};
}

Next next_try(Then then, const File& file, const Options& options) {
  if (file.tries >= tries_in_a_row_max) {
    return give_up("20 tries in a row confirmed no new byte");
  }
  const std::uint32_t since_commit = file.attempts - file.budget_from;
  if (options.max_tries && since_commit >= *options.max_tries) {
    return give_up("max_tries is reached");
  }
  return {then, back_off(file.id, file.attempts, file.tries), Hold::back_off, true, {}};
}

Next within_budget(const File& file, const Options& options, const Fault& fault) {
  const FaultEntry& known = entry(fault.code);
  if (fault.code == FaultCode::server_busy) {
    // A busy server is no failure of the transfer: it costs time, not tries.
    const Duration delay = back_off(file.id, file.attempts, std::min(file.attempts, 6U));
    return {Then::again, delay, Hold::back_off, false, {}};
  }
  if (fault.code == FaultCode::lease_ended) {
    // It was our absence that ended the try.
    return {Then::again, Duration{0}, Hold::turn, false, {}};
  }
  switch (known.remedy) {
    case Remedy::never:
      return give_up("this does not mend itself");
    case Remedy::hold:
      return {Then::hold, {}, known.hold, false, {}};
    case Remedy::afresh:
      if (file.afresh >= afresh_max) return give_up("it was begun afresh 3 times");
      return next_try(Then::afresh, file, options);
    case Remedy::again:
      return next_try(Then::again, file, options);
  }
  return give_up("");
}

}  // namespace

Duration back_off(const Uuid& file, std::uint32_t attempt, std::uint32_t tries) {
  const std::uint32_t doublings = std::min<std::uint32_t>(tries, 20);
  const Duration base = std::min<Duration>(back_off_first * (1LL << doublings), back_off_max);
  const auto swing =
      static_cast<std::int64_t>(hash_of(file, attempt) % (2 * back_off_jitter_percent + 1)) -
      back_off_jitter_percent;
  return base + base * swing / 100;
}

Next after(const File& file, const Options& options, const Fault& fault) {
  const Next next = within_budget(file, options, fault);
  const std::uint32_t most = options.max_tries.value_or(tries_in_a_row_max);
  const bool must_look = file.publish_ordered && file.tries < most + looks_after_the_last;
  if (next.then != Then::give_up || !must_look) return next;
  return {Then::again, back_off(file.id, file.attempts, file.tries), Hold::back_off, true, {}};
}

bool backs_off(const File& file, WallTime now) {
  constexpr Duration most = back_off_max + back_off_max * back_off_jitter_percent / 100;
  return file.not_before && *file.not_before > now && *file.not_before - now <= most;
}

Duration settle_for(const Part& part, WallTime now) {
  if (part.end == FlowEnd::known || part.end == FlowEnd::no_flow) return Duration{0};
  if (part.path_worked) return settle_least;
  const Duration since = std::max(Duration{0}, now - part.ended_at);
  return std::min(settle_most, settle_least + part.silent + since);
}

}  // namespace rft
