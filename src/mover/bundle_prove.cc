// The proof that what arrived is what was sent.
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "mover/bundle_task.h"

namespace rft::mover {

using namespace asio::experimental::awaitable_operators;

// Those that stay due are proven as far as the user wanted.
awaitable<void> BundleTask::prove(Lot arrived) {
  if (arrived.empty() || is_bare()) co_return;
  say_moving(Doing::verify);
  Lot without_checksum;
  for (Item* item : arrived) {
    if (item->algorithm.empty()) without_checksum.push_back(item);
  }
  co_await (look_at_parts(arrived) && look_at_sources_again(std::move(without_checksum)));
  Lot with_checksum;
  for (Item* item : due(arrived)) {
    if (!item->algorithm.empty()) with_checksum.push_back(item);
  }
  co_await compare_parts(std::move(with_checksum));
}

awaitable<void> BundleTask::look_at_parts(Lot arrived) {
  auto written = names(arrived, [this](const Item& item) { return written_name(item); });
  const auto looks =
      co_await carrier_->look_many(Side::destination, std::move(written), Doing::verify);
  for (std::size_t i = 0; i < arrived.size(); ++i) judge_part(*arrived[i], looks[i]);
}

void BundleTask::judge_part(Item& item, const Look& seen) {
  if (item.state != State::due) return;
  if (!seen) return refuse(item, seen.error());
  if (!*seen || (*seen)->is_folder) {
    return leave(item, Fault{FaultCode::part_missing, Side::destination, Doing::verify, "", ""});
  }
  item.part = (*seen)->facts;
  if (item.part.size != item.facts.size && !wants_no_proof()) {
    return leave(item, Fault{FaultCode::size_differs, Side::destination, Doing::verify, "", ""});
  }
  if (const auto kept = judge_kept(item.traits, **seen); !kept) refuse(item, kept.error());
}

// Where no checksum of the source is taken after its last byte was sent, a look tells whether it
// changed meanwhile.
awaitable<void> BundleTask::look_at_sources_again(Lot lot) {
  if (lot.empty()) co_return;
  auto sources = names(lot, [](const Item& item) { return item.source; });
  const auto looks = co_await carrier_->look_many(Side::source, std::move(sources), Doing::verify);
  for (std::size_t i = 0; i < lot.size(); ++i) {
    Item& item = *lot[i];
    if (item.state != State::due) continue;
    if (!looks[i]) {
      refuse(item, looks[i].error());
    } else if (!*looks[i] || (*looks[i])->facts != item.facts) {
      leave(item, Fault{FaultCode::source_changed, Side::source, Doing::verify, "", ""});
    }
  }
}

awaitable<void> BundleTask::compare_parts(Lot arrived) {
  if (arrived.empty()) co_return;
  const auto same =
      co_await both_checksums(arrived, [this](const Item& item) { return written_name(item); });
  for (std::size_t i = 0; i < arrived.size(); ++i) {
    Item& item = *arrived[i];
    if (!same[i]) {
      refuse(item, same[i].error());
    } else if (!*same[i]) {
      carrier_->distrust_channel();
      leave(item, Fault{FaultCode::checksum_differs, Side::destination, Doing::verify, "", ""});
    } else {
      item.checksum = **same[i];
    }
  }
}

awaitable<std::vector<Outcome<std::optional<Checksum>>>> BundleTask::both_checksums(
    Lot lot, NameOf name_of) {
  using Same = Outcome<std::optional<Checksum>>;
  // A stop starts no checksum.
  if (interrupt_) {
    co_return std::vector<Same>(lot.size(), fault(FaultCode::cut, Side::none, Doing::verify));
  }
  std::vector<Summand> theirs, ours;
  for (const Item* item : lot) {
    theirs.push_back({item->source, item->algorithm});
    ours.push_back({name_of(*item), item->algorithm});
  }
  const auto [source, destination] =
      co_await (carrier_->checksum_many(Side::source, std::move(theirs)) &&
                carrier_->checksum_many(Side::destination, std::move(ours)));
  std::vector<Same> same;
  for (std::size_t i = 0; i < lot.size(); ++i) {
    if (!source[i] || !destination[i]) {
      same.push_back(source[i] ? failed(destination[i]) : failed(source[i]));
      continue;
    }
    const Checksum sum{lot[i]->algorithm, *source[i]};
    const auto good = judge_content(wanted(*lot[i]), sum);
    if (!good) {
      same.push_back(failed(good));
    } else if (*source[i] == *destination[i]) {
      same.push_back(std::optional(sum));
    } else {
      same.push_back(std::optional<Checksum>());
    }
  }
  co_return same;
}

}  // namespace rft::mover
