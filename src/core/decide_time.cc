// What the passing of time makes of a transfer.
#include <algorithm>

#include "core/try_end.h"

namespace rft {
namespace {

struct HoldLimit {
  WallTime at;
  Fault fault;
  std::string_view why;
};

// No new try starts after it; but what became of a rename is looked for whenever it takes.
std::optional<WallTime> last_start(const Transfer& transfer) {
  return transfer.file.publish_ordered ? std::nullopt : transfer.request.options.finish_by;
}

// When a hold that costs no tries lasts too long (design 5.12), and what is said then.
std::optional<HoldLimit> hold_limit(const Transfer& transfer, const EndpointMemory& memory) {
  const File& file = transfer.file;
  std::optional<WallTime> since = file.held_since;
  std::optional<Fault> fault = file.fault;
  if (memory.barred_since) {
    since = std::max(*memory.barred_since, file.committed_at.value_or(*memory.barred_since));
    fault = memory.barred_by;
  }
  if (!since || !fault) return std::nullopt;
  const bool about_host = entry(fault->code).hold == Hold::endpoint_down;
  const bool seen =
      fault->side == Side::source ? memory.source_ever_seen : memory.destination_ever_seen;
  if (about_host && !seen) {
    return HoldLimit{
        *since + hold_max_never_seen, *fault,
        "no log-in there ever succeeded, and 10 minutes have passed: is the name right?"};
  }
  return HoldLimit{*since + hold_max, *fault, "it has waited for 7 days"};
}

}  // namespace

std::optional<WallTime> next_deadline(const Transfer& transfer, const EndpointMemory& memory) {
  const File& file = transfer.file;
  std::optional<WallTime> next;
  const auto sooner = [&](WallTime at) { next = next ? std::min(*next, at) : at; };
  // A whole stops when its parts have.
  if (stage(file) == Stage::stopping && file.held_since && !is_whole(file)) {
    sooner(*file.held_since + (file.publish_ordered ? hold_max : stop_within));
  }
  if (file.status == Status::committed) {
    if (const auto end = last_start(transfer)) sooner(*end);
    if (const auto limit = hold_limit(transfer, memory)) sooner(limit->at);
  }
  return next;
}

// A clock that went back to before the stop was asked tells nothing of how long it lasts; we are
// called when its time has passed by the other clock, and believe that.
bool is_over(const Transfer& transfer, const EndpointMemory& memory, Now now) {
  const auto due = next_deadline(transfer, memory);
  if (!due) return false;
  const File& file = transfer.file;
  const bool went_back = stage(file) == Stage::stopping && !file.publish_ordered &&
                         file.held_since && *file.held_since > now.wall;
  return *due <= now.wall || went_back;
}

std::optional<Change> on_time(const Transfer& transfer, const EndpointMemory& memory, Now now,
                              const Draws& draws) {
  if (!is_over(transfer, memory, now)) return std::nullopt;
  ChangeWriter writer(transfer, now.wall);
  File& file = writer.file();
  if (stage(file) == Stage::stopping) {
    if (!file.mover.empty()) {
      // The flow may live on in its servers: the epoch's word is stale from here on (P5).
      take_flow_end(file, FlowEnd::presumed, stop_within, now.wall);
      writer.end_attempt(FlowEnd::presumed, std::nullopt);
    }
    end_stopped(writer, "the mover did not confirm in time; the end of the flow is presumed");
    return writer.take();
  }
  const auto finish_by = last_start(transfer);
  if (finish_by && *finish_by <= now.wall) {
    Fault fault{FaultCode::finish_by_passed, Side::none, Doing::nothing, "",
                file.fault ? sentence(*file.fault) : ""};
    end_failed(writer, std::move(fault), "", draws.ledger);
    return writer.take();
  }
  const auto limit = hold_limit(transfer, memory);
  end_failed(writer, limit->fault, limit->why, draws.ledger);
  return writer.take();
}

}  // namespace rft
