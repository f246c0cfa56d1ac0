// A check of a bundle: what stands at the destination has the sizes and checksums that the request
// names of it. Nothing is changed, and no source is asked.
#include "mover/bundle_task.h"

namespace rft::mover {

awaitable<void> BundleTask::check() {
  const Lot lot = all_due();
  const auto looks = co_await carrier_->look_many(
      Side::destination, names(lot, [](const Item& item) { return item.final_name; }), Doing::look);
  Lot summed;
  for (std::size_t i = 0; i < lot.size(); ++i) {
    Item& item = *lot[i];
    auto facts = judge_recorded(looks[i], item.order->size);
    if (!facts) {
      refuse(item, facts.error());
      continue;
    }
    item.facts = std::move(*facts);
    if (item.facts.size > bundle_file_max) {
      settle_apart(item);  // its checksum may take longer than others should wait
    } else if (wanted(item).value.empty()) {
      settle_as_recorded(item);
    } else {
      summed.push_back(&item);
    }
  }
  co_await check_checksums(std::move(summed));
}

awaitable<void> BundleTask::check_checksums(Lot lot) {
  // A stop starts no checksum.
  if (interrupt_) {
    leave_all(lot, Fault{FaultCode::cut, Side::none, Doing::verify, "", ""});
    co_return;
  }
  std::vector<Summand> summands;
  Lot asked;
  for (Item* item : lot) {
    const auto algorithm = carrier_->common_checksum(wanted(*item).algorithm);
    if (!algorithm) {
      refuse(*item,
             Fault{FaultCode::no_common_checksum, Side::destination, Doing::features, "", ""});
      continue;
    }
    item->algorithm = *algorithm;
    summands.push_back({item->final_name, *algorithm});
    asked.push_back(item);
  }
  if (asked.empty()) co_return;
  auto sums = co_await carrier_->checksum_many(Side::destination, std::move(summands));
  for (std::size_t i = 0; i < asked.size(); ++i) {
    Item& item = *asked[i];
    if (!sums[i]) {
      refuse(item, sums[i].error());
      continue;
    }
    item.checksum = Checksum{item.algorithm, std::move(*sums[i])};
    if (const auto same = judge_recorded(wanted(item), *item.checksum); !same) {
      refuse(item, same.error());
    } else {
      settle_as_recorded(item);
    }
  }
}

void BundleTask::settle_as_recorded(Item& item) {
  ItemOutcome outcome;
  outcome.fate = Fate::done;
  outcome.size = item.facts.size;
  outcome.checksum = item.checksum;
  outcome.verdict = item.checksum ? Verdict::verified : Verdict::size_only;
  bytes_done_ += item.facts.size;
  settle(item, std::move(outcome));
}

}  // namespace rft::mover
