#include "sim/world.h"

#include <fmt/format.h>

#include "sim/planted.h"
#include "sim/virtual_async.h"

namespace rft::sim {
namespace {

constexpr Duration all_must_end_within = std::chrono::hours(8);
constexpr std::uint64_t steps_least = 500, steps_max = 2'000'000;

}  // namespace

World::World(std::uint64_t seed, Mutants mutants, Trace trace)
    : dice_(seed),
      limit_dice_(seed ^ 0x6c696d697473ULL),
      wide_dice_(seed ^ 0x77696465ULL),
      shared_dice_(seed ^ 0x736861726564ULL),
      weather_(seed, dice_, moments_),
      mutants_(mutants),
      trace_(std::move(trace)),
      servers_(events_, dice_, weather_, moments_),
      laws_(events_, weather_, servers_, mutants) {
  live_in(events_);
  plant(mutants_);
}

World::~World() = default;

void World::say(const std::string& line) {
  const std::string text =
      fmt::format("{:>10} {}", events_.now().time_since_epoch().count() - 1'000'000, line);
  for (const char byte : text)
    hash_ = (hash_ ^ static_cast<unsigned char>(byte)) * 1099511628211ULL;
  if (trace_) trace_(text);
}

bool World::step() {
  if (laws_.broken() || !events_.step()) return false;
  run_awake();
  if (events_.steps() > steps_max) laws_.break_law("P11", "the world does not come to rest");
  if (!weather_.contradiction().empty()) laws_.break_law("matrix", weather_.contradiction());
  return !laws_.broken();
}

void World::until(Instant when) {
  bool over = false;
  events_.at(when, [&over] { over = true; });
  while (!over && step()) {
  }
}

// Nothing is asked, nothing waits and nothing works any more.
bool World::has_ended() const {
  if (open_calls_ > 0 || !daemon_ || !daemon_->is_open() || servers_.flows() > 0) return false;
  const MemoryTables& tables = daemon_->store().tables();
  for (const auto& [id, transfer] : tables.transfers) {
    const Status status = transfer.file.status;
    const bool waits = status == Status::committed && !is_part(transfer);
    if (waits || status == Status::active) return false;
  }
  for (const auto& [id, mover] : machine_.movers) {
    if (mover->work() > 0) return false;
  }
  return tables.ledger.empty();
}

Findings World::run() {
  set_up();
  start_daemon();
  events_.in(Duration(1500), [this] { nemesis(); });
  events_.in(Duration(3000), [this] { look_why(); });
  until(events_.now() + size_.trouble);
  while (!laws_.broken() && events_.steps() < steps_least) until(events_.now() + 5s);
  if (!laws_.broken()) end_well();
  Findings verdict;
  verdict.broken = laws_.broken();
  verdict.steps = events_.steps();
  verdict.faults = weather_.total();
  verdict.transfers = transfers_.size();
  verdict.hash = hash_;
  for (const FaultRow& row : fault_rows) {
    verdict.counts[static_cast<std::size_t>(row.kind)] = weather_.count(row.kind);
  }
  verdict.hits = weather_.hits();
  for (const auto& [id, transfer] : tables().transfers) {
    if (is_part(transfer)) continue;
    if (transfer.file.status == Status::done) ++verdict.done;
    verdict.files += is_whole(transfer.file) ? transfer.file.tally.files : 1;
  }
  return verdict;
}

void World::end_well() {
  say("from now on nothing goes wrong");
  clear_up();
  const Instant latest = events_.now() + all_must_end_within;
  while (!has_ended() && events_.now() < latest && step()) {
  }
  if (laws_.broken()) return;
  until(events_.now() + 60s);  // last words, and their acknowledgements
  if (laws_.broken()) return;
  laws_.all_ended(daemon_->store().tables(), daemon_->engine().totals());
}

}  // namespace rft::sim
