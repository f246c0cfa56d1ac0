// What the user's calls make of a transfer: design, section 2.
#include <fmt/format.h>

#include <algorithm>

#include "core/change.h"
#include "core/try_end.h"

namespace rft {
namespace {

Yes yes_of(const File& file, const std::string& handle) {
  return {handle, file.status, false, stage(file) == Stage::stopping, file.priority};
}

// As who calls sees it: a request is a fold over its parts (design, section 2).
File seen(File file, const Draws& draws) {
  const bool waits = draws.all_wait && stage(file) == Stage::active;
  if (waits) file.status = Status::committed;
  return file;
}

CallOutcome refused(Code code, std::string detail) {
  return {fail(code, std::move(detail)), std::nullopt};
}

CallOutcome changed(ChangeWriter writer, const Draws& draws) {
  Change change = writer.take();
  const std::string& handle = change.next.request.handle;
  Yes yes = yes_of(seen(change.next.file, draws), handle);
  yes.created = change.created;
  if (change.erased) yes = {handle, Status::user_stop, false, false, 0};
  return {yes, std::move(change)};
}

std::string_view status_word(const File& file) {
  return stage(file) == Stage::stopping ? "active and stopping" : word(file.status);
}

void queue(ChangeWriter& writer, const Caller& caller, const Draws& draws) {
  File& file = writer.file();
  if (is_whole(file)) ++file.life;
  file.status = Status::committed;
  file.stop_asked = false;
  file.committed_at = writer.at();
  const bool waits = deletes(writer.request(), file) && !draws.may_publish;
  file.hold = waits ? Hold::others : Hold::turn;
  if (!file.pushed) file.rank = draws.rank;
  writer.say(caller.who, "committed", "");
}

std::string told_of_kept(const File& file) {
  if (file.kind == Kind::listing) return "what it has listed is kept";
  if (!is_whole(file) && file.kind != Kind::bundle) {
    return fmt::format("{} confirmed bytes are kept", file.part.confirmed.bytes());
  }
  const Tally sums = is_whole(file) ? file.tally : file.bundle.tally();
  const std::uint64_t files = sums.files - sums.listings;
  const std::uint64_t stay = sums.done + sums.skipped + sums.deleted;
  return fmt::format("{} of {} files have ended and stay so, {} go again", stay, files,
                     files - stay);
}

void queue_again(ChangeWriter& writer, const Caller& caller, const Draws& draws) {
  File& file = writer.file();
  const std::string from(word(file.status));
  file.tries = file.afresh = file.mover_deaths = 0;
  file.budget_from = file.attempts;
  file.most_confirmed = 0;
  if (file.kind == Kind::bundle) file.bundle = failed_waiting_again(file.bundle);
  file.fault.reset();
  file.finished_at.reset();
  file.not_before = not_before_old_flow(writer.transfer(), writer.at());
  file.held_since.reset();
  queue(writer, caller, draws);
  writer.say(caller.who, "revived", fmt::format("it was {}; {}", from, told_of_kept(file)));
}

// Stop wins over any fault, but not over the truth: a rename whose end is not known is looked at
// first.
void stop_waiting(ChangeWriter& writer, const Caller& caller) {
  File& file = writer.file();
  if (file.publish_ordered) {
    file.status = Status::active;
    file.stop_asked = true;
    file.hold = Hold::stopping;
    file.held_since = writer.at();
    writer.say(caller.who, "stopping", "whether the file was already published is looked at first");
    return;
  }
  writer.end(Status::user_stop_partial_trans);
  writer.say(caller.who, "stopped", "nothing was moving");
}

void stop_active(ChangeWriter& writer, const Caller& caller) {
  File& file = writer.file();
  file.stop_asked = true;
  file.hold = Hold::stopping;
  file.held_since = writer.at();
  // Of a bundle other files may be moving; the renames that were ordered are not cut short by it.
  const bool has_more = !file.publish_ordered || file.kind == Kind::bundle;
  if (has_more && !is_whole(file)) writer.order(StopOrder{task_of(file)});
  writer.say(caller.who, "stopping",
             file.publish_ordered ? "the rename was already ordered; its answer decides" : "");
}

void set_priority(ChangeWriter& writer, const Caller& caller, const ChangePriority& call,
                  const Draws& draws) {
  File& file = writer.file();
  if (const int* number = std::get_if<int>(&call.to)) {
    file.priority = *number;
  } else if (std::get<PriorityStep>(call.to) == PriorityStep::push) {
    file.priority = priority_max;
    file.rank = draws.front_rank;
    file.pushed = true;
  } else {
    const bool up = std::get<PriorityStep>(call.to) == PriorityStep::increase;
    file.priority =
        std::clamp(file.priority + (up ? priority_step : -priority_step), 0, priority_max);
  }
  writer.say(caller.who, "priority", fmt::format("priority {}", file.priority));
}

void clear(ChangeWriter& writer, const Caller& caller, const Draws& draws) {
  const bool partial = !writer.file().part.epochs.empty();
  const bool in_place = writer.file().final_name_is_ours && writer.file().status != Status::done;
  writer.discard_part(draws.ledger);
  writer.erased();
  writer.say(caller.who, "cleared",
             partial    ? "its part file will be deleted"
             : in_place ? "what was written in place under the final name stays"
                        : "");
}

Kind kind_of(Submit::What what) {
  return what == Submit::What::file   ? Kind::file
         : what == Submit::What::list ? Kind::list
                                      : Kind::tree;
}

CallOutcome add_files(const Transfer& transfer, const AddFiles& call, const Caller& caller, Now now,
                      const Draws& draws) {
  const File& file = transfer.file;
  if (file.kind != Kind::list) {
    return refused(Code::wrong_state,
                   fmt::format("'{}' was submitted as {}; only a list takes files", call.handle,
                               word(file.kind)));
  }
  if (file.status != Status::inactive) {
    return refused(Code::wrong_state, fmt::format("'{}' is {}; files are added before its commit",
                                                  call.handle, status_word(file)));
  }
  Yes yes = yes_of(file, call.handle);
  yes.added = call.files.size();
  yes.files = file.tally.files + yes.added;
  if (call.files.empty()) return {yes, std::nullopt};
  ChangeWriter writer(transfer, now.wall);
  for (const NewFile& one : call.files) writer.line(known_line(one));
  writer.bear(call.files, draws);
  writer.say(caller.who, "files_added", fmt::format("{} files; {} in all", yes.added, yes.files));
  return {yes, writer.take()};
}

CallOutcome create(const Submit& submit, const Caller& caller, Now now, const Draws& draws) {
  if (submit.commit && submit.options.finish_by && *submit.options.finish_by <= now.wall) {
    return refused(Code::finish_by_passed,
                   fmt::format("finish_by was {}", to_rfc3339(*submit.options.finish_by)));
  }
  Transfer fresh;
  fresh.request = {draws.request,      caller.owner,   submit.handle,          submit.source,
                   submit.destination, submit.options, content_digest(submit), now.wall};
  fresh.file.id = draws.file;
  fresh.file.kind = kind_of(submit.what);
  fresh.file.priority = submit.priority.value_or(priority_default);
  ChangeWriter writer(fresh, now.wall);
  writer.created();
  writer.say(caller.who, "submitted", "");
  if (fresh.file.kind == Kind::tree) writer.bear_listing(draws);
  if (submit.commit) queue(writer, caller, draws);
  return changed(std::move(writer), draws);
}

Happening happening_of(const Call& call) {
  struct Of {
    Happening operator()(const Submit& c) const {
      return c.commit ? Happening::complete : Happening::submit;
    }
    Happening operator()(const AddFiles&) const { return Happening::submit; }
    Happening operator()(const Commit&) const { return Happening::commit; }
    Happening operator()(const ChangePriority&) const { return Happening::priority; }
    Happening operator()(const Clear&) const { return Happening::clear; }
    Happening operator()(const Stop&) const { return Happening::stop; }
  };
  return std::visit(Of{}, call);
}

bool may_start(const Transfer& transfer, WallTime now) {
  const auto& finish_by = transfer.request.options.finish_by;
  return !finish_by || *finish_by > now;
}

}  // namespace

CallOutcome on_call(const Transfer* transfer, const Call& call, const Caller& caller, Now now,
                    const Draws& draws) {
  const auto* submit = std::get_if<Submit>(&call);
  if (!transfer) {
    if (submit) return create(*submit, caller, now, draws);
    return refused(Code::no_such_transfer,
                   fmt::format("no transfer has the handle '{}'", handle_of(call)));
  }
  if (submit && content_digest(*submit) != transfer->request.digest) {
    return refused(Code::handle_in_use,
                   fmt::format("'{}' was submitted with other URLs or options; choose another "
                               "handle, or clear that transfer first",
                               submit->handle));
  }
  if (const auto* more = std::get_if<AddFiles>(&call)) {
    return add_files(*transfer, *more, caller, now, draws);
  }
  const File file = seen(transfer->file, draws);
  // What of a request is to be stopped are its parts, one by one, also where all wait.
  const bool stops = std::holds_alternative<Stop>(call);
  const Becomes becomes = life::at(stage(stops ? transfer->file : file), happening_of(call));
  const bool starts_waiting = becomes == Becomes::queued || becomes == Becomes::again;
  if (starts_waiting && !may_start(*transfer, now.wall)) {
    return refused(
        Code::finish_by_passed,
        fmt::format("finish_by was {}", to_rfc3339(*transfer->request.options.finish_by)));
  }
  ChangeWriter writer(*transfer, now.wall);
  switch (becomes) {
    case Becomes::queued:
      queue(writer, caller, draws);
      break;
    case Becomes::again:
      queue_again(writer, caller, draws);
      break;
    case Becomes::rests:
      stop_waiting(writer, caller);
      break;
    case Becomes::halts:
      stop_active(writer, caller);
      break;
    case Becomes::gone:
      clear(writer, caller, draws);
      break;
    case Becomes::no:
      return refused(Code::wrong_state,
                     fmt::format("'{}' is {}; {} does not apply to it", transfer->request.handle,
                                 status_word(file), name_of(call)));
    default:
      if (const auto* change = std::get_if<ChangePriority>(&call)) {
        set_priority(writer, caller, *change, draws);
        break;
      }
      return {yes_of(file, transfer->request.handle), std::nullopt};
  }
  return changed(std::move(writer), draws);
}

}  // namespace rft
