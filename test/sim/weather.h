// Weather: which faults a world has and how often, drawn from its seed (swarm testing: each kind is
// off in about half of the worlds, so that one kind cannot hide another), and one cell of the fault
// matrix that the world aims at.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "sim/dice.h"
#include "sim/moments.h"

namespace rft::sim {

enum class FaultKind : std::uint8_t {
#define RFT_SIM_FAULT(word, millionths, strikes, outcomes, sentence) word,
#include "sim/faults.def"
#undef RFT_SIM_FAULT
};

enum class Strikes : std::uint8_t { coin, nemesis, state, user };

struct FaultRow {
  FaultKind kind;
  std::string_view word;
  std::uint64_t millionths;  // how often at most
  Strikes strikes;
  std::string_view outcomes;  // by moment, in groups
  std::string_view sentence;
};
inline constexpr auto fault_rows = std::to_array<FaultRow>({
#define RFT_SIM_FAULT(word, millionths, strikes, outcomes, sentence) \
  {FaultKind::word, #word, millionths, Strikes::strikes, outcomes, sentence},
#include "sim/faults.def"
#undef RFT_SIM_FAULT
});

// What is promised for a fault at a moment (a capital), or why it cannot be (a small letter).
constexpr char outcome(FaultKind kind, Moment moment) {
  std::size_t left = static_cast<std::size_t>(moment);
  for (const char letter : fault_rows[static_cast<std::size_t>(kind)].outcomes) {
    if (letter != ' ' && left-- == 0) return letter;
  }
  return '?';
}
constexpr bool can_be(FaultKind kind, Moment moment) {
  const char letter = outcome(kind, moment);
  return letter >= 'A' && letter <= 'Z';
}

struct Cell {
  FaultKind kind;
  Moment moment;
};
// How often each fault struck at each moment.
using Hits = std::array<std::array<std::uint64_t, moment_rows.size()>, fault_rows.size()>;

class Weather {
 public:
  // The climate of a world: each kind is drawn by its own word, so that a new kind of fault leaves
  // those of a known seed as they were.
  Weather(std::uint64_t seed, Dice& dice, const Moments& moments);

  // True where this fault happens now. Counts it. The first is of the whole world, or whom it hits
  // is told by hits(); the second of one transfer, or of a part that is to be removed.
  bool strikes(FaultKind kind);
  bool strikes(FaultKind kind, const Uuid& what);
  // The same of a task: of an epoch that is over nothing is counted for its transfer.
  bool strikes(FaultKind kind, const Task& task);
  void hits(FaultKind kind, const Uuid& what);
  void hits(FaultKind kind, const Task& task);
  // Counted where the matrix has a promise: of what strikes more than one.
  void touches(FaultKind kind, const Uuid& what);
  void hits_all(FaultKind kind);
  void hits_at(FaultKind kind, Moment moment) { note(kind, moment, true); }
  // One that was planned earlier strikes now.
  void happened(FaultKind kind, const std::optional<Task>& task);
  // It is aimed at this task's transfer as it is now, and strikes.
  bool is_aimed(FaultKind kind, const Task& task);
  // The cell that this world aims at, and how its next chance becomes certain.
  const std::optional<Cell>& aim() const { return aim_; }
  bool wants_late_writes() const { return aim_ && aim_->kind == FaultKind::writes_late && !fair_; }
  void arm(const Uuid& what) { armed_ = what; }
  void favour(FaultKind kind, std::uint64_t odds);
  // Calls under way of whose transfers nothing is stored.
  void submitting(bool begins) { submitting_ += begins ? 1 : -1; }

  bool has(FaultKind kind) const { return odds(kind) > 0; }
  // How often a kind that the world itself plans happens, in millionths of its moments.
  std::uint64_t odds(FaultKind kind) const { return odds_[static_cast<std::size_t>(kind)]; }
  // From now on nothing goes wrong.
  void clear_up() { fair_ = true; }
  bool fair() const { return fair_; }
  std::uint64_t count(FaultKind kind) const { return counts_[static_cast<std::size_t>(kind)]; }
  std::uint64_t total() const;
  const Hits& hits() const { return hits_; }
  // A fault that struck where the matrix says that it cannot.
  const std::string& contradiction() const { return contradiction_; }

 private:
  bool happens(FaultKind kind);
  bool takes_aim(FaultKind kind, const Uuid& what);
  void note(FaultKind kind, Moment moment, bool must_be_possible);

  Dice& dice_;
  const Moments& moments_;
  bool fair_ = false;
  std::optional<Cell> aim_;
  std::optional<Uuid> armed_;
  int submitting_ = 0;
  std::array<std::uint64_t, fault_rows.size()> odds_{};
  std::array<std::uint64_t, fault_rows.size()> counts_{};
  Hits hits_{};
  std::string contradiction_;
};

}  // namespace rft::sim
