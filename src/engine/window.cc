// The window of a request of many files: which of its parts are in memory.
//
// Memory grows neither with the files of a request nor with those of all requests (P11), and what
// waits at the head of a request does not hold up what is behind it. So each lane is read by
// itself: a link that is down, or has no room for more, holds up no other, and lanes take turns.
// Parts that wait for their turn are few, and more are read as they leave. Of those that wait for a
// gate one is enough for a lane; the others are put away again, for their rows say all. Those that
// back off come to their turn by themselves, and are bounded by what one whole may have.
#include "engine/world.h"

namespace rft {
namespace {

// Of one whole, with those that a mover has; a lane of which nothing is in memory may have more.
constexpr std::size_t parts_max = 256, parts_of_lane_max = 128;
// Of a lane: more would stand before what is committed next (P10).
constexpr std::size_t ready_of_lane_max = 8;
// Of one whole; a lane of which nothing waits may have more.
constexpr std::size_t ready_max = 64;
constexpr std::size_t read_at_once = 2;  // each is a row of up to some 100 KB
// Of one whole, once all that is open takes what there is for all.
constexpr std::size_t own_octets = 16U << 10;
// A lane all of which was put away is read again, in case the others that waited at its gate are
// gone. What a gate lets go is begun at once.
constexpr Duration look_again_after = 10min;

}  // namespace

void read_from_the_first(Whole& whole) {
  for (auto& [number, read] : whole.lanes) read = LaneRead{};
}

bool all_read(const Whole& whole) {
  return whole.lanes_known && std::all_of(whole.lanes.begin(), whole.lanes.end(),
                                          [](const auto& lane) { return lane.second.all; });
}

Engine::World::Window Engine::World::window_of(const Whole& whole) const {
  Window window;
  for (const auto& [file, tally] : whole.parts) {
    const auto part = by_file.find(file);
    if (part == by_file.end() || !part->second->transfer) {
      ++window.others;
      continue;
    }
    Strand& strand = *part->second;
    LaneWindow& own = window.lanes[lane_number(*strand.transfer)];
    const LaneKey* lane = queue.lane_of(file);
    if (lane != nullptr && barred_by(*lane, nullptr, nullptr) != Hold::none) {
      own.barred.push_back(&strand);
      continue;
    }
    if (!strand.occupied) window.octets += strand.held;
    const bool waits = lane != nullptr || !strand.transfer->file.not_before;
    const bool is_ready = !strand.occupied && waits;
    ++(is_ready ? own.ready : own.others);
    ++(is_ready ? window.ready : window.others);
  }
  return window;
}

bool Engine::World::has_memory(std::size_t octets) const {
  return held < limits.memory_for_open || octets < own_octets;
}

// One of a lane that waits for a gate is enough: it has the gate probed, and more are read as soon
// as that opens.
bool Engine::World::has_room(const Window& window, const LaneRead& read,
                             const LaneWindow& lane) const {
  const std::size_t parts = lane.ready + lane.others;
  const bool may_read = !read.all && clock.now().instant >= read.not_before && lane.barred.empty();
  const bool lane_has_room = lane.ready < ready_of_lane_max && parts < parts_of_lane_max;
  // What the others have does not hold up one that has nothing.
  const bool whole_has_room = (window.ready < ready_max || lane.ready == 0) &&
                              (window.ready + window.others < parts_max || parts == 0);
  return may_read && lane_has_room && whole_has_room;
}

// In turns, so that each lane comes to its own.
std::optional<LaneNumber> Engine::World::lane_to_read(const Whole& whole,
                                                      const Window& window) const {
  if (!has_memory(window.octets)) return std::nullopt;
  static const LaneWindow empty;
  auto next = whole.lanes.upper_bound(whole.read_last);
  for (std::size_t turns = whole.lanes.size(); turns > 0; --turns, ++next) {
    if (next == whole.lanes.end()) next = whole.lanes.begin();
    const auto lane = window.lanes.find(next->first);
    const LaneWindow& there = lane == window.lanes.end() ? empty : lane->second;
    if (has_room(window, next->second, there)) return next->first;
  }
  return std::nullopt;
}

// Nothing is under way with it, and its gate is probed all the same, for others wait there. What
// has a part on a full disk stays: that may have to make room (design 5.12); and so does what keeps
// its names.
bool Engine::World::may_be_put_away(const Strand& strand) const {
  const LaneKey* lane = queue.lane_of(*strand.file);
  const bool rests = strand.transfer && strand.mail.empty() && !strand.busy && !strand.pumping;
  return rests && lane != nullptr && queue.size(*lane) > 1 && !strand.has_destinations &&
         strand.transfer->file.kind != Kind::listing && strand.transfer->file.part.epochs.empty();
}

void Engine::World::put_away_barred(Whole& whole, Window& window) {
  std::size_t octets = 0;
  for (auto& [number, lane] : window.lanes) {
    std::vector<Strand*> kept;
    bool has_one = false;  // beside those that must stay: on a full disk it is tried for them
    for (Strand* strand : lane.barred) {
      const bool must_stay = !may_be_put_away(*strand);
      const bool fits = !has_one && has_memory(octets);
      if (!must_stay && !fits) {
        put_away(whole, *strand);
        continue;
      }
      has_one = has_one || !must_stay;
      kept.push_back(strand);
      octets += strand->held;
    }
    const bool all_away = kept.empty() && !lane.barred.empty();
    if (all_away) whole.lanes[number].not_before = clock.now().instant + look_again_after;
    lane.barred = std::move(kept);
  }
}

void Engine::World::put_away(Whole& whole, Strand& strand) {
  LaneRead& read = whole.lanes[lane_number(*strand.transfer)];
  read.up_to = std::min(read.up_to, strand.transfer->request.number - 1);
  read.all = false;
  whole.parts.erase(*strand.file);
  unindex(strand);
  take(strand, std::nullopt);
  strands.erase({strand.owner, strand.handle});
}

void Engine::World::fill_window(const Uuid& id, Whole& whole) {
  Window window = window_of(whole);
  put_away_barred(whole, window);
  if (whole.reading) return;
  if (!whole.lanes_known) return read_lanes(id, whole);
  if (const auto lane = lane_to_read(whole, window)) read_parts(id, whole, *lane);
}

void Engine::World::read_lanes(const Uuid& id, Whole& whole) {
  whole.reading = true;
  store.lanes(id, [this, id, life = whole.life](const Result<std::vector<LaneNumber>>& found) {
    const auto open = wholes.find(id);
    if (open == wholes.end() || open->second.life != life) return;
    Whole& whole = open->second;
    whole.reading = false;
    if (!found) return;  // asked again at the next tick
    for (const LaneNumber lane : *found) whole.lanes.try_emplace(lane);
    whole.lanes_known = true;
    untended.insert(id);
    schedule();
  });
}

void Engine::World::read_parts(const Uuid& id, Whole& whole, LaneNumber lane) {
  whole.reading = true;
  whole.read_last = lane;
  const PartsQuery::Open which{lane, whole.life};
  const PartsQuery query{id, whole.lanes[lane].up_to, read_at_once, {}, which};
  store.parts(query, [this, query](Result<std::vector<Transfer>> found) {
    const auto open = wholes.find(query.whole);
    if (open == wholes.end() || open->second.life != query.open->life) return;
    Whole& whole = open->second;
    whole.reading = false;
    if (!found) return;  // asked again at the next tick
    untended.insert(query.whole);
    LaneRead& read = whole.lanes[query.open->lane];
    if (read.up_to != query.after) return schedule();  // from further back
    read.all = found->size() < query.limit;
    if (!whole.stopping && !found->empty()) read.up_to = found->back().request.number;
    for (Transfer& part : *found) {
      if (!whole.stopping) adopt_part(std::move(part));
    }
    schedule();
  });
}

void Engine::World::gate_opened() {
  for (auto& [id, whole] : wholes) {
    for (auto& [number, read] : whole.lanes) read.not_before = Instant{};
    untended.insert(id);
  }
}

}  // namespace rft
