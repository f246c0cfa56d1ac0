#include "mover/traits.h"

#include <fmt/format.h>

#include "ftp/listing.h"
#include "ftp/refusal.h"

namespace rft::mover {
namespace {

tl::unexpected<Fault> cannot(Side side, std::string detail) {
  return fault(FaultCode::cannot_preserve, side, Doing::preserve, std::move(detail));
}

// RFC 3659 section 2.3 allows a fraction, which few servers tell and fewer set.
std::string whole_seconds(std::string_view modify) {
  constexpr std::size_t digits = 14;
  return ftp::time_value(modify) ? std::string(modify.substr(0, digits)) : std::string();
}

bool means_absent(FaultCode code) {
  return code == FaultCode::no_such_file || code == FaultCode::no_such_folder;
}

// The server's answer to this command, whatever its reason; not the end of a session.
bool is_refusal(const Fault& seen) {
  const bool for_good = entry(seen.code).remedy == Remedy::never;
  return for_good || ftp::is_permanent(seen);
}

Fault as_cannot(Fault refused) {
  refused.code = FaultCode::cannot_preserve;
  return refused;
}

}  // namespace

Outcome<Traits> traits_of(const Standing& source, const Preserve& preserve) {
  Traits traits;
  if (preserve.times) {
    traits.modify = whole_seconds(source.facts.modify);
    if (traits.modify.empty()) return cannot(Side::source, "times: it does not tell them");
  }
  if (preserve.mode) {
    if (!source.mode) return cannot(Side::source, "mode: it does not tell it");
    traits.mode = *source.mode & permissions;
  }
  return traits;
}

Traits trial_of(const Preserve& preserve, std::string absent_name) {
  Traits trial;
  trial.name = std::move(absent_name);
  if (preserve.times) trial.modify = "20000101000000";
  if (preserve.mode) trial.mode = owner_writes;
  return trial;
}

Outcome<void> judge_trial(const Outcome<void>& answer) {
  if (answer || means_absent(answer.error().code)) return {};
  if (!is_refusal(answer.error())) return answer;
  return tl::unexpected(as_cannot(answer.error()));
}

Outcome<void> judge_set(const Outcome<void>& answer) {
  if (answer) return {};
  Fault refused = answer.error();
  if (means_absent(refused.code)) {
    refused.code = FaultCode::part_missing;
  } else if (is_refusal(refused)) {
    refused = as_cannot(std::move(refused));
  }
  return tl::unexpected(std::move(refused));
}

Outcome<void> judge_kept(const Traits& wanted, const Standing& there) {
  if (!wanted.modify.empty() && whole_seconds(there.facts.modify) != wanted.modify) {
    return cannot(Side::destination,
                  fmt::format("times: it took {} and tells {}", wanted.modify, there.facts.modify));
  }
  if (wanted.mode && there.mode && (*there.mode & permissions) != *wanted.mode) {
    return cannot(Side::destination,
                  fmt::format("mode: it took {:04o} and tells {:04o}", *wanted.mode, *there.mode));
  }
  return {};
}

}  // namespace rft::mover
