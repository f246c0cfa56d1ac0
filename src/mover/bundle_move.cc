// How the bytes of a bundle's files go over: by lots, each in one pipeline where nothing is
// refused.
#include <fmt/format.h>

#include <algorithm>

#include "mover/bundle_parts.h"
#include "mover/bundle_task.h"
#include "mover/limits.h"

namespace rft::mover {

std::vector<BundleTask::Lot> BundleTask::lots() {
  std::vector<Lot> lots;
  std::uint64_t bytes = 0;
  Lot waiting = all_due();
  const std::size_t first = first_of_epoch(order_.task.epoch, waiting.size());
  std::rotate(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(first), waiting.end());
  for (Item* item : waiting) {
    const bool is_full = !lots.empty() && (lots.back().size() == lot_files_max ||
                                           bytes + item->facts.size > lot_bytes_max);
    if (lots.empty() || is_full) {
      lots.emplace_back();
      bytes = 0;
    }
    lots.back().push_back(item);
    bytes += item->facts.size;
  }
  return lots;
}

// Returns those that arrived. What a refusal made void goes again at once under its other name
// (design 5.5).
awaitable<BundleTask::Lot> BundleTask::move(Lot lot) {
  Lot arrived;
  Lot waiting = std::move(lot);
  while (!waiting.empty() && !halted_) {
    const auto told = co_await send(waiting);
    if (!told) {
      halted_ = told.error();
      break;
    }
    heed_end(*told);
    arrived.insert(arrived.end(), waiting.begin(),
                   waiting.begin() + static_cast<std::ptrdiff_t>(told->moved));
    waiting = go_on_behind(waiting, *told);
    co_await discard();
  }
  if (halted_) leave_all(waiting, *halted_);
  co_return arrived;
}

awaitable<Outcome<Pipelined>> BundleTask::send(const Lot& waiting) {
  std::vector<Consignment> files;
  for (const Item* item : waiting) {
    files.push_back({item->source, written_name(*item), item->facts.size});
  }
  std::size_t counted = 0;
  const auto count = [this, &waiting, &counted](std::size_t moved) {
    for (; counted < moved; ++counted) bytes_sent_ += waiting[counted]->facts.size;
  };
  Instant next = boot_now();
  const std::function<void(std::size_t)> progressed = [this, &count, &next](std::size_t moved) {
    count(moved);
    if (boot_now() < next) return;
    next = boot_now() + moving_interval;
    rate_.add(boot_now(), bytes_sent_);
    say_moving(Doing::move);
  };
  const auto told = co_await carrier_->move_many(files, progressed);
  if (!told) co_return told;
  count(told->moved);
  for (std::size_t i = 0; i < told->ordered; ++i) waiting[i]->part_may_stand = true;
  co_return told;
}

void BundleTask::heed_end(const Pipelined& told) {
  if (end_ != FlowEnd::presumed) end_ = told.end;
  if (told.fault) silent_ = told.silent;
}

// What is still to be sent: nothing where all arrived; where the flow broke it will not be.
BundleTask::Lot BundleTask::go_on_behind(const Lot& waiting, const Pipelined& told) {
  if (told.moved > 0) unexplained_refusals_ = 0;
  if (!told.fault) return {};
  const auto bad = waiting.begin() + static_cast<std::ptrdiff_t>(told.moved);
  if (!is_of_one_file(told)) {
    halted_ = told.fault;
    return {bad, waiting.end()};
  }
  for (std::size_t i = told.moved; i < told.ordered; ++i) {
    Item& is_void = *waiting[i];
    // In place only the refused one's name must not keep another's bytes; never a name whose STOR
    // was refused, for what stands there is not ours.
    if (!in_place() || (i == told.moved && told.written)) {
      discarded_.push_back(written_name(is_void));
    }
    is_void.part_may_stand = false;
    is_void.round = (is_void.round + 1) % item_rounds;
  }
  refuse(**bad, *told.fault);
  if (told.end != FlowEnd::known) {
    halted_ = Fault{FaultCode::cut, Side::both, Doing::move, "",
                    "the end of a refused file's flow was not read"};
  } else if (told.fault->code == FaultCode::server_refused &&
             ++unexplained_refusals_ == unexplained_refusals_max) {
    halted_ = Fault{FaultCode::server_refused, told.fault->side, Doing::move, "",
                    fmt::format("{} files in a row were refused without a reason; the others wait",
                                unexplained_refusals_max)};
  }
  return {std::next(bad), waiting.end()};
}

// Whether it speaks of that file alone, so that the others may go on.
bool BundleTask::is_of_one_file(const Pipelined& told) {
  const FaultCode code = told.fault->code;
  return told.refused && (entry(code).remedy == Remedy::never || code == FaultCode::server_refused);
}

}  // namespace rft::mover
