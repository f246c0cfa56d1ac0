// What a task does before the first byte: looks, what stands there already, folders, the part.
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "mover/folders.h"
#include "mover/judge.h"
#include "mover/limits.h"
#include "mover/settling.h"
#include "mover/task.h"
#include "mover/waiting.h"

namespace rft::mover {

using namespace asio::experimental::awaitable_operators;

Outcome<void> MoveTask::agree_on_proof() {
  if (!wants_checksum()) return {};
  const std::string& wish = order_.options.checksum.algorithm;
  auto common = carrier_->common_checksum(wish);
  if (!common) {
    return fault(FaultCode::no_common_checksum, Side::both, Doing::features,
                 wish.empty() ? "" : "both would have to compute " + wish);
  }
  algorithm_ = std::move(*common);
  return {};
}

// A server that cannot set modes and times is known before the first byte.
awaitable<Outcome<void>> MoveTask::try_traits() {
  const Preserve& preserve = order_.options.preserve;
  if (!preserve.any()) co_return Outcome<void>();
  std::vector<Traits> trial;
  trial.push_back(trial_of(preserve, part_of(order_.task.epoch)));
  const auto answers = co_await carrier_->set_traits(std::move(trial));
  co_return judge_trial(answers.front());
}

awaitable<Outcome<void>> MoveTask::look_around() {
  const auto [source, existing, folder] =
      co_await (carrier_->look(Side::source, source_name(), Doing::look) &&
                carrier_->look(Side::destination, final_name(), Doing::look) &&
                carrier_->look(Side::destination, folder_of(final_name()), Doing::look));
  if (const auto good = judge_source(source); !good) co_return failed(good);
  if (!existing) co_return failed(existing);
  if (!folder) co_return failed(folder);
  existing_ = *existing;
  folder_ = *folder;
  // Of some servers a look tells nothing of folders.
  if (existing_ && !folder_) folder_ = Standing{true, {}};
  co_return Outcome<void>();
}

Outcome<void> MoveTask::judge_source(const Look& seen) {
  auto facts = source_facts(seen);
  if (!facts) return failed(facts);
  source_ = std::move(*facts);
  auto traits = traits_of(**seen, order_.options.preserve);
  if (!traits) return failed(traits);
  traits_ = std::move(*traits);
  if (is_plan()) {
    if (auto may = judge_may_read(**seen); !may) return may;
  }
  if (order_.source_facts && *order_.source_facts != source_) {
    return fault(FaultCode::source_changed, Side::source, Doing::look);
  }
  return {};
}

awaitable<Outcome<MoveTask::Ending>> MoveTask::respect_existing() {
  const bool may_be_ours = in_place() && order_.final_name_is_ours;
  if (may_be_ours) co_return Ending();
  const auto place = judge_place(existing_, source_, order_.options);
  if (!place) co_return failed(place);
  if (*place == Place::kept) co_return skipped();
  if (*place == Place::compared) co_return co_await keep_if_identical();
  if (*place == Place::adopted) co_return co_await adopt_existing(*existing_);
  co_return Ending();
}

awaitable<Outcome<MoveTask::Ending>> MoveTask::keep_if_identical() {
  const auto same = co_await both_checksums(final_name());
  if (!same) co_return failed(same);
  if (!*same) co_return Ending();
  checksum_ = **same;
  verdict_ = Verdict::verified;
  co_return skipped();
}

awaitable<Outcome<MoveTask::Ending>> MoveTask::adopt_existing(const Standing& there) {
  if (there.facts.size != source_.size) {
    co_return fault(FaultCode::destination_exists, Side::destination, Doing::look,
                    "its size is another");
  }
  if (algorithm_.empty()) {
    verdict_ = verdict_without_checksum(order_.options.verify);
    co_return done(true);
  }
  const auto same = co_await both_checksums(final_name());
  if (!same) co_return failed(same);
  if (!*same) {
    co_return fault(FaultCode::destination_exists, Side::destination, Doing::look,
                    "its checksum is another");
  }
  checksum_ = **same;
  verdict_ = Verdict::verified;
  co_return done(true);
}

// Of a plan: nothing stands in its way that a look can show.
awaitable<Outcome<MoveTask::Ending>> MoveTask::foresee() {
  if (folder_) {
    if (const auto may = judge_may_write(folder_of(final_name()), *folder_); !may) {
      co_return failed(may);
    }
    co_return done(false);
  }
  if (order_.options.parents == Parents::fail) {
    co_return fault(FaultCode::no_such_folder, Side::destination, Doing::look);
  }
  std::set<std::string> missing;
  missing.insert(folder_of(final_name()));
  const auto faults = co_await foresee_missing(*carrier_, std::move(missing));
  if (!faults.empty()) co_return tl::unexpected(faults.begin()->second);
  co_return done(false);
}

// Of a check: what stands at the destination is as recorded, or it fails.
awaitable<Outcome<MoveTask::Ending>> MoveTask::check() {
  const Look there = co_await carrier_->look(Side::destination, final_name(), Doing::look);
  auto facts = judge_recorded(there, order_.recorded_size);
  if (!facts) co_return failed(facts);
  source_ = std::move(*facts);
  verdict_ = Verdict::size_only;
  const WantedChecksum& recorded = order_.options.checksum;
  if (recorded.value.empty()) co_return done(false);
  // A stop starts no checksum.
  if (interrupt_) co_return fault(FaultCode::cut, Side::none, Doing::verify);
  const auto algorithm = carrier_->common_checksum(recorded.algorithm);
  if (!algorithm) {
    co_return fault(FaultCode::no_common_checksum, Side::destination, Doing::features);
  }
  auto sum = co_await carrier_->checksum(Side::destination, final_name(), *algorithm, source_.size);
  if (!sum) co_return failed(sum);
  checksum_ = Checksum{*algorithm, std::move(*sum)};
  if (const auto same = judge_recorded(recorded, *checksum_); !same) co_return failed(same);
  verdict_ = Verdict::verified;
  co_return done(false);
}

awaitable<Outcome<void>> MoveTask::make_parents() {
  if (folder_) co_return judge_may_be_folder(folder_of(final_name()), *folder_);
  if (order_.options.parents == Parents::fail) {
    co_return fault(FaultCode::no_such_folder, Side::destination, Doing::look);
  }
  const std::string folder = folder_of(final_name());
  std::set<std::string> missing;
  missing.insert(folder);
  const auto not_made = co_await make_missing(*carrier_, std::move(missing));
  const auto why = not_made.find(folder);
  if (why == not_made.end()) co_return Outcome<void>();
  co_return tl::unexpected(why->second);
}

awaitable<Outcome<void>> MoveTask::begin() {
  const auto adopted = co_await take_over_part();
  if (!adopted) co_return failed(adopted);
  flow_.confirmed = resumed_;
  Begun begun;
  begun.source = source_;
  begun.resumed = resumed_;
  begun.part_adopted = *adopted;
  begun.presumed = *adopted && order_.earlier->end == FlowEnd::presumed;
  begun.streams = order_.streams;
  ports_.say(begun);
  // That the final name is ours is stored before the first STOR into it (design 5.10): later looks
  // would take our own half file for another's.
  if (in_place() && !order_.final_name_is_ours) {
    co_return co_await wait_until_saved(ports_, interrupt_);
  }
  co_return Outcome<void>();
}

// False: there was none, and none was needed. A rename that an earlier epoch sent may have been
// done while we looked: the part stands under its new name then, so it is looked for once more.
awaitable<Outcome<bool>> MoveTask::take_over_part() {
  if (!order_.earlier) co_return false;
  auto adopted = co_await adopt_part();
  const bool missed = adopted ? !*adopted && !order_.earlier->epochs.empty()
                              : adopted.error().code == FaultCode::part_missing;
  if (missed) adopted = co_await adopt_part();
  co_return adopted;
}

awaitable<Outcome<bool>> MoveTask::adopt_part() {
  const EarlierPart& earlier = *order_.earlier;
  const auto found = co_await find_part();
  if (!found) co_return failed(found);
  if (!*found) {
    if (earlier.confirmed.empty()) co_return false;
    co_return fault(FaultCode::part_missing, Side::destination, Doing::adopt);
  }
  if (algorithm_.empty() && !in_place()) {
    co_return fault(FaultCode::no_restart, Side::destination, Doing::adopt,
                    "nothing is resumed where no checksum is compared at the end");
  }
  const Duration quiet = earlier.end == FlowEnd::presumed ? earlier.settle : Duration(0);
  const auto facts = co_await settle(**found, quiet, poll_interval, Doing::adopt);
  if (!facts) co_return failed(facts);
  // Its earlier epoch may have set a mode that forbids to write it.
  if (order_.options.preserve.mode) {
    Traits writable;
    writable.name = **found;
    writable.mode = owner_writes;
    const auto set = co_await set_traits(std::move(writable));
    if (!set) co_return failed(set);
  }
  if (algorithm_.empty())
    co_return false;  // in place: from its beginning, once the old flow is over
  if (facts->size < earlier.confirmed.end()) {
    co_return fault(FaultCode::part_missing, Side::destination, Doing::adopt,
                    "it is shorter than what was confirmed");
  }
  // Its frames were damaged on the way: something was written beyond the end, and a checksum of it
  // might not end in a lifetime.
  if (facts->size > source_.size && !earlier.confirmed.empty()) {
    co_return fault(FaultCode::size_differs, Side::destination, Doing::adopt,
                    "the part is longer than the source");
  }
  if (**found != written_name()) {
    const Renamed renamed = co_await carrier_->rename(**found, written_name(), Doing::adopt);
    if (renamed.fault) co_return tl::unexpected(*renamed.fault);
  }
  const auto whole = co_await is_whole(*facts);
  if (!whole) co_return failed(whole);
  RangeSet confirmed = earlier.confirmed;
  if (*whole) confirmed.add({0, source_.size});
  confirmed.cut(source_.size);
  auto resumed = co_await carrier_->resumable(source_name(), written_name(), std::move(confirmed));
  if (!resumed) co_return failed(resumed);
  resumed_ = std::move(*resumed);
  co_return true;
}

// A flow that went on without us may have come to its end: then a checksum spares the bytes whose
// markers nobody read. It is asked for where more than a quarter of the file would be sent again.
awaitable<Outcome<bool>> MoveTask::is_whole(const FileFacts& part) {
  const std::uint64_t confirmed = order_.earlier->confirmed.bytes();
  const bool worth_it = order_.earlier->end == FlowEnd::presumed && part.size == source_.size &&
                        confirmed < source_.size - source_.size / 4;
  if (!worth_it) co_return false;
  const auto same = co_await both_checksums(written_name());
  if (!same) co_return failed(same);
  co_return same->has_value();
}

awaitable<Outcome<std::optional<std::string>>> MoveTask::find_part() {
  std::vector<std::string> names{written_name()};
  if (!in_place() && order_.earlier) {
    for (const std::uint32_t epoch : order_.earlier->epochs) names.push_back(part_of(epoch));
  }
  for (const std::string& name : names) {
    const auto there = co_await carrier_->look(Side::destination, name, Doing::adopt);
    if (!there) co_return failed(there);
    if (*there && !(*there)->is_folder) co_return std::optional<std::string>(name);
  }
  co_return std::optional<std::string>();
}

// Watches a part until it has come to rest, or will not (design 5.3).
awaitable<Outcome<FileFacts>> MoveTask::settle(std::string name, Duration quiet, Duration interval,
                                               Doing doing) {
  // What was verified once has the source's size, which may not have been looked at yet.
  const std::uint64_t whole = order_.intent ? order_.intent->part.size : source_.size;
  Settling settling(quiet, whole, boot_now());
  for (;;) {
    const auto there = co_await carrier_->look(Side::destination, name, doing);
    if (!there) co_return failed(there);
    if (!*there) co_return fault(FaultCode::part_missing, Side::destination, doing);
    const Instant now = boot_now();
    const Rest rest = settling.saw((*there)->facts, now);
    if (rest == Rest::quiet) co_return (*there)->facts;
    if (rest == Rest::never) co_return fault(FaultCode::part_grows, Side::destination, doing);
    co_await wait_any(std::min(now + interval, settling.rests_at()), &interrupt_.changed);
    if (interrupt_) co_return fault(FaultCode::cut, Side::destination, doing);
  }
}

}  // namespace rft::mover
