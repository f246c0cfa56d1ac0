// The empty folders among a bundle's items: each is made, or stands at the destination already.
#include <set>

#include "mover/bundle_task.h"
#include "mover/folders.h"

namespace rft::mover {

// One that stands is as good as one of ours, so a next epoch may find what an earlier one made.
awaitable<void> BundleTask::see_to_folders() {
  Lot lot;
  for (Item* item : all_due()) {
    if (item->order->is_folder) lot.push_back(item);
  }
  if (!is_check() && !is_removal()) co_await look_at_source_folders(lot);
  lot = due(lot);
  if (lot.empty()) co_return;
  const NameOf name_of = [](const Item& item) { return item.final_name; };
  const auto looks =
      co_await carrier_->look_many(Side::destination, names(lot, name_of), Doing::look);
  std::set<std::string> missing;
  for (std::size_t i = 0; i < lot.size(); ++i) {
    if (const auto bad = judge_own_folder(*lot[i], looks[i])) {
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

// A list may name what is no folder, and what a listing found may be gone.
awaitable<void> BundleTask::look_at_source_folders(Lot lot) {
  const NameOf name_of = [](const Item& item) { return item.source; };
  if (lot.empty()) co_return;
  const auto looks = co_await carrier_->look_many(Side::source, names(lot, name_of), Doing::look);
  for (std::size_t i = 0; i < lot.size(); ++i) {
    const auto good = judge_source_folder(lot[i]->source, looks[i]);
    if (!good) refuse(*lot[i], good.error());
  }
}

std::optional<Fault> BundleTask::judge_own_folder(const Item& item, const Look& seen) const {
  if (!seen) return seen.error();
  if (*seen && !(*seen)->is_folder) return file_for_folder(item.final_name, Side::destination);
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
