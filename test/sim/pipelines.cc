// Pipelines: many files over one pair of data channels.
#include "sim/servers.h"

namespace rft::sim {
namespace {

Fault refusal(FaultCode code, Side side) {
  return {code, side, Doing::move, "", ""};
}

}  // namespace

void Servers::order_up_to(FlowId id, std::size_t count) {
  const auto found = flows_.find(id);
  if (found == flows_.end() || found->second.was_cut) return;
  Flow& flow = found->second;
  flow.ordered = std::max(flow.ordered, count);
  if (std::exchange(flow.starves, false)) open_next(id);
}

// The next STOR that is not refused takes the bytes of the next RETR that is not.
void Servers::open_next(FlowId id) {
  Flow& flow = flows_.at(id);
  while (!flow.to && flow.stors < flow.ordered) open_stor(flow);
  while (!flow.from && flow.retrs < flow.ordered) open_retr(flow);
  if (flow.to && flow.from) {
    flow.size = flow.from->content.size;
    plan_blocks(flow);
    events_.in(flow.pace, [this, id] { write_next(id); });
    return;
  }
  const bool all_ordered = flow.ordered == flow.order.files.size();
  if (!all_ordered && !is_old(flow)) {
    flow.starves = true;
    return;
  }
  const bool waits_for_other = flow.to || flow.from;
  end(id, waits_for_other ? std::optional(refusal(FaultCode::data_channel_failed, Side::both))
                          : std::nullopt);
}

// A side says no to a file, for its own reason or without one, and goes on with the next.
bool Servers::refuses(Flow& flow, Leg FlowNews::*leg, const std::optional<Fault>& own) {
  const bool unexplained = !own && strikes(FaultKind::command_refused, flow);
  if (!own && !unexplained) return false;
  const auto client = flow.client.lock();
  if (!client || flow.was_cut) return true;
  const Side side = leg == &FlowNews::source ? Side::source : Side::destination;
  Leg& told = (*client).*leg;
  client->heard = events_.now();
  if (!told.fault) {
    told.fault = own ? *own : refusal(FaultCode::server_refused, side);
    told.refused = true;
  }
  client->changed.notify();
  return true;
}

void Servers::open_stor(Flow& flow) {
  const std::string& path = flow.order.files[flow.stors++].destination;
  if (!refuses(flow, &FlowNews::destination, std::nullopt)) open_to(flow, path);
}

void Servers::open_retr(Flow& flow) {
  const Server& source = at(flow.order.source);
  const auto from = source.files.find(flow.order.files[flow.retrs++].source);
  if (from == source.files.end()) {
    refuses(flow, &FlowNews::source, refusal(FaultCode::no_such_file, Side::source));
  } else if (!refuses(flow, &FlowNews::source, std::nullopt)) {
    flow.from = from->second;
  }
}

// Both sides say 226, whatever was paired.
void Servers::file_ended(FlowId id) {
  Flow& flow = flows_.at(id);
  flow.to.reset();
  flow.from.reset();
  if (const auto client = flow.client.lock(); client && !flow.was_cut) {
    client->heard = events_.now();
    for (Leg* leg : {&client->source, &client->destination}) {
      if (!leg->fault) ++leg->arrived;
    }
    client->changed.notify();
  }
  if (!is_old(flow) && strikes(FaultKind::command_cut, flow)) {
    return end(id, refusal(FaultCode::cut, Side::destination));
  }
  open_next(id);
}

void Servers::refuse_full(FlowId id) {
  Flow& flow = flows_.at(id);
  refuses(flow, &FlowNews::destination, refusal(FaultCode::destination_full, Side::destination));
  end(id, refusal(FaultCode::data_channel_failed, Side::both));
}

}  // namespace rft::sim
