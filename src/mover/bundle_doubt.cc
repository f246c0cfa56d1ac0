// What a bundle does about renames of earlier epochs whose end is not known, and about their parts.
#include "mover/bundle_parts.h"
#include "mover/bundle_task.h"

namespace rft::mover {

// Whether they were done; and where not, that they never will be: from then on the final names are
// ours to judge. Nothing is resumed inside such a file, so its part need not be kept: once it is
// deleted, an order to rename it that is still on its way finds nothing, and one that was done
// meanwhile is seen. Only the destination is asked: the source may be gone by now, as its owner may
// expect a file to be that was moved.
awaitable<void> BundleTask::settle_doubts() {
  Lot doubtful;
  for (Item& item : items_) {
    if (item.order->intent) doubtful.push_back(&item);
  }
  if (doubtful.empty()) co_return;
  co_await look_for_published(doubtful);
  if (order_.publish_proven && !order_.look_only) co_await publish_proven(due(doubtful));
  co_await clear_earlier_parts(due(doubtful), true);
  co_await look_for_published(due(doubtful));
  for (Item* item : due(doubtful)) item->rename_unknown = false;
  tell_outcomes();
}

awaitable<void> BundleTask::look_for_published(Lot doubtful) {
  if (doubtful.empty()) co_return;
  const NameOf final_name = [](const Item& item) { return item.final_name; };
  const auto looks =
      co_await carrier_->look_many(Side::destination, names(doubtful, final_name), Doing::publish);
  Lot unclear;
  std::vector<Summand> summands;
  for (std::size_t i = 0; i < doubtful.size(); ++i) {
    Item& item = *doubtful[i];
    if (!looks[i]) {
      leave(item, looks[i].error());
      continue;
    }
    item.there = *looks[i];
    if (!item.there || item.there->is_folder) continue;
    const Ours ours = is_ours(*item.order->intent, item.there->facts);
    if (ours == Ours::yes) settle_published(item, item.there->facts);
    if (ours != Ours::by_checksum) continue;
    unclear.push_back(&item);
    summands.push_back({item.final_name, item.order->intent->checksum->algorithm});
  }
  if (unclear.empty()) co_return;
  const auto sums = co_await carrier_->checksum_many(Side::destination, std::move(summands));
  for (std::size_t i = 0; i < unclear.size(); ++i) {
    Item& item = *unclear[i];
    if (!sums[i]) {
      leave(item, sums[i].error());
    } else if (*sums[i] == item.order->intent->checksum->value) {
      settle_published(item, item.there->facts);
    }
  }
}

// Epochs before the one that renamed it may have left parts, too.
void BundleTask::settle_published(Item& item, const FileFacts& there) {
  for (auto& name : item_parts(item.final_name, order_.part, order_.earlier, item.order->number)) {
    discarded_.push_back(std::move(name));
  }
  item.checksum = item.order->intent->checksum;
  settle_done(item, there.size, false);
}

// Where a rename may be on its way, an item whose part was not deleted is not gone on with.
awaitable<void> BundleTask::clear_earlier_parts(Lot lot, bool must_be_gone) {
  std::vector<std::string> parts;
  Lot owners;
  for (Item* item : lot) {
    const bool is_cleared = !must_be_gone && item->order->intent.has_value();
    if (in_place() || is_cleared) continue;
    for (auto& name :
         item_parts(item->final_name, order_.part, order_.earlier, item->order->number)) {
      parts.push_back(std::move(name));
      owners.push_back(item);
    }
  }
  if (parts.empty()) co_return;
  const auto removed = co_await carrier_->remove_many(parts);
  for (const auto& one : removed) earlier_left_ = earlier_left_ || !one;
  if (!must_be_gone) co_return;
  for (std::size_t i = 0; i < owners.size(); ++i) {
    if (!removed[i] && owners[i]->state == State::due) leave(*owners[i], removed[i].error());
  }
}

}  // namespace rft::mover
