// A request of many files: what becomes of it follows from its parts.
#include <fmt/format.h>

#include <algorithm>

#include "core/change.h"

namespace rft {
namespace {

void end(ChangeWriter& writer, Status status, const Tally& sums, std::string_view what) {
  writer.end(status);
  writer.file().tally = sums;
  writer.file().size = sums.bytes_done;
  const bool would = is_plan(writer.request());
  const std::string deleted =
      writer.file().extras_sought
          ? fmt::format(", {} {}", sums.deleted, would ? "would be deleted" : "deleted")
          : "";
  const bool is_stopped = status == Status::user_stop_partial_trans;
  const std::string stopped =
      is_stopped ? fmt::format(", {} stopped", sums.files - sums.listings - sums.ended()) : "";
  writer.say(
      service, std::string(what),
      fmt::format("{} of {} files, {} bytes{}; {} failed, {} skipped{}{}", sums.done,
                  sums.files - sums.listings - sums.deleted, sums.bytes_done,
                  would ? " would be moved" : "", sums.failed, sums.skipped, stopped, deleted));
}

// Where none failed, some were stopped before and may not begin any more.
Fault why_failed(const Tally& sums) {
  const bool too_late = sums.failed == 0;
  return {too_late ? FaultCode::finish_by_passed : FaultCode::some_files_failed, Side::none,
          Doing::nothing, "",
          fmt::format("{} of {}", too_late ? sums.files - sums.ended() : sums.failed,
                      sums.files - (too_late ? 0 : sums.listings))};
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
  return holds_back(whole) && !whole.file.publish_ordered;
}

// Asked when all files are there; only then may anything be deleted. A source without a file is
// more often one that is not mounted than one whose copy is to be emptied: nothing is deleted.
bool seeks_extras(const Transfer& whole, const Tally& sums) {
  return whole.request.options.delete_extra && !whole.file.extras_sought && sums.real_files > 0;
}

// The last of all: what is written or deleted in a folder changes its time.
bool seeks_folders(const Transfer& whole) {
  const File& file = whole.file;
  const Options& options = whole.request.options;
  return file.kind == Kind::tree && options.act == Act::move && options.preserve.any() &&
         !file.folders_sought;
}

void say_decided(ChangeWriter& writer, const Tally& sums) {
  if (!writer.file().extras_sought) {
    return writer.say(service, "proven",
                      fmt::format("all {} files; they are published now", sums.files));
  }
  writer.say(service, "extras_known",
             fmt::format("{} files that the source has not; they are deleted now",
                         sums.files - sums.ended()));
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

namespace {

// All files are there: what is more is deleted, and then the folders get their modes and times.
void go_on(ChangeWriter& writer, const Tally& sums, const Draws& draws) {
  File& file = writer.file();
  if (seeks_extras(writer.transfer(), sums)) {
    file.extras_sought = true;
    file.publish_ordered = false;
    writer.bear_extras_listing(draws);
    return writer.say(service, "delivered", "what the destination has more is looked for");
  }
  file.folders_sought = true;
  file.publish_ordered = holds_back(writer.transfer());  // no folder waits for another
  writer.bear_folders_listing(draws);
  writer.say(service, "delivered", "its folders get the modes and times of their sources");
}

}  // namespace

// Stop wins over any fault, but not over the truth: where all is done that was asked for it is
// done.
std::optional<Change> on_parts_ended(const Transfer& whole, const Tally& sums, bool all_there,
                                     Now now, const Draws& draws) {
  if (whole.file.status != Status::active) return std::nullopt;
  ChangeWriter writer(whole, now.wall);
  writer.file().born = std::max(whole.file.born, draws.numbered);
  const bool all_ended = sums.ended() == sums.files;
  const bool all_good = all_ended && sums.failed == 0;
  const bool has_more_to_do = all_good && (seeks_extras(whole, sums) || seeks_folders(whole));
  if (has_more_to_do && !whole.file.stop_asked) {
    go_on(writer, sums, draws);
    return writer.take();
  }
  // Durable before the first rename or deletion: from here on it goes through, whatever dies.
  const bool all_proven = !all_ended && all_there && sums.failed == 0;
  if (all_proven && is_undecided(whole) && !whole.file.stop_asked) {
    writer.file().publish_ordered = true;
    say_decided(writer, sums);
    return writer.take();
  }
  if (all_good && !has_more_to_do) {
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
