// The empty folders among a bundle's items: each is made, or stands at the destination already.
#include <set>

#include "mover/bundle_task.h"
#include "mover/folders.h"

namespace rft::mover {

// The source is not asked again: its listing named them. One that stands is as good as one of ours,
// so a next epoch may find what an earlier one made.
awaitable<void> BundleTask::see_to_folders() {
  Lot lot;
  for (Item* item : all_due()) {
    if (item->order->is_folder) lot.push_back(item);
  }
  if (lot.empty()) co_return;
  const NameOf name_of = [](const Item& item) { return item.final_name; };
  const auto looks =
      co_await carrier_->look_many(Side::destination, names(lot, name_of), Doing::look);
  std::set<std::string> missing;
  for (std::size_t i = 0; i < lot.size(); ++i) {
    if (const auto bad = judge_own_folder(looks[i])) {
      refuse(*lot[i], *bad);
    } else if (*looks[i]) {
      settle_folder(*lot[i], true);
    } else {
      missing.insert(lot[i]->final_name);
    }
  }
  if (missing.empty()) co_return;
  std::map<std::string, Fault> faults;
  if (is_plan()) {
    faults = co_await foresee_missing(*carrier_, std::move(missing));
  } else {
    faults = co_await make_missing(*carrier_, std::move(missing));
  }
  for (Item* item : due(lot)) {
    const auto why = faults.find(item->final_name);
    if (why != faults.end()) {
      refuse(*item, why->second);
    } else {
      settle_folder(*item, false);
    }
  }
}

std::optional<Fault> BundleTask::judge_own_folder(const Look& seen) const {
  if (!seen) return seen.error();
  if (*seen && !(*seen)->is_folder) {
    return Fault{FaultCode::not_a_folder, Side::destination, Doing::look, "", ""};
  }
  const bool must_stand = is_check() || order_.options.parents == Parents::fail;
  if (*seen || !must_stand) return std::nullopt;
  return Fault{FaultCode::no_such_folder, Side::destination, Doing::look, "", ""};
}

void BundleTask::settle_folder(Item& item, bool stood) {
  ItemOutcome outcome;
  if (is_plan()) outcome.fate = stood ? Fate::skipped : Fate::would_move;
  settle(item, std::move(outcome));
}

}  // namespace rft::mover
