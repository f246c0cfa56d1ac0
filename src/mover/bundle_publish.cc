// How a bundle's proven files get their final names.
#include "mover/bundle_task.h"
#include "mover/waiting.h"

namespace rft::mover {

// Verified and published on one unbroken session (design 5.6). The order to publish names the word
// that told of these files: one for an earlier lot publishes nothing of this one.
awaitable<void> BundleTask::publish_lot(Lot proven) {
  if (proven.empty()) co_return;
  if (in_place()) {
    for (Item* item : proven) settle_done(*item, item->facts.size, false);
    co_return;
  }
  const std::uint64_t verified = say_verified(proven);
  do {
    const auto told =
        co_await wait_for_publish(*carrier_, ports_, interrupt_, publish_signal_,
                                  [this, verified] { return publish_ordered_ == verified; });
    if (!told) {
      leave_all(proven, told.error());
      co_return;
    }
    auto finals = names(proven, [](const Item& item) { return item.final_name; });
    const auto looks =
        co_await carrier_->look_many(Side::destination, std::move(finals), Doing::publish);
    for (std::size_t i = 0; i < proven.size(); ++i) {
      if (looks[i]) {
        proven[i]->there = *looks[i];
      } else {
        refuse(*proven[i], looks[i].error());
      }
    }
    co_await respect_existing(due(proven), [this](const Item& item) {
      return judge_place_again(item.there, order_.options);
    });
    proven = due(proven);
    if (proven.empty()) co_return;
  } while (interrupt_ || !ports_.may_publish());
  co_await rename(std::move(proven));
}

std::uint64_t BundleTask::say_verified(const Lot& proven) {
  BundleVerified says;
  for (const Item* item : proven) {
    says.items.push_back({item->order->number, PublishIntent{item->part, item->checksum}});
  }
  says.bytes_sent = bytes_sent_;
  return ports_.say(std::move(says));
}

awaitable<void> BundleTask::rename(Lot proven) {
  std::vector<Rename> renames;
  for (const Item* item : proven) renames.push_back({written_name(*item), item->final_name});
  const auto told = co_await carrier_->rename_many(std::move(renames));
  for (std::size_t i = 0; i < proven.size(); ++i) {
    Item& item = *proven[i];
    item.rename_unknown = told[i].unknown;
    if (!told[i].fault) {
      item.part_may_stand = false;
      continue;
    }
    refuse(item, judge_rename(told[i], item.replaces));
  }
  co_await look_after_publish(due(proven));
}

// No old flow can write into these parts, so a look under each final name proves nothing that the
// server's answers do not (design 5.6). One that says yes and renames nothing is known by the last
// name of the lot; then all are looked at.
awaitable<void> BundleTask::look_after_publish(Lot renamed) {
  if (renamed.empty()) co_return;
  for (Item* item : renamed) item->rename_unknown = true;
  Item& last = *renamed.back();
  std::vector<std::string> its_name;
  its_name.push_back(last.final_name);
  const auto look =
      co_await carrier_->look_many(Side::destination, std::move(its_name), Doing::publish);
  const bool is_as_told = look[0] && judge_after(*look[0], last.part, false) == After::good;
  if (!is_as_told) co_return co_await look_at_each(std::move(renamed));
  for (Item* item : renamed) settle_done(*item, item->part.size, false);
}

awaitable<void> BundleTask::look_at_each(Lot renamed) {
  auto finals = names(renamed, [](const Item& item) { return item.final_name; });
  const auto looks =
      co_await carrier_->look_many(Side::destination, std::move(finals), Doing::publish);
  Lot spoilt;
  for (std::size_t i = 0; i < renamed.size(); ++i) {
    Item& item = *renamed[i];
    if (!looks[i]) {
      leave(item, looks[i].error());
      continue;
    }
    switch (judge_after(*looks[i], item.part, false)) {
      case After::good:
        settle_done(item, item.part.size, false);
        break;
      case After::anothers:
        item.rename_unknown = false;
        leave(item, Fault{FaultCode::changed_after_verify, Side::destination, Doing::publish, "",
                          "another file stands under its name now"});
        break;
      case After::spoilt:
        spoilt.push_back(&item);
        break;
    }
  }
  co_await take_names_away(std::move(spoilt));
}

awaitable<void> BundleTask::take_names_away(Lot spoilt) {
  if (spoilt.empty()) co_return;
  std::vector<Rename> back;
  for (const Item* item : spoilt) back.push_back({item->final_name, written_name(*item)});
  const auto told = co_await carrier_->rename_many(std::move(back));
  for (std::size_t i = 0; i < spoilt.size(); ++i) {
    Item& item = *spoilt[i];
    const auto& not_back = told[i].fault;
    item.rename_unknown = not_back && not_back->code != FaultCode::part_missing;
    item.part_may_stand = !not_back;
    leave(item, Fault{FaultCode::changed_after_verify, Side::destination, Doing::publish, "", ""});
  }
}

}  // namespace rft::mover
