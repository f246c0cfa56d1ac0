// The window of a request of many files: which of its parts are in memory.
//
// Memory grows neither with the files of a request nor with those of all requests (P11), and what
// waits at the head of a request does not hold up what is behind it. So parts that wait for their
// turn are few, and more are read as they leave. Those that wait for a gate are few, too: one more
// is put away again, for its row says all, and is read with the next pass over the request. Those
// that back off come to their turn by themselves, and are bounded by what one whole may have.
#include "engine/world.h"

namespace rft {
namespace {

constexpr std::size_t parts_max = 256;  // of one whole, with those that a mover has
constexpr std::size_t ready_max = 8;    // more would stand before what is committed next (P10)
constexpr std::size_t barred_max = 24;
// Of each of the two, once all that is open takes what there is for all.
constexpr std::size_t own_octets = 16U << 10;
// A pass reads each part that waits: some 100 KB. One that a gate lets go is begun at once.
constexpr Duration pass_every = 10min;

}  // namespace

Engine::World::Window Engine::World::window_of(const Whole& whole) const {
  Window window;
  for (const auto& [file, tally] : whole.parts) {
    const auto part = by_file.find(file);
    if (part == by_file.end() || part->second->occupied) continue;
    Strand& strand = *part->second;
    const LaneKey* lane = queue.lane_of(file);
    if (lane != nullptr && barred_by(*lane, nullptr, nullptr) != Hold::none) {
      window.barred.push_back(&strand);
      continue;
    }
    window.octets += strand.held;
    const bool waits = lane == nullptr && strand.transfer && strand.transfer->file.not_before;
    if (!waits) ++window.ready;
  }
  return window;
}

bool Engine::World::has_room(const Whole& whole, const Window& window) const {
  return whole.parts.size() < parts_max && window.ready < ready_max &&
         (held < limits.memory_for_open || window.octets < own_octets);
}

// Nothing is under way with it, and its gate is probed all the same, for others wait there. What
// has a part on a full disk stays: that may have to make room (design 5.12).
bool Engine::World::may_be_put_away(const Strand& strand) const {
  const LaneKey* lane = queue.lane_of(*strand.file);
  const bool rests = strand.transfer && strand.mail.empty() && !strand.busy && !strand.pumping;
  return rests && lane != nullptr && queue.size(*lane) > 1 &&
         strand.transfer->file.kind != Kind::listing && strand.transfer->file.part.epochs.empty();
}

void Engine::World::put_away_barred(Whole& whole, const Window& window) {
  std::size_t kept = 0, octets = 0;
  for (Strand* strand : window.barred) {
    const bool fits = kept < barred_max && (held < limits.memory_for_open || octets < own_octets);
    if (fits || !may_be_put_away(*strand)) {
      ++kept;
      octets += strand->held;
      continue;
    }
    if (!std::exchange(whole.some_away, true)) whole.next_pass = clock.now().instant + pass_every;
    whole.parts.erase(*strand->file);
    unindex(*strand);
    take(*strand, std::nullopt);
    strands.erase({strand->owner, strand->handle});
  }
}

void Engine::World::read_what_is_away(Whole& whole) const {
  const bool passed = whole.all_read && !whole.reading && whole.some_away;
  const bool due = whole.parts.empty() || clock.now().instant >= whole.next_pass;
  if (passed && due) read_from_the_first(whole);
}

void Engine::World::gate_opened() {
  for (auto& [id, whole] : wholes) {
    whole.next_pass = Instant{};
    if (whole.some_away) untended.insert(id);
  }
}

}  // namespace rft
