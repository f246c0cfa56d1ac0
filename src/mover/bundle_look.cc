// What a bundle does before the first byte: looks, what stands there already, folders.
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <set>

#include "mover/bundle_task.h"
#include "mover/folders.h"
#include "mover/waiting.h"

namespace rft::mover {

using namespace asio::experimental::awaitable_operators;

// A file may have an algorithm of its own, which costs it alone where it is not common.
Outcome<void> BundleTask::agree_on_proof() {
  if (order_.options.verify != Verify::checksum) return {};
  std::map<std::string, std::optional<std::string>> common;
  for (Item* item : all_due()) {
    const std::string& wish = wanted(*item).algorithm;
    const auto [found, is_new] = common.try_emplace(wish);
    if (is_new) found->second = carrier_->common_checksum(wish);
    if (found->second) {
      item->algorithm = *found->second;
      continue;
    }
    auto none = fault(FaultCode::no_common_checksum, Side::both, Doing::features,
                      wish.empty() ? "" : "both would have to compute " + wish);
    if (item->order->checksum.algorithm.empty()) return none;
    refuse(*item, none.value());
  }
  return {};
}

// Both sides at once. Of the destination also the folders, so that a missing one is not learnt from
// a refused STOR, which would cost all that were ordered behind it a second way.
awaitable<void> BundleTask::look_around() {
  const Lot lot = all_due();
  if (lot.empty()) co_return;
  const bool in_doubt_what_stands = !is_bare();
  std::set<std::string> folders;
  for (const Item* item : lot) folders.insert(folder_of(item->final_name));
  std::vector<std::string> there(folders.begin(), folders.end());
  const std::size_t folder_count = there.size();
  if (in_doubt_what_stands) {
    for (const Item* item : lot) there.push_back(item->final_name);
  }
  auto sources = names(lot, [](const Item& item) { return item.source; });
  auto [source_looks, looks] =
      co_await (carrier_->look_many(Side::source, std::move(sources), Doing::look) &&
                carrier_->look_many(Side::destination, there, Doing::look));
  judge_sources(lot, source_looks);
  std::map<std::string, Look> seen;
  for (std::size_t i = 0; i < folder_count; ++i) seen.emplace(there[i], std::move(looks[i]));
  if (in_doubt_what_stands) {
    for (std::size_t i = 0; i < lot.size(); ++i) {
      const Look& look = looks[folder_count + i];
      if (lot[i]->state != State::due) continue;
      if (look) {
        lot[i]->there = *look;
      } else {
        refuse(*lot[i], look.error());
      }
    }
    Lot of_others = due(lot);
    std::erase_if(of_others, [](const Item* item) { return item->order->final_name_is_ours; });
    co_await respect_existing(std::move(of_others), [this](const Item& item) {
      return judge_place(item.there, item.facts, order_.options);
    });
  }
  co_await make_folders(due(lot), std::move(seen));
}

void BundleTask::judge_sources(const Lot& lot, const std::vector<Look>& looks) {
  for (std::size_t i = 0; i < lot.size(); ++i) {
    auto facts = source_facts(looks[i]);
    if (!facts) {
      refuse(*lot[i], facts.error());
      continue;
    }
    lot[i]->facts = std::move(*facts);
    auto traits = traits_of(**looks[i], order_.options.preserve);
    if (!traits) {
      refuse(*lot[i], traits.error());
      continue;
    }
    lot[i]->traits = std::move(*traits);
    if (is_plan()) {
      if (const auto may = judge_may_read(**looks[i]); !may) {
        refuse(*lot[i], may.error());
        continue;
      }
    }
    if (lot[i]->facts.size > bundle_file_max) settle_apart(*lot[i]);
  }
}

awaitable<void> BundleTask::respect_existing(Lot lot, JudgePlace judge) {
  Lot identical, compared;
  for (Item* item : lot) {
    const auto place = judge(*item);
    if (!place) {
      refuse(*item, place.error());
      continue;
    }
    item->replaces = *place == Place::replaced || *place == Place::compared;
    if (*place == Place::kept) settle_kept(*item);
    if (*place == Place::adopted) identical.push_back(item);
    if (*place == Place::compared) compared.push_back(item);
  }
  co_await keep_identical(std::move(compared));
  co_await adopt(std::move(identical));
}

// By sync=checksum: what is identical is kept, the rest goes on to be replaced.
awaitable<void> BundleTask::keep_identical(Lot lot) {
  if (lot.empty()) co_return;
  const auto same = co_await both_checksums(lot, [](const Item& item) { return item.final_name; });
  for (std::size_t i = 0; i < lot.size(); ++i) {
    if (!same[i]) {
      refuse(*lot[i], same[i].error());
    } else if (*same[i]) {
      lot[i]->checksum = **same[i];
      settle_kept(*lot[i]);
    }
  }
}

awaitable<void> BundleTask::adopt(Lot lot) {
  Lot compared;
  for (Item* item : lot) {
    if (item->there->facts.size != item->facts.size) {
      refuse(*item, fault(FaultCode::destination_exists, Side::destination, Doing::look,
                          "its size is another")
                        .value());
    } else if (item->algorithm.empty()) {
      settle_identical(*item);
    } else {
      compared.push_back(item);
    }
  }
  if (compared.empty()) co_return;
  const auto same =
      co_await both_checksums(compared, [](const Item& item) { return item.final_name; });
  for (std::size_t i = 0; i < compared.size(); ++i) {
    Item& item = *compared[i];
    if (!same[i]) {
      refuse(item, same[i].error());
    } else if (!*same[i]) {
      refuse(item, fault(FaultCode::destination_exists, Side::destination, Doing::look,
                         "its checksum is another")
                       .value());
    } else {
      item.checksum = **same[i];
      settle_identical(item);
    }
  }
}

std::optional<Fault> BundleTask::judge_folder(const std::string& folder, const Look& seen) const {
  if (!seen) return seen.error();
  if (!*seen && order_.options.parents == Parents::fail) {
    return Fault{FaultCode::no_such_folder, Side::destination, Doing::look, "", ""};
  }
  if (!*seen) return std::nullopt;
  const auto may =
      is_plan() ? judge_may_write(folder, **seen) : judge_may_be_folder(folder, **seen);
  return may ? std::nullopt : std::optional(may.error());
}

awaitable<void> BundleTask::make_folders(Lot lot, std::map<std::string, Look> seen) {
  std::set<std::string> missing;
  std::map<std::string, Fault> faults;
  for (const Item* item : lot) {
    const std::string folder = folder_of(item->final_name);
    const Look& look = seen.at(folder);
    if (const auto bad = judge_folder(folder, look)) {
      faults.emplace(folder, *bad);
    } else if (!*look) {
      missing.insert(folder);
    }
  }
  if (!missing.empty() && is_plan()) {
    faults.merge(co_await foresee_missing(*carrier_, std::move(missing)));
  } else if (!missing.empty()) {
    faults.merge(co_await make_missing(*carrier_, std::move(missing)));
  }
  for (Item* item : lot) {
    const auto why = faults.find(folder_of(item->final_name));
    if (why != faults.end()) refuse(*item, why->second);
  }
}

// Which final names are ours is stored before the first STOR into one (design 5.10): later looks
// would take our own half files for another's. Nothing waits where there will be none.
awaitable<Outcome<void>> BundleTask::begin() {
  Begun begun;
  bool some_are_new = false;
  for (const Item* item : all_due()) {
    begun.source.size += item->facts.size;
    if (in_place()) begun.items.push_back(item->order->number);
    some_are_new = some_are_new || !item->order->final_name_is_ours;
  }
  ports_.say(std::move(begun));
  if (in_place() && some_are_new && !is_bare()) {
    co_return co_await wait_until_saved(ports_, interrupt_);
  }
  co_return Outcome<void>();
}

}  // namespace rft::mover
