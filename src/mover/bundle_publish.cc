// How a bundle's proven files get their final names.
#include "mover/bundle_parts.h"
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
  if (order_.prove_only) {
    for (Item* item : proven) item->state = State::proven;
    co_return;
  }
  co_await rename_when(std::move(proven),
                       [this, verified] { return publish_ordered_ == verified; });
}

// That it is published was decided after an earlier epoch proved it: where its part stands as it
// was then, by Size, Modify and Unique, the proof holds (design 5.6).
awaitable<void> BundleTask::publish_proven(Lot lot) {
  const Lot standing = co_await find_proven(std::move(lot));
  if (standing.empty()) co_return;
  co_await fence(standing, order_.earlier.size());
  const Lot fenced = due(standing);
  if (fenced.empty()) co_return;
  co_await rename_when(fenced, [] { return true; });
  co_await discard();
  tell_outcomes();
}

// The parts get this epoch's names: an earlier order to rename one that is still on its way finds
// nothing from then on, and one that was done meanwhile is seen.
awaitable<void> BundleTask::fence(Lot standing, std::size_t orders) {
  std::vector<Rename> renames;
  for (Item* item : standing) {
    std::string from = std::exchange(item->proven_name, {});
    renames.push_back({std::move(from), written_name(*item)});
  }
  const auto told = co_await carrier_->rename_many(std::move(renames));
  for (std::size_t i = 0; i < standing.size(); ++i) {
    const bool is_gone = told[i].fault && told[i].fault->code == FaultCode::part_missing;
    if (told[i].fault && !is_gone) leave(*standing[i], *told[i].fault);
    standing[i]->part_may_stand = !told[i].fault;
  }
  co_await look_for_published(due(standing));
  Lot gone;
  for (Item* item : due(standing)) {
    item->rename_unknown = false;
    if (!item->part_may_stand) gone.push_back(item);
  }
  if (gone.empty()) co_return;
  // Between our look and our rename an order of an earlier epoch gave it another of our names. Each
  // of these orders does so once.
  if (orders > 0) {
    const Lot found = co_await find_proven(gone);
    if (!found.empty()) co_await fence(found, orders - 1);
  }
  for (Item* item : due(gone)) {
    if (item->part_may_stand) continue;
    leave(*item, Fault{FaultCode::part_missing, Side::destination, Doing::publish, "", ""});
  }
}

awaitable<BundleTask::Lot> BundleTask::find_proven(Lot lot) {
  std::vector<std::string> parts;
  Lot owners;
  for (Item* item : lot) {
    for (auto& name :
         item_parts(item->final_name, order_.part, order_.earlier, item->order->number)) {
      parts.push_back(std::move(name));
      owners.push_back(item);
    }
  }
  const auto looks = co_await carrier_->look_many(Side::destination, parts, Doing::publish);
  Lot standing;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Item& item = *owners[i];
    const PublishIntent& proven = *item.order->intent;
    const bool stands =
        looks[i] && *looks[i] && !proven.part.unique.empty() && (*looks[i])->facts == proven.part;
    if (!stands || !item.proven_name.empty()) continue;
    item.proven_name = parts[i];
    item.part = item.facts = proven.part;
    item.checksum = proven.checksum;
    if (proven.checksum) item.algorithm = proven.checksum->algorithm;
    standing.push_back(&item);
  }
  // What else earlier epochs left of these is cleared with them: their proof is not taken again.
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string& proven_name = owners[i]->proven_name;
    const bool is_absent = looks[i] && !*looks[i];
    if (!proven_name.empty() && proven_name != parts[i] && !is_absent)
      discarded_.push_back(parts[i]);
  }
  co_return standing;
}

awaitable<void> BundleTask::rename_when(Lot proven, std::function<bool()> is_ordered) {
  do {
    const auto told =
        co_await wait_for_publish(*carrier_, ports_, interrupt_, publish_signal_, is_ordered);
    if (!told) {
      leave_all(proven, told.error());
      co_return;
    }
    proven = co_await look_before_publish(std::move(proven));
    if (proven.empty()) co_return;
  } while (interrupt_ || !ports_.may_publish());
  co_await rename(std::move(proven));
}

// Those that may still be renamed.
awaitable<BundleTask::Lot> BundleTask::look_before_publish(Lot proven) {
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
  co_return due(proven);
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
