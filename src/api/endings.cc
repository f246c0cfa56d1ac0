#include "api/endings.h"

namespace rft::api {

bool Endings::wait(const std::string& owner, const std::string& handle, Duration longest,
                   std::function<void()> then) {
  if (count_ >= ending_waiters_max) return false;
  const Who who{owner, handle};
  const std::uint64_t number = ++last_number_;
  waiting_[who].emplace(number, std::move(then));
  ++count_;
  after_(longest, [this, who, number] { time_is_up(who, number); });
  return true;
}

void Endings::happened(const Event& event) {
  const bool ended = is_final(event.status) || event.status == Status::user_stop;
  if (!ended) return;
  auto found = waiting_.extract({event.owner, event.handle});
  if (found.empty()) return;
  count_ -= found.mapped().size();
  for (const auto& [number, then] : found.mapped()) then();
}

void Endings::time_is_up(const Who& who, std::uint64_t number) {
  const auto found = waiting_.find(who);
  if (found == waiting_.end()) return;
  const auto waiter = found->second.extract(number);
  if (found->second.empty()) waiting_.erase(found);
  if (waiter.empty()) return;
  --count_;
  waiter.mapped()();
}

}  // namespace rft::api
