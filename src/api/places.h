// Places: how many of something an owner, and all owners together, may have at once.
#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace rft::api {

class Places {
  struct Taken {
    std::size_t all = 0;
    std::map<std::string, std::size_t> by_owner;
  };

 public:
  // Held for as long as it lives; it may outlive its Places.
  class Place {
   public:
    Place(Place&&) noexcept = default;
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (!taken_) return;
      --taken_->all;
      if (--taken_->by_owner[owner_] == 0) taken_->by_owner.erase(owner_);
    }

   private:
    friend class Places;
    Place(std::shared_ptr<Taken> taken, std::string owner)
        : taken_(std::move(taken)), owner_(std::move(owner)) {
      ++taken_->all;
      ++taken_->by_owner[owner_];
    }
    std::shared_ptr<Taken> taken_;
    std::string owner_;
  };

  Places(std::size_t per_owner, std::size_t overall) : per_owner_(per_owner), overall_(overall) {}

  // Nothing where either limit is reached.
  std::optional<Place> take(const std::string& owner) {
    const auto mine = taken_->by_owner.find(owner);
    const std::size_t have = mine == taken_->by_owner.end() ? 0 : mine->second;
    if (taken_->all >= overall_ || have >= per_owner_) return std::nullopt;
    return Place(taken_, owner);
  }
  std::size_t taken() const { return taken_->all; }

 private:
  std::size_t per_owner_;
  std::size_t overall_;
  std::shared_ptr<Taken> taken_ = std::make_shared<Taken>();
};

}  // namespace rft::api
