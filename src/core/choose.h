// Who goes next among the transfers that are ready. Pure: a value that is asked.
//
// A lane is what transfers share that a limit or a gate speaks of: owner, link and credentials. So
// a closed gate or a reached limit passes over a whole lane, whatever waits in it. Between owners
// the one with the least active work goes first (P10); within an owner priority, then rank.
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

#include "base/url.h"
#include "base/uuid.h"

namespace rft {

struct LaneKey {
  std::string owner;
  Endpoint source, destination;
  std::optional<Uuid> source_credential, destination_credential;
  bool bundles = false;  // many files at once: few of them fill a link
  auto operator<=>(const LaneKey&) const = default;
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
  std::size_t size() const { return where_.size(); }
  std::size_t size(const std::string& owner) const;

  using Admits = std::function<bool(const LaneKey&)>;
  using Fits = std::function<bool(const Uuid&)>;  // of a file in an admitted lane
  using ActiveOf = std::function<std::uint32_t(const std::string& owner)>;
  // The file that goes next, or none. O(owners + lanes); a lane is looked into only as far as its
  // first file that fits, at most `depth_max` files.
  std::optional<Uuid> next(const Admits& admits, const Fits& fits, const ActiveOf& active) const;
  // How many of the same owner go before `file`.
  std::uint64_t ahead_of(const Uuid& file) const;

  void each_lane(const std::function<void(const LaneKey&, const std::set<Place>&)>& look) const;

  static constexpr std::size_t depth_max = 64;

 private:
  using Lanes = std::map<LaneKey, std::set<Place>>;
  std::optional<Place> best_of(const Lanes& lanes, const Admits& admits, const Fits& fits) const;

  std::map<std::string, Lanes> owners_;
  std::unordered_map<Uuid, std::pair<LaneKey, Place>> where_;
};

}  // namespace rft
