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

// Stop wins over any fault, but not over the truth: where every file is there it is done.
std::optional<Change> on_parts_ended(const Transfer& whole, const Tally& sums, Now now) {
  if (whole.file.status != Status::active) return std::nullopt;
  ChangeWriter writer(whole, now.wall);
  const bool all_ended = sums.ended() == sums.files;
  if (all_ended && sums.failed == 0) {
    writer.file().fault.reset();
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
