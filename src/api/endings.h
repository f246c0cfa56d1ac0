// Who waits for the end of a transfer: answered when it is final or cleared, or when their time is
// up.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "base/time.h"
#include "engine/ports.h"

namespace rft::api {

inline constexpr Duration ending_wait_max = std::chrono::seconds(10);
inline constexpr std::size_t ending_waiters_max = 10'000;

// Calls `then` once, after `delay`, on the thread of the caller.
using After = std::function<void(Duration delay, std::function<void()> then)>;

class Endings {
 public:
  explicit Endings(After after) : after_(std::move(after)) {}
  Endings(const Endings&) = delete;
  Endings& operator=(const Endings&) = delete;

  // `then` is called once, not before this returns: after `longest` at the latest. False: too many
  // wait already, it is not called.
  bool wait(const std::string& owner, const std::string& handle, Duration longest,
            std::function<void()> then);
  void happened(const Event& event);

 private:
  using Who = std::pair<std::string, std::string>;  // owner and handle
  void time_is_up(const Who& who, std::uint64_t number);

  After after_;
  std::map<Who, std::map<std::uint64_t, std::function<void()>>> waiting_;
  std::size_t count_ = 0;
  std::uint64_t last_number_ = 0;
};

}  // namespace rft::api
