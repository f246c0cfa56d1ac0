// Modes and times of a bundle's files, as far as the option `preserve` asks for them.
#include <algorithm>

#include "mover/bundle_parts.h"
#include "mover/bundle_task.h"

namespace rft::mover {

// Before the first byte: a server that cannot is known then, and not after all bytes were sent.
awaitable<Outcome<void>> BundleTask::try_traits() {
  const Preserve& preserve = order_.options.preserve;
  const Lot lot = all_due();
  if (!preserve.any() || lot.empty()) co_return Outcome<void>();
  const Item& first = *lot.front();
  std::vector<Traits> trial;
  trial.push_back(trial_of(preserve, item_part(first.final_name, order_.part, order_.task.epoch,
                                               first.order->number, first.round)));
  const auto answers = co_await carrier_->set_traits(std::move(trial));
  co_return judge_trial(answers.front());
}

// In place an earlier epoch may have set a mode that forbids to write the file again. What is wrong
// with it otherwise, its STOR tells.
awaitable<void> BundleTask::let_write_again(Lot lot) {
  if (!order_.options.preserve.mode || !in_place()) co_return;
  std::vector<Traits> files;
  for (const Item* item : lot) {
    if (!item->there || !item->order->final_name_is_ours) continue;
    Traits& writable = files.emplace_back();
    writable.name = item->final_name;
    writable.mode = owner_writes;
  }
  if (!files.empty()) co_await carrier_->set_traits(std::move(files));
}

// Before the proof, so that its look is at what is published, and sees that they were set.
awaitable<void> BundleTask::set_traits(Lot arrived) {
  if (!order_.options.preserve.any() || arrived.empty()) co_return;
  std::vector<Traits> files;
  for (Item* item : arrived) {
    item->traits.name = written_name(*item);
    files.push_back(item->traits);
  }
  const auto answers = co_await carrier_->set_traits(std::move(files));
  for (std::size_t i = 0; i < arrived.size(); ++i) {
    if (const auto set = judge_set(answers[i]); !set) refuse(*arrived[i], set.error());
  }
}

// When all that goes into them is there. One that stands at one side alone has nothing to keep.
awaitable<void> BundleTask::set_folders() {
  const Lot lot = all_due();
  auto sources = names(lot, [](const Item& item) { return item.source; });
  auto finals = names(lot, [](const Item& item) { return item.final_name; });
  const auto at_source =
      co_await carrier_->look_many(Side::source, std::move(sources), Doing::look);
  const auto there =
      co_await carrier_->look_many(Side::destination, std::move(finals), Doing::look);
  for (std::size_t i = 0; i < lot.size(); ++i) judge_folder_pair(*lot[i], at_source[i], there[i]);
  tell_outcomes();
  if (!due(lot).empty()) co_await set_folder_traits(due(lot));
}

void BundleTask::judge_folder_pair(Item& item, const Look& source, const Look& there) {
  const auto stands = [](const Look& look) { return *look && (*look)->is_folder; };
  if (!source) return refuse(item, source.error());
  if (!there) return refuse(item, there.error());
  // What a link at the destination leads to is nothing of the tree.
  if (!stands(source) || !stands(there) || (*there)->is_link) return settle_nothing_kept(item);
  auto traits = traits_of(**source, order_.options.preserve);
  if (!traits) return refuse(item, traits.error());
  item.traits = std::move(*traits);
  item.traits.name = item.final_name;
}

void BundleTask::settle_nothing_kept(Item& item) {
  ItemOutcome none;
  none.fate = Fate::skipped;
  settle(item, std::move(none));
}

// Those that lie in others first, for a mode may lock us out. A look afterwards tells a server that
// says yes and sets nothing.
awaitable<void> BundleTask::set_folder_traits(Lot standing) {
  std::stable_sort(standing.begin(), standing.end(), [](const Item* a, const Item* b) {
    return a->final_name.size() > b->final_name.size();
  });
  std::vector<Traits> folders;
  for (const Item* item : standing) folders.push_back(item->traits);
  const auto answers = co_await carrier_->set_traits(std::move(folders));
  for (std::size_t i = 0; i < standing.size(); ++i) {
    const auto set = judge_set(answers[i]);
    const bool is_gone = !set && set.error().code == FaultCode::part_missing;
    if (!set && !is_gone) refuse(*standing[i], set.error());
  }
  const Lot lot = due(standing);
  auto finals = names(lot, [](const Item& item) { return item.final_name; });
  const auto looks =
      co_await carrier_->look_many(Side::destination, std::move(finals), Doing::preserve);
  for (std::size_t i = 0; i < lot.size(); ++i) {
    if (!looks[i]) {
      refuse(*lot[i], looks[i].error());
    } else if (!*looks[i]) {
      settle_nothing_kept(*lot[i]);
    } else if (const auto kept = judge_kept(lot[i]->traits, **looks[i]); !kept) {
      refuse(*lot[i], kept.error());
    } else {
      settle(*lot[i], ItemOutcome{});
    }
  }
}

}  // namespace rft::mover
