#include "sim/weather.h"

#include <fmt/format.h>

#include <vector>

namespace rft::sim {
namespace {

constexpr std::uint64_t aims = 700'000;  // worlds in a million that aim at a cell

constexpr bool every_cell_is_named() {
  for (const FaultRow& row : fault_rows) {
    std::size_t cells = 0;
    for (const char letter : row.outcomes) cells += letter == ' ' ? 0 : 1;
    if (cells != moment_rows.size()) return false;
  }
  return true;
}
static_assert(every_cell_is_named());

Cell drawn_cell(Dice& dice) {
  for (;;) {
    const Cell cell{static_cast<FaultKind>(dice.below(fault_rows.size())),
                    static_cast<Moment>(dice.below(moment_rows.size()))};
    if (can_be(cell.kind, cell.moment)) return cell;
  }
}

// What has to go wrong first for a transfer to come to a moment.
std::vector<FaultKind> ways_to(Moment moment) {
  switch (moment) {
    case Moment::looking_back:
    case Moment::in_doubt:
      return {FaultKind::rename_answer_lost, FaultKind::rename_late};
    case Moment::settling:
    case Moment::adopting:
      return {FaultKind::flow_cut, FaultKind::mover_killed};
    case Moment::backing_off:
    case Moment::aborting:
      return {FaultKind::data_fails, FaultKind::flow_pauses};
    case Moment::held:
      return {FaultKind::server_down, FaultKind::server_full};
    case Moment::orphaned:
      return {FaultKind::mover_killed};
    case Moment::stopping:
      return {FaultKind::line_lost};
    case Moment::clearing:
      return {FaultKind::data_fails, FaultKind::command_refused, FaultKind::mover_killed};
    default:
      return {};
  }
}

}  // namespace

Weather::Weather(std::uint64_t seed, Dice& dice, const Moments& moments)
    : dice_(dice), moments_(moments) {
  for (const FaultRow& row : fault_rows) {
    std::uint64_t own = seed;
    for (const char letter : row.word) own = own * 31 + static_cast<unsigned char>(letter);
    Dice drawn(own);
    const bool off = drawn.chance(500'000);
    const std::uint64_t most = drawn.between(row.millionths / 10, row.millionths);
    odds_[static_cast<std::size_t>(row.kind)] = off ? 0 : most;
  }
  Dice aiming(seed * 0x9E3779B97F4A7C15ULL + 1);
  if (!aiming.chance(aims)) return;
  aim_ = drawn_cell(aiming);
  for (const FaultKind kind : ways_to(aim_->moment)) favour(kind, 300'000);
  if (aim_->kind == FaultKind::mover_start_fails) favour(aim_->kind, 400'000);
  if (aim_->kind == FaultKind::rename_never) favour(aim_->kind, 400'000);
  if (aim_->kind == FaultKind::writes_late) {
    favour(FaultKind::flow_cut, 500'000);
  }
}

void Weather::favour(FaultKind kind, std::uint64_t odds) {
  odds_[static_cast<std::size_t>(kind)] = std::max(this->odds(kind), odds);
}

bool Weather::happens(FaultKind kind) {
  ++counts_[static_cast<std::size_t>(kind)];
  return true;
}

bool Weather::strikes(FaultKind kind) {
  return !fair_ && dice_.chance(odds(kind)) && happens(kind);
}

bool Weather::takes_aim(FaultKind kind, const Uuid& what) {
  if (armed_ != what || aim_->kind != kind || moments_.of(what) != aim_->moment) return false;
  armed_.reset();
  return true;
}

void Weather::happened(FaultKind kind, const std::optional<Task>& task) {
  happens(kind);
  if (task) hits(kind, *task);
}

bool Weather::is_aimed(FaultKind kind, const Task& task) {
  if (fair_ || !moments_.is_current(task) || !takes_aim(kind, task.file)) return false;
  hits(kind, task.file);
  return happens(kind);
}

bool Weather::strikes(FaultKind kind, const Uuid& what) {
  if (fair_ || (!takes_aim(kind, what) && !dice_.chance(odds(kind)))) return false;
  hits(kind, what);
  return happens(kind);
}

bool Weather::strikes(FaultKind kind, const Task& task) {
  return moments_.is_current(task) ? strikes(kind, task.file) : strikes(kind);
}

void Weather::hits(FaultKind kind, const Task& task) {
  if (moments_.is_current(task)) hits(kind, task.file);
}

void Weather::note(FaultKind kind, Moment moment, bool must_be_possible) {
  if (can_be(kind, moment)) {
    ++hits_[static_cast<std::size_t>(kind)][static_cast<std::size_t>(moment)];
  } else if (must_be_possible) {
    contradiction_ =
        fmt::format("{} struck at '{}'", fault_rows[static_cast<std::size_t>(kind)].word,
                    moment_rows[static_cast<std::size_t>(moment)].word);
  }
}

void Weather::hits(FaultKind kind, const Uuid& what) {
  if (const auto moment = moments_.of(what)) note(kind, *moment, true);
}

void Weather::touches(FaultKind kind, const Uuid& what) {
  if (const auto moment = moments_.of(what)) note(kind, *moment, false);
}

// What strikes the whole world counts where the matrix has a promise for it.
void Weather::hits_all(FaultKind kind) {
  if (submitting_ > 0) note(kind, Moment::submitting, false);
  for (const Uuid& what : moments_.all()) note(kind, *moments_.of(what), false);
}

std::uint64_t Weather::total() const {
  std::uint64_t total = 0;
  for (const FaultRow& row : fault_rows) {
    if (row.strikes != Strikes::user) total += count(row.kind);
  }
  return total;
}

}  // namespace rft::sim
