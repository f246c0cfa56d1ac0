// Who is granted a mover, with which order; and holds that change without a try.
#include <fmt/format.h>

#include <algorithm>

#include "core/change.h"

namespace rft {
std::string_view why_not_adopted(const Transfer& transfer) {
  const Part& part = transfer.file.part;
  if (part.epochs.empty() || transfer.file.kind != Kind::file) return "";
  // A rename of it may be on its way: its mover gives it a new name first, whatever becomes of it.
  if (transfer.file.publish_ordered) return "";
  if (transfer.request.options.verify != Verify::checksum) {
    return "no checksum will be compared, so nothing is resumed";
  }
  if (transfer.request.options.resume == Resume::strict && part.end == FlowEnd::presumed) {
    return "resume=strict, and the end of the last flow was not read";
  }
  return "";
}

namespace {

std::optional<EarlierPart> earlier_part(const Transfer& transfer, WallTime now) {
  const Part& part = transfer.file.part;
  if (part.epochs.empty() && part.confirmed.empty() && !transfer.file.final_name_is_ours) {
    return std::nullopt;
  }
  return EarlierPart{part.epochs, part.end, settle_for(part, now), part.presumed_before,
                     part.confirmed};
}

std::uint32_t streams_of(const Request& request, const Grant& grant) {
  return std::min(grant.streams, request.options.streams_max.value_or(64));
}

// Of what is all or none: what was proven, and now may be, is published by the order itself.
bool publishes_proven(const Transfer& transfer, const Grant& grant) {
  if (!is_all_or_none(transfer.request) || grant.prove_only) return false;
  const std::vector<BundleItem> waiting = waiting_items(transfer.file.bundle);
  return transfer.file.intent ||
         std::any_of(waiting.begin(), waiting.end(),
                     [](const BundleItem& one) { return one.intent.has_value(); });
}

MoveOrder move_order(const Transfer& transfer, const Grant& grant, WallTime now) {
  MoveOrder order;
  order.source = transfer.request.source;
  order.destination = transfer.request.destination;
  order.source_credential = grant.source_credential;
  order.destination_credential = grant.destination_credential;
  order.options = transfer.request.options;
  order.earlier = earlier_part(transfer, now);
  order.source_facts = transfer.file.source_facts;
  if (transfer.file.publish_ordered) order.intent = transfer.file.intent;
  order.streams = streams_of(transfer.request, grant);
  order.marker_seconds = grant.marker_seconds;
  order.final_name_is_ours = transfer.file.final_name_is_ours;
  if (is_check(transfer.request) && transfer.file.size > 0) {
    order.recorded_size = transfer.file.size;
  }
  order.prove_only = grant.prove_only;
  order.publish_proven = publishes_proven(transfer, grant);
  return order;
}

BundleOrder bundle_order(const Transfer& transfer, const Grant& grant) {
  BundleOrder order;
  order.source = transfer.request.source.endpoint;
  order.destination = transfer.request.destination.endpoint;
  order.source_credential = grant.source_credential;
  order.destination_credential = grant.destination_credential;
  order.options = transfer.request.options;
  order.earlier = transfer.file.part.epochs;
  order.items = waiting_items(transfer.file.bundle);
  order.marker_seconds = grant.marker_seconds;
  order.prove_only = grant.prove_only;
  order.publish_proven = publishes_proven(transfer, grant);
  // What is proven already waits for the others, and is not moved again.
  const auto is_proven = [](const BundleItem& item) { return item.intent.has_value(); };
  if (grant.prove_only) std::erase_if(order.items, is_proven);
  return order;
}

ListOrder list_order(const Transfer& transfer, const Grant& grant) {
  const Request& request = transfer.request;
  ListOrder order{{}, request.source, grant.source_credential, request.options, transfer.file.due};
  const bool one_host = request.source.endpoint.host == request.destination.endpoint.host;
  // Where the paths are the same, too, it is two servers behind one name: they share no file.
  const bool one_tree = request.source.path == request.destination.path;
  if (one_host && !one_tree && !is_removal(request)) order.destination = request.destination;
  return order;
}

// The order is made of the transfer as it was before the grant, and named after it.
Order order_for(const Transfer& before, const Grant& grant, const File& after, bool look_only,
                WallTime now) {
  switch (before.file.kind) {
    case Kind::bundle: {
      BundleOrder order = bundle_order(before, grant);
      order.task = task_of(after);
      order.part = after.part.id;
      order.look_only = look_only;
      return order;
    }
    case Kind::listing: {
      ListOrder order = list_order(before, grant);
      order.task = task_of(after);
      return order;
    }
    default: {
      MoveOrder order = move_order(before, grant, now);
      order.task = task_of(after);
      order.part = after.part.id;
      order.look_only = look_only;
      return order;
    }
  }
}

// The names under which its part may stand: the new one is in the store before it is used (design
// 5.2).
void name_part(const Request& request, File& file) {
  const bool has_none = request.options.act != Act::move || file.kind == Kind::listing;
  if (request.options.publish != Publish::rename || has_none) return;
  file.part.epochs.insert(file.part.epochs.begin(), file.epoch);
}

Change grant_to_look(const Transfer& transfer, const Grant& grant, Now now) {
  ChangeWriter writer(transfer, now.wall);
  File& file = writer.file();
  file.mover = grant.mover;
  file.not_before.reset();
  file.heard = 0;
  ++file.epoch;
  ++file.attempts;
  name_part(transfer.request, file);
  writer.order(order_for(transfer, grant, file, true, now.wall));
  writer.begin_attempt();
  writer.say(service, "started", "to look whether the file was already published");
  return writer.take();
}

}  // namespace

std::uint32_t marker_seconds_for(std::uint32_t active) {
  constexpr std::uint32_t per_second = 500;
  const std::uint32_t seconds = active / per_second + (active % per_second == 0 ? 0 : 1);
  return std::clamp(seconds, 1U, marker_seconds_max);
}

bool needs_look(const File& file) {
  return stage(file) == Stage::stopping && file.publish_ordered && file.mover.empty();
}

std::optional<Change> on_grant(const Transfer& transfer, const Grant& grant, Now now,
                               const Draws& draws) {
  if (needs_look(transfer.file)) return grant_to_look(transfer, grant, now);
  if (life::at(stage(transfer.file), Happening::grant) != Becomes::starts) return std::nullopt;
  if (deletes(transfer.request, transfer.file) && grant.prove_only) return std::nullopt;

  ChangeWriter writer(transfer, now.wall);
  File& file = writer.file();
  if (publishes_proven(transfer, grant)) file.publish_ordered = true;
  const std::string_view unfit = why_not_adopted({transfer.request, file});
  if (!unfit.empty()) {
    const std::uint64_t lost = file.part.confirmed.bytes();
    writer.discard_part(draws.ledger);
    writer.say(service, "afresh", fmt::format("{}; {} confirmed bytes are given up", unfit, lost));
  }
  if (file.part.id.is_nil()) file.part.id = draws.part;

  const Transfer before{transfer.request, file};
  file.status = Status::active;
  file.hold = Hold::none;
  file.hold_detail.clear();
  file.not_before.reset();
  file.mover = grant.mover;
  file.heard = 0;
  file.streams = streams_of(transfer.request, grant);
  ++file.epoch;
  ++file.attempts;
  if (!file.started_at) file.started_at = now.wall;
  name_part(transfer.request, file);
  writer.order(order_for(before, grant, file, false, now.wall));
  writer.begin_attempt();
  writer.say(service, "started",
             fmt::format("try {}, epoch {}, mover {}", file.attempts, file.epoch, file.mover));
  return writer.take();
}

std::optional<Change> on_hold(const Transfer& transfer, const Fault& fault, Now now) {
  if (transfer.file.status != Status::committed) return std::nullopt;
  const Hold hold = entry(fault.code).hold;
  if (transfer.file.hold == hold && transfer.file.fault == fault) return std::nullopt;
  ChangeWriter writer(transfer, now.wall);
  File& file = writer.file();
  file.hold = hold;
  file.hold_detail = sentence(fault);
  file.fault = fault;
  if (!file.held_since) file.held_since = now.wall;
  writer.say(service, "held", sentence(fault));
  return writer.take();
}

std::optional<Change> on_give_space(const Transfer& transfer, Now now, const Draws& draws) {
  if (transfer.file.status != Status::committed || transfer.file.part.epochs.empty() ||
      transfer.file.kind != Kind::file) {
    return std::nullopt;
  }
  ChangeWriter writer(transfer, now.wall);
  const std::uint64_t given = writer.file().part.confirmed.bytes();
  writer.discard_part(draws.ledger);
  writer.say(service, "afresh",
             fmt::format("the destination stayed full; its {} bytes make room for transfers that "
                         "lack less",
                         given));
  return writer.take();
}

}  // namespace rft
