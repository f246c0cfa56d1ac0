// What a task does about the rename of an earlier epoch whose end is not known.
#include "mover/judge.h"
#include "mover/limits.h"
#include "mover/task.h"

namespace rft::mover {

// Whether it was done; and where not, that it never will be: from then on the final name is ours to
// judge, and what stands under it is another's.
awaitable<Outcome<MoveTask::Ending>> MoveTask::settle_doubt() {
  const auto published = co_await published_before();
  const bool may_come = order_.intent && order_.earlier;
  if (!may_come || !published || *published) co_return published;
  const auto again = co_await fence_and_look_again();
  if (again) publish_unknown_ = false;
  co_return again;
}

// A rename may have been ordered in an earlier epoch. Only the destination is asked: the source may
// be gone by now, as its owner may expect a file to be that was moved.
awaitable<Outcome<MoveTask::Ending>> MoveTask::published_before() {
  if (!order_.intent) co_return Ending();
  const auto there = co_await carrier_->look(Side::destination, final_name(), Doing::publish);
  if (!there) co_return failed(there);
  if (!*there || (*there)->is_folder) co_return Ending();
  const auto judged = co_await whose((*there)->facts);
  if (!judged) co_return failed(judged);
  if (*judged == Whose::another) co_return Ending();
  if (*judged == Whose::spoilt) co_return failed(co_await take_name_away());
  checksum_ = order_.intent->checksum;
  const Verdict without = verdict_without_checksum(order_.options.verify);
  co_return Done{checksum_, checksum_ ? Verdict::verified : without, false, (*there)->facts.size,
                 0};
}

awaitable<Outcome<MoveTask::Whose>> MoveTask::whose(const FileFacts& there) {
  switch (is_ours(*order_.intent, there)) {
    case Ours::yes:
      co_return Whose::ours;
    case Ours::no:
      co_return Whose::another;
    case Ours::by_checksum:
      break;
  }
  co_return co_await whose_by_checksum(there);
}

// Where an old flow may have written into it after the rename, it must be at rest while its
// checksum is taken; and if it is not what was proven, it is ours all the same.
awaitable<Outcome<MoveTask::Whose>> MoveTask::whose_by_checksum(const FileFacts& there) {
  FileFacts seen = there;
  if (is_doubtful()) {
    const auto quiet =
        co_await settle(final_name(), agree_interval, agree_interval, Doing::publish);
    if (!quiet) co_return failed(quiet);
    seen = *quiet;
  }
  const Checksum& known = *order_.intent->checksum;
  const auto value =
      co_await carrier_->checksum(Side::destination, final_name(), known.algorithm, seen.size);
  if (!value) co_return failed(value);
  if (!is_doubtful()) co_return *value == known.value ? Whose::ours : Whose::another;
  const auto after = co_await carrier_->look(Side::destination, final_name(), Doing::publish);
  if (!after) co_return failed(after);
  const bool rests = *after && (*after)->facts == seen;
  co_return rests&&* value == known.value ? Whose::ours : Whose::spoilt;
}

// The part gets this epoch's name: an earlier order to rename it that is still on its way finds
// nothing from then on, and one that was done meanwhile is seen.
awaitable<Outcome<MoveTask::Ending>> MoveTask::fence_and_look_again() {
  const auto found = co_await find_part();
  if (!found) co_return failed(found);
  if (*found && **found != written_name()) {
    const Renamed fenced = co_await carrier_->rename(**found, written_name(), Doing::adopt);
    if (fenced.fault && fenced.fault->code != FaultCode::part_missing) {
      co_return tl::unexpected(*fenced.fault);
    }
  }
  co_return co_await published_before();
}

// Where the part stands as it was proven, by Size, Modify and Unique, the proof holds (design 5.6).
// What stands under the final name and is to be compared with the source takes the long way.
awaitable<Outcome<MoveTask::Ending>> MoveTask::publish_proven() {
  if (!order_.publish_proven || !order_.intent) co_return Ending();
  const PublishIntent& proven = *order_.intent;
  const auto part = co_await carrier_->look(Side::destination, written_name(), Doing::publish);
  if (!part) co_return failed(part);
  const bool stands = *part && !proven.part.unique.empty() && (*part)->facts == proven.part;
  if (!stands) co_return Ending();
  const auto there = co_await carrier_->look(Side::destination, final_name(), Doing::publish);
  if (!there) co_return failed(there);
  const auto place = judge_place_again(*there, order_.options);
  if (!place) co_return failed(place);
  if (*place == Place::adopted) co_return Ending();
  part_ = proven.part;
  source_.size = proven.part.size;
  checksum_ = proven.checksum;
  verdict_ = checksum_ ? Verdict::verified : verdict_without_checksum(order_.options.verify);
  publish_ordered_ = true;
  co_return co_await publish_part();
}

}  // namespace rft::mover
