// What a bundle does that removes: files of the destination that the source has not, and the
// folders that this emptied. The source is not asked. What is gone already is as good as deleted,
// so a try may begin again anywhere.
#include <algorithm>
#include <map>
#include <set>

#include "mover/bundle_parts.h"
#include "mover/bundle_task.h"

namespace rft::mover {

awaitable<void> BundleTask::remove() {
  const NameOf final_name = [](const Item& item) { return item.final_name; };
  const Lot lot = all_due();
  const auto looks =
      co_await carrier_->look_many(Side::destination, names(lot, final_name), Doing::look);
  Lot gone, standing;
  for (std::size_t i = 0; i < lot.size(); ++i) {
    Item& item = *lot[i];
    if (!looks[i]) {
      refuse(item, looks[i].error());
    } else if (!*looks[i]) {
      gone.push_back(&item);
    } else if (const auto same = judge_extra(**looks[i], *item.order); !same) {
      settle_left(item, same.error());
    } else {
      standing.push_back(&item);
    }
  }
  if (interrupt_) {
    leave_all(due(lot), Fault{FaultCode::cut, Side::none, Doing::remove, "", ""});
    co_return;
  }
  if (!standing.empty()) {
    const auto removed = co_await carrier_->remove_many(names(standing, final_name));
    for (std::size_t i = 0; i < standing.size(); ++i) {
      if (!removed[i]) {
        refuse(*standing[i], removed[i].error());
      } else {
        gone.push_back(standing[i]);
      }
    }
  }
  co_await remove_emptied(gone);
  for (Item* item : due(gone)) settle_deleted(*item);
}

// A folder that holds something is refused by its server, and stays. The files are told deleted
// only after that: so whoever deletes the last file of a folder removes it, also in another try.
awaitable<void> BundleTask::remove_emptied(Lot gone) {
  std::set<std::string> folders;
  std::map<std::string, Lot> emptied_by;
  for (Item* item : gone) {
    for (std::string& folder : folders_that_may_go(*item->order)) {
      std::string name = Url{order_.destination, std::move(folder)}.wire_path();
      emptied_by[name].push_back(item);
      folders.insert(std::move(name));
    }
  }
  if (folders.empty()) co_return;
  // In reverse, what lies in a folder comes before it.
  const std::vector<std::string> deepest_first(folders.rbegin(), folders.rend());
  const auto removed = co_await carrier_->remove_folders(deepest_first);
  for (std::size_t i = 0; i < deepest_first.size(); ++i) {
    if (removed[i]) continue;
    for (Item* item : emptied_by[deepest_first[i]]) {
      if (item->state == State::due) leave(*item, removed[i].error());
    }
  }
}

void BundleTask::settle_left(Item& item, const Fault& why) {
  ItemOutcome outcome;
  outcome.fate = Fate::skipped;
  outcome.size = item.order->size.value_or(0);
  outcome.fault = why;
  settle(item, std::move(outcome));
}

void BundleTask::settle_deleted(Item& item) {
  ItemOutcome outcome;
  outcome.fate = Fate::deleted;
  outcome.size = item.order->size.value_or(0);
  settle(item, std::move(outcome));
}

}  // namespace rft::mover
