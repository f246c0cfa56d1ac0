#include "core/choose.h"

#include <iterator>

namespace rft {

void WaitingQueue::add(const LaneKey& lane, const Place& place) {
  remove(place.file);
  const auto at = owners_[lane.owner].try_emplace(lane).first;
  at->second.insert(place);
  where_.emplace(place.file, Where{at, place});
}

void WaitingQueue::remove(const Uuid& file) {
  const auto found = where_.find(file);
  if (found == where_.end()) return;
  const auto lane = found->second.lane;
  const auto owner = owners_.find(lane->first.owner);
  lane->second.erase(found->second.place);
  if (lane->second.empty()) owner->second.erase(lane);
  if (owner->second.empty()) owners_.erase(owner);
  where_.erase(found);
}

const LaneKey* WaitingQueue::lane_of(const Uuid& file) const {
  const auto found = where_.find(file);
  return found == where_.end() ? nullptr : &found->second.lane->first;
}

std::size_t WaitingQueue::size(const LaneKey& lane) const {
  const auto lanes = owners_.find(lane.owner);
  if (lanes == owners_.end()) return 0;
  const auto places = lanes->second.find(lane);
  return places == lanes->second.end() ? 0 : places->second.size();
}

std::size_t WaitingQueue::size(const std::string& owner) const {
  const auto lanes = owners_.find(owner);
  if (lanes == owners_.end()) return 0;
  std::size_t sum = 0;
  for (const auto& [key, places] : lanes->second) sum += places.size();
  return sum;
}

std::optional<Place> WaitingQueue::best_of(const Lanes& lanes, const Admits& admits,
                                           const Fits& fits) const {
  std::optional<Place> best;
  for (const auto& [key, places] : lanes) {
    if (best && !(*places.begin() < *best)) continue;
    if (!admits(key)) continue;
    std::size_t depth = 0;
    for (const Place& place : places) {
      if (++depth > depth_max || (best && !(place < *best))) break;
      if (!fits(place.file)) continue;
      best = place;
      break;
    }
  }
  return best;
}

std::optional<Uuid> WaitingQueue::next(const Admits& admits, const Fits& fits,
                                       const ClaimOf& claim) const {
  std::optional<std::pair<Claim, Uuid>> first;
  for (const auto& [owner, lanes] : owners_) {
    const auto best = best_of(lanes, admits, fits);
    if (!best) continue;
    const Claim has = claim(where_.at(best->file).lane->first);
    if (!first || has < first->first) first.emplace(has, best->file);
  }
  return first ? std::optional(first->second) : std::nullopt;
}

std::uint64_t WaitingQueue::ahead_of(const Uuid& file, const Admits& admits) const {
  const auto found = where_.find(file);
  if (found == where_.end()) return 0;
  const auto& [lane, place] = found->second;
  std::uint64_t ahead = 0;
  for (const auto& [key, places] : owners_.at(lane->first.owner)) {
    if (key != lane->first && !admits(key)) continue;
    ahead += static_cast<std::uint64_t>(std::distance(places.begin(), places.lower_bound(place)));
  }
  return ahead;
}

void WaitingQueue::each_lane(
    const std::function<void(const LaneKey&, const std::set<Place>&)>& look) const {
  for (const auto& [owner, lanes] : owners_) {
    for (const auto& [key, places] : lanes) look(key, places);
  }
}

}  // namespace rft
