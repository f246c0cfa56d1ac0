#include "core/change.h"

#include <fmt/format.h>

namespace rft {

std::string mover_name(const std::string& mover) {
  return fmt::format("mover {}", mover);
}

void ChangeWriter::discard_part(const Uuid& ledger_id) {
  Part& part = file().part;
  if (!part.epochs.empty()) {
    change_.discarded.push_back({ledger_id, request().owner, request().handle,
                                 request().destination, request().options.destination_credential,
                                 part.id, part.epochs, at_});
  }
  part = Part{};
}

void ChangeWriter::begin_attempt() {
  change_.attempt = Attempt{file().id, file().epoch,     file().mover, at_, std::nullopt, 0,
                            0,         FlowEnd::no_flow, std::nullopt};
}

// Ends the try of the present epoch: nobody works on the transfer afterwards.
void ChangeWriter::end_attempt(FlowEnd end, std::optional<Fault> fault) {
  Attempt attempt;
  attempt.file = file().id;
  attempt.epoch = file().epoch;
  attempt.mover = file().mover;
  attempt.ended_at = at_;
  attempt.bytes_sent = file().epoch_sent;
  attempt.end = end;
  attempt.fault = std::move(fault);
  change_.attempt = std::move(attempt);
  change_.drop_orders = true;
  file().bytes_sent += file().epoch_sent;
  file().epoch_sent = 0;
  file().mover.clear();
}

Change ChangeWriter::take() {
  for (Said& said : said_) {
    Event event;
    event.at = at_;
    event.owner = request().owner;
    event.handle = request().handle;
    event.request = request().id;
    event.who = std::move(said.who);
    event.what = std::move(said.what);
    event.why = std::move(said.why);
    event.status = change_.erased ? Status::user_stop : file().status;
    event.hold = file().hold;
    event.epoch = file().epoch;
    event.fault = file().fault;
    change_.events.push_back(std::move(event));
  }
  return std::move(change_);
}

}  // namespace rft
