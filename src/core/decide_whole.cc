// A request of many files: what becomes of it follows from its parts.
#include <fmt/format.h>

#include "core/change.h"

namespace rft {
namespace {

void end(ChangeWriter& writer, Status status, const Tally& sums, std::string_view what) {
  writer.end(status);
  writer.file().tally = sums;
  writer.file().size = sums.bytes_done;
  writer.say(service, std::string(what),
             fmt::format("{} of {} files, {} bytes{}; {} failed, {} skipped", sums.done, sums.files,
                         sums.bytes_done, is_plan(writer.request()) ? " would be moved" : "",
                         sums.failed, sums.skipped));
}

// Where none failed, some were stopped before and may not begin any more.
Fault why_failed(const Tally& sums) {
  const bool too_late = sums.failed == 0;
  return {too_late ? FaultCode::finish_by_passed : FaultCode::some_files_failed, Side::none,
          Doing::nothing, "",
          fmt::format("{} of {}", too_late ? sums.files - sums.ended() : sums.failed, sums.files)};
}

}  // namespace

std::optional<Change> on_start(const Transfer& whole, Now now) {
  if (life::at(stage(whole.file), Happening::grant) != Becomes::starts) return std::nullopt;
  ChangeWriter writer(whole, now.wall);
  File& file = writer.file();
  file.status = Status::active;
  file.hold = Hold::none;
  file.hold_detail.clear();
  file.not_before.reset();
  if (!file.started_at) file.started_at = now.wall;
  writer.say(service, "started", "");
  return writer.take();
}

namespace {

bool is_undecided(const Transfer& whole) {
  return is_all_or_none(whole.request) && !whole.file.publish_ordered;
}

}  // namespace

bool gives_up_others(const Transfer& whole, const Tally& sums) {
  return is_undecided(whole) && sums.failed > 0;
}

Transfer released(Transfer part) {
  part.file.hold = Hold::turn;
  return part;
}

std::optional<Change> on_give_up(const Transfer& part, Now now, const Draws& draws) {
  if (part.file.status != Status::committed || part.file.publish_ordered) return std::nullopt;
  ChangeWriter writer(part, now.wall);
  const std::uint64_t given_up = part.file.part.confirmed.bytes();
  writer.discard_part(draws.ledger);
  if (given_up > 0) {
    writer.say(service, "afresh", fmt::format("{} confirmed bytes are given up", given_up));
  }
  File& file = writer.file();
  const Fault fault{FaultCode::others_failed, Side::none, Doing::nothing, "", ""};
  file.bundle = all_waiting_failed(file.bundle, fault);
  writer.end(Status::failed);
  file.fault = fault;
  writer.say(service, "failed", sentence(fault));
  return writer.take();
}

// Stop wins over any fault, but not over the truth: where every file is there it is done.
std::optional<Change> on_parts_ended(const Transfer& whole, const Tally& sums, bool all_there,
                                     Now now) {
  if (whole.file.status != Status::active) return std::nullopt;
  ChangeWriter writer(whole, now.wall);
  const bool all_ended = sums.ended() == sums.files;
  // Durable before the first rename: from here on it goes through, whatever dies.
  const bool all_proven = !all_ended && all_there && sums.failed == 0;
  if (all_proven && is_undecided(whole) && !whole.file.stop_asked) {
    writer.file().publish_ordered = true;
    writer.say(service, "proven", fmt::format("all {} files; they are published now", sums.files));
    return writer.take();
  }
  if (all_ended && sums.failed == 0) {
    writer.file().fault.reset();
    writer.file().publish_ordered = false;
    end(writer, Status::done, sums, "done");
  } else if (whole.file.stop_asked) {
    end(writer, Status::user_stop_partial_trans, sums, "stopped");
  } else {
    writer.file().fault = why_failed(sums);
    end(writer, Status::failed, sums, "failed");
  }
  return writer.take();
}

}  // namespace rft
