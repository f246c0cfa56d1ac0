#include "core/try_end.h"

#include <fmt/format.h>

#include <algorithm>

namespace rft {
namespace {

// A flow that was silent for less than this ended over a path that worked (design 5.3).
constexpr Duration path_worked_within = 2s;

void begin_afresh(ChangeWriter& writer, const Fault& fault, const Draws& draws) {
  File& file = writer.file();
  ++file.afresh;
  // A bundle resumes nothing, so its parts may stay; where a rename is in doubt the next epoch must
  // know them, for it deletes them before it believes that the rename will not come (5.6).
  const bool in_doubt = file.kind == Kind::bundle && file.publish_ordered;
  if (!in_doubt) writer.discard_part(draws.ledger);
  if (fault.code == FaultCode::source_changed) file.source_facts.reset();
  writer.say(service, "afresh", sentence(fault));
}

}  // namespace

void end_hold(File& file) {
  if (stage(file) != Stage::stopping) file.held_since.reset();
}

void take_progress(File& file, const RangeSet& confirmed, std::uint64_t bytes_sent) {
  file.part.confirmed.add(confirmed);
  file.epoch_sent = std::max(file.epoch_sent, bytes_sent);
  if (file.part.confirmed.bytes() <= file.most_confirmed) return;
  file.most_confirmed = file.part.confirmed.bytes();
  file.tries = 0;
  end_hold(file);
}

void take_flow_end(File& file, FlowEnd end, Duration silent, WallTime at) {
  if (end == FlowEnd::no_flow) return;
  file.part.end = end;
  file.part.silent = silent;
  file.part.path_worked = silent < path_worked_within;
  file.part.ended_at = at;
  if (end == FlowEnd::presumed) file.part.presumed_before = true;
}

void forget_intent(File& file) {
  if (!file.publish_ordered) return;  // of what is all or none, what was proven stays so
  file.publish_ordered = false;
  file.intent.reset();
  if (file.kind == Kind::bundle) file.bundle = without_intents(file.bundle);
}

std::optional<WallTime> not_before_old_flow(const Transfer& transfer, WallTime at) {
  const Part& part = transfer.file.part;
  if (!writes_final_names(transfer) || part.end != FlowEnd::presumed) return std::nullopt;
  return at + settle_for(part, at);
}

void back_to_waiting(ChangeWriter& writer, Hold hold, std::string detail,
                     std::optional<WallTime> not_before) {
  File& file = writer.file();
  file.status = Status::committed;
  file.stop_asked = false;
  file.hold = hold;
  file.hold_detail = std::move(detail);
  const auto old_flow = not_before_old_flow(writer.transfer(), writer.at());
  file.not_before = old_flow && not_before ? std::max(*old_flow, *not_before)
                    : old_flow             ? old_flow
                                           : not_before;
}

void end_failed(ChangeWriter& writer, Fault fault, std::string_view why, const Uuid& ledger_id,
                const std::vector<ItemFault>& own) {
  File& file = writer.file();
  if (file.kind == Kind::bundle) {
    writer.discard_part(ledger_id);  // nothing in it is ever resumed
    file.bundle = all_waiting_failed(file.bundle, fault, own);
  }
  writer.end(Status::failed);
  std::string text = sentence(fault);
  if (!why.empty()) text += fmt::format("; {}", why);
  file.fault = std::move(fault);
  writer.say(service, "failed", std::move(text));
}

void end_stopped(ChangeWriter& writer, std::string why) {
  File& file = writer.file();
  writer.end(Status::user_stop_partial_trans);
  forget_intent(file);
  writer.say(service, "stopped", std::move(why));
}

std::string end_sentence(FlowEnd end) {
  switch (end) {
    case FlowEnd::no_flow:
      return "no flow was open";
    case FlowEnd::known:
      return "the end of the flow was read";
    case FlowEnd::presumed:
      return "the end of the flow was not read; it is presumed";
  }
  return "";
}

void await_look(ChangeWriter& writer, const std::string& who, std::string why) {
  File& file = writer.file();
  file.not_before = writer.at() + back_off(file.id, file.attempts, std::min(file.tries, 6U));
  ++file.tries;
  writer.say(who, "unknown_end", std::move(why));
}

void end_try(ChangeWriter& writer, const Fault& fault, const Draws& draws,
             const std::vector<ItemFault>& own) {
  File& file = writer.file();
  const Options& options = writer.request().options;
  const Next next = after(file, options, fault);
  if (next.then == Then::give_up) {
    return end_failed(writer, fault, next.why, draws.ledger, own);
  }
  const bool must_look = file.publish_ordered;
  if (options.finish_by && !must_look && *options.finish_by <= writer.at() + next.delay) {
    return end_failed(writer,
                      {FaultCode::finish_by_passed, fault.side, fault.doing, fault.reply,
                       fmt::format("the last try ended with {}", word(fault.code))},
                      "", draws.ledger);
  }
  if (next.costs_a_try) ++file.tries;
  if (next.then == Then::afresh) begin_afresh(writer, fault, draws);
  const bool waits_for_time = next.then != Then::hold;
  if (!next.costs_a_try && !file.held_since) file.held_since = writer.at();
  file.fault = fault;
  back_to_waiting(writer, next.hold, sentence(fault),
                  waits_for_time ? std::optional(writer.at() + next.delay) : std::nullopt);
  writer.say(service, waits_for_time ? "try_failed" : "held", sentence(fault));
}

}  // namespace rft
