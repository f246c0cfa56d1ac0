// Who goes next among the transfers that are ready. Pure: a value that is asked.
//
// A closed gate or a reached limit passes over a whole lane, whatever waits in it. Between owners
// the one with the least claim goes first (P10); within an owner priority, then rank.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>

#include "base/uuid.h"
#include "core/lane.h"

namespace rft {

// What an owner has of that for which it contends in a lane; the least goes first. First by what it
// has now, so that slots are shared by weight and whoever has none is next; then by what it was
// given before, so that turns are shared too where there are fewer slots than owners.
struct Claim {
  double active = 0;  // attempts, for its weight
  double served = 0;  // virtual time (core/share.h)
  auto operator<=>(const Claim&) const = default;
};

struct Place {
  int priority = 0;
  std::int64_t rank = 0;
  Uuid file;
  // Higher priority first, then lower rank.
  friend bool operator<(const Place& a, const Place& b) {
    return std::tuple(-a.priority, a.rank, a.file) < std::tuple(-b.priority, b.rank, b.file);
  }
};

class WaitingQueue {
 public:
  void add(const LaneKey& lane, const Place& place);
  void remove(const Uuid& file);
  bool contains(const Uuid& file) const { return where_.count(file) > 0; }
  const LaneKey* lane_of(const Uuid& file) const;  // null: it is not here; as long as it is here
  std::size_t size(const LaneKey& lane) const;
  std::size_t size() const { return where_.size(); }
  std::size_t size(const std::string& owner) const;

  using Admits = std::function<bool(const LaneKey&)>;
  using Fits = std::function<bool(const Uuid&)>;         // of a file in an admitted lane
  using ClaimOf = std::function<Claim(const LaneKey&)>;  // of the lane's owner
  // The file that goes next, or none. O(owners + lanes); a lane is looked into only as far as its
  // first file that fits, at most `depth_max` files.
  std::optional<Uuid> next(const Admits& admits, const Fits& fits, const ClaimOf& claim) const;
  // How many of the same owner go before `file`: those in the admitted lanes, and in its own.
  std::uint64_t ahead_of(const Uuid& file, const Admits& admits) const;

  void each_lane(const std::function<void(const LaneKey&, const std::set<Place>&)>& look) const;

  static constexpr std::size_t depth_max = 64;

 private:
  using Lanes = std::map<LaneKey, std::set<Place>>;
  std::optional<Place> best_of(const Lanes& lanes, const Admits& admits, const Fits& fits) const;

  std::map<std::string, Lanes> owners_;
  struct Where {
    Lanes::iterator lane;
    Place place;
  };
  std::unordered_map<Uuid, Where> where_;
};

}  // namespace rft
