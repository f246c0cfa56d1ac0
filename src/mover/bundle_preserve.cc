// Modes and times of a bundle's files, as far as the option `preserve` asks for them.
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

}  // namespace rft::mover
