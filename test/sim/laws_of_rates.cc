// The law of rates (core/limit.h, docs/decisions/0015): what is begun is taken from its rates at
// once, as far as it is known how much that will be, and put right when it ends; below zero nothing
// begins, nor beside one of the same owner of which nothing is known yet. So of any time the bytes
// of what was begun in it are at most rate * (time + rate_saved_for), and one try's of each owner.
//
// All of it is told anew here, from what is saved; none of the engine's own accounts is asked. Over
// the death of rftd only what is left of what moves is remembered: a time begins when all is well.
#include <fmt/format.h>

#include <algorithm>

#include "sim/laws.h"

namespace rft::sim {
namespace {

// Until what is held is again what is stored: what was in doubt is stored again at a tick.
constexpr Duration settles_within{30'000};
// From what is stored until rftd is answered so, where the store is not slow.
constexpr Duration answered_within{200};

bool sends(const Transfer& transfer) {
  const Request& request = transfer.request;
  const Kind kind = transfer.file.kind;
  const bool moves = request.options.act == Act::move;
  return moves && (kind == Kind::file || kind == Kind::bundle);
}

// As far as sizes are known.
std::uint64_t left_of(const Transfer& transfer) {
  const File& file = transfer.file;
  if (!sends(transfer)) return 0;
  if (file.kind == Kind::bundle && file.source_facts) return file.source_facts->size;
  if (file.kind == Kind::bundle) {
    std::uint64_t left = 0;
    for (const BundleFile& one : file.bundle.files()) left += one.fate ? 0 : one.size.value_or(0);
    return left;
  }
  const std::uint64_t size = file.source_facts ? file.source_facts->size : file.size;
  return size - std::min(size, file.part.confirmed.bytes());
}

// Of a bundle the size of one file is enough.
bool is_measured(const Transfer& transfer) {
  const File& file = transfer.file;
  if (!sends(transfer) || file.source_facts) return true;
  return file.kind == Kind::bundle ? file.bundle.tally().bytes > 0 : file.size > 0;
}

std::uint64_t sent_by(const File& file) {
  return file.bytes_sent + file.epoch_sent;
}

bool is_in(const LimitScope& scope, const Transfer& transfer) {
  const LaneKey lane{transfer.request.owner,
                     transfer.request.source.endpoint,
                     transfer.request.destination.endpoint,
                     std::nullopt,
                     std::nullopt,
                     false};
  const auto scopes = scopes_of(lane);
  return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
}

}  // namespace

// Since when a rate holds without a break, and the largest that held since then.
std::optional<Laws::Rated> Laws::rated(const LimitScope& scope) const {
  std::optional<Rated> rated;
  const auto versions = limits_.find(scope);
  if (versions == limits_.end()) return rated;
  for (const LimitVersion& version : versions->second) {
    const bool has_rate =
        version.limit && version.limit->windows.empty() && version.limit->bounds.rate;
    if (!has_rate) {
      rated.reset();
      continue;
    }
    const std::uint64_t rate = *version.limit->bounds.rate;
    if (rated) {
      rated->rate = std::max(rated->rate, rate);
    } else {
      rated = Rated{version.since, rate};
    }
  }
  return rated;
}

// What is to be saved: it was decided just now, and is charged since then.
void Laws::admits(const Transfer& next) {
  const File& file = next.file;
  if (limits_.empty() || file.status != Status::active || rft::is_whole(file)) return;
  const auto seen = seen_.find(file.id);
  const bool known = seen != seen_.end() && seen->second.file.epoch < file.epoch;
  const bool is_first = std::none_of(
      begun_.begin(), begun_.end(), [&](const BegunTry& one) { return one.task == task_of(file); });
  if (!known || !is_first) return;
  for (const auto& [scope, versions] : limits_) {
    if (is_in(scope, next) && !file.stop_asked) check_rate(scope, next);
  }
  begun_.push_back({task_of(file), next, events_.now(), is_measured(seen->second), sent_by(file),
                    left_of(seen->second), left_of(seen->second), std::nullopt});
}

// One whose save rftd did not live to see never was.
bool Laws::is_under_way(const BegunTry& one) const {
  if (one.ended) return false;
  const File& file = seen_.at(one.task.file).file;
  const bool stored = file.epoch == one.task.epoch && file.status == Status::active;
  return stored || one.at > last_trouble_;
}

void Laws::check_rate(const LimitScope& scope, const Transfer& next) {
  const auto rate = rated(scope);
  if (!rate) return;
  const Instant now = events_.now();
  const Instant earliest = std::max(rate->since, last_trouble_ + settles_within);
  if (now <= earliest) return;
  const auto per_ms = static_cast<double>(rate->rate) / 1000;
  for (const BegunTry& first : begun_) {
    if (first.at <= earliest || !is_in(scope, first.transfer)) continue;
    double charged = 0, given_back = 0;
    for (const BegunTry& one : begun_) {
      if (!is_in(scope, one.transfer)) continue;
      const auto charge = static_cast<double>(one.charge);
      if (one.at >= first.at) {
        charged += charge;
      } else if (one.ended && *one.ended + answered_within >= first.at) {
        given_back += static_cast<double>(one.most);
      }
    }
    const Duration time = now - first.at + rate_saved_for;
    const double most = per_ms * static_cast<double>(time.count()) + given_back;
    if (charged <= most + per_ms) continue;
    return break_law(
        "limit",
        fmt::format("{} began beyond the rate of {}: {:.0f} bytes of {:.0f} were begun in {} ms",
                    name_of(next), scope.text(), charged, most, time.count()));
  }
  for (const BegunTry& one : begun_) {
    const bool mine = one.transfer.request.owner == next.request.owner;
    if (!is_under_way(one) || one.measured || !mine || !is_in(scope, one.transfer)) continue;
    break_law("limit", fmt::format("{} began under the rate of {} beside {}, whose size is unknown",
                                   name_of(next), scope.text(), name_of(one.transfer)));
  }
}

// What was saved: from now on it is known.
void Laws::measures(const Transfer& next, bool erased) {
  for (BegunTry& one : begun_) {
    if (one.task.file != next.file.id || one.ended) continue;
    const std::uint64_t sent = sent_by(next.file);
    const bool goes_on = !erased && next.file.status == Status::active &&
                         next.file.epoch == one.task.epoch && !next.file.mover.empty();
    if (goes_on) {
      one.measured = one.measured || is_measured(next);
      one.charge = one.most = std::max(one.most, left_of(next));
      continue;
    }
    one.ended = events_.now();
    one.charge = sent - std::min(sent, one.sent_before);
  }
}

}  // namespace rft::sim
