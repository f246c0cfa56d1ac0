#include "sim/carrier.h"

#include "mover/limits.h"

namespace rft::sim {

using mover::awaitable;
using mover::boot_now;
using mover::fault;
using mover::Outcome;
using mover::wait_any;

namespace {

constexpr Duration flow_ends_within{100};  // after its client's kernel closed the connection

}  // namespace

SimCarrier::SimCarrier(Shore& shore, const MoveOrder& order, mover::Interrupt* interrupt)
    : SimSides(shore, {order.task, order.source.endpoint, order.destination.endpoint}, interrupt),
      final_path_(order.destination.wire_path()) {}

// Also where the process dies: then its kernel closes what it held.
SimCarrier::~SimCarrier() {
  if (flow_) {
    shore_.servers.close(*flow_, shore_.dice.between(Duration(0), flow_ends_within));
  }
}

// Markers are hints: only what they name is left out, and the checksum is the proof.
awaitable<Outcome<RangeSet>> SimCarrier::resumable(std::string, std::string, RangeSet confirmed) {
  co_return confirmed;
}

awaitable<Outcome<void>> SimCarrier::move(const mover::Freight& freight, mover::Flow& flow,
                                          const std::function<void()>& progressed) {
  at_moment(Moment::opening);
  const auto listens = co_await destination_->ask(Doing::move);
  if (!listens) co_return mover::failed(listens);
  const auto connects = co_await source_->ask(Doing::move);
  if (!connects) co_return mover::failed(connects);
  for (Session* one : {&*destination_, &*source_}) {  // the other's answer took its time
    if (!one->is_good()) co_return fault(FaultCode::cut, one->side(), Doing::move);
  }
  flow.end = FlowEnd::presumed;
  news_ = std::make_shared<FlowNews>();
  if (freight.destination == final_path_) {
    shore_.laws.writes(task_, route_.destination, final_path_);
  }
  flow_ = shore_.servers.open({task_, route_.source, route_.destination, freight.source,
                               on_disk(freight.destination), freight.there, freight.size},
                              news_);
  const auto moved = co_await watch(flow, progressed);
  bool whole = moved.has_value();
  if (!whole) {
    flow.silent = boot_now() - news_->heard;
    co_await end_flow(flow);
    whole = said_226_ && shore_.mutants.has(Mutant::abor_226_believed);
  }
  if (whole) {
    flow.end = FlowEnd::known;
    flow.confirmed.add({0, freight.size});
    if (shore_.mutants.has(Mutant::publish_before_verify)) {
      shore_.servers.link_for_mutant(server(Side::destination), on_disk(freight.destination),
                                     final_path_);
    }
  } else {
    source_->lose();
    destination_->lose();
  }
  flow_.reset();
  co_return whole ? Outcome<void>() : moved;
}

awaitable<Outcome<void>> SimCarrier::watch(mover::Flow& flow,
                                           const std::function<void()>& progressed) {
  Instant moved_at = boot_now();
  for (;;) {
    const std::uint64_t before = flow.confirmed.bytes() + flow.bytes_sent;
    flow.confirmed.add(news_->confirmed);
    flow.bytes_sent = std::max(flow.bytes_sent, news_->bytes_sent);
    if (flow.confirmed.bytes() + flow.bytes_sent != before) {
      moved_at = boot_now();
      at_moment(Moment::marked);
      progressed();
    }
    if (news_->whole) co_return Outcome<void>();
    if (news_->fault) co_return tl::unexpected(*news_->fault);
    if (*interrupt_) co_return fault(FaultCode::cut, Side::none, Doing::move);
    if (boot_now() - moved_at >= mover::silence_limit) {
      co_return fault(FaultCode::stalled, Side::both, Doing::move);
    }
    co_await wait_any(moved_at + mover::silence_limit, &news_->changed, &interrupt_->changed);
  }
}

// ABOR, then the control connection is read to its end, or patience ends.
awaitable<void> SimCarrier::end_flow(mover::Flow& flow) {
  at_moment(Moment::aborting);
  if (news_->fault && destination_->is_good()) {
    flow.end = FlowEnd::known;
    co_return;
  }
  const Instant due = boot_now() + (*interrupt_ ? mover::stop_end_limit : mover::end_limit);
  const bool heard = !shore_.servers.is_cut(*flow_) && destination_->is_good();
  if (heard) {
    said_226_ = shore_.weather.strikes(FaultKind::abor_226, task_);
    shore_.servers.close(*flow_, shore_.dice.between(Duration(0), Duration(10)));
    while (shore_.servers.lives(*flow_) && boot_now() < due) co_await wait_any(boot_now() + 10ms);
  }
  const bool ended = heard && !shore_.servers.lives(*flow_);
  while (!ended && boot_now() < due) co_await wait_any(due);
  flow.end = ended ? FlowEnd::known : FlowEnd::presumed;
}

// Reads the first half of the file, then the second: what is written meanwhile may fall in between.
awaitable<Outcome<std::string>> SimCarrier::checksum(Side side, std::string name, std::string,
                                                     std::uint64_t size) {
  const auto now = shore_.moments.of(task_);
  if (now == Moment::opening || now == Moment::moving || now == Moment::marked) {
    at_moment(Moment::checking);
  }
  Session& session = at(side);
  Content read;
  const auto half = [&](bool second) {
    const auto found = session.server().files.find(on_disk(name));
    if (found == session.server().files.end()) return;
    const Content& there = found->second->content;
    const std::size_t middle = there.blocks.size() / 2;
    read.size = there.size;
    read.blocks.resize(there.blocks.size());
    const std::size_t end = second ? there.blocks.size() : middle;
    for (std::size_t i = second ? middle : 0; i < end; ++i) read.blocks[i] = there.blocks[i];
  };
  const auto begun = co_await session.ask(Doing::verify, [&] { half(false); });
  if (!begun) co_return mover::failed(begun);
  const Instant done =
      boot_now() + shore_.dice.between(
                       Duration(1), Duration(5 + 20 * static_cast<std::int64_t>(blocks_of(size))));
  while (boot_now() < done && !*interrupt_) co_await wait_any(done, &interrupt_->changed);
  const auto ended = co_await session.ask(Doing::verify, [&] { half(true); });
  if (!ended) co_return mover::failed(ended);
  if (shore_.mutants.has(Mutant::no_checksum)) co_return "0000000000000000";
  co_return checksum_of(read);
}

// What must be so when a rename is done.
void SimCarrier::renamed(const std::string& from, const std::string& to, Doing doing) {
  if (from == final_path_) return at_moment(Moment::renamed);  // taken back
  if (to == final_path_) {
    at_moment(Moment::renamed);
    shore_.laws.published(task_, to);
  } else if (doing == Doing::adopt) {
    shore_.laws.adopted(task_, server(Side::destination), to);
  }
}

// From RNTO on only its answer tells what happened.
awaitable<mover::Renamed> SimCarrier::rename(std::string from, std::string to, Doing doing) {
  const std::string old_path = on_disk(from), new_path = on_disk(to);
  const auto no = [&](FaultCode code, bool unknown = false) {
    return mover::Renamed{Fault{code, Side::destination, doing, "", ""}, unknown};
  };
  at_moment(doing == Doing::adopt ? Moment::adopting : Moment::publishing);
  bool found = false;
  const auto asked = co_await destination_->ask(
      doing, [&] { found = server(Side::destination).files.contains(old_path); });
  if (!asked) co_return mover::Renamed{asked.error(), false};
  if (!found) co_return no(FaultCode::part_missing);
  if (shore_.weather.strikes(FaultKind::rename_late, task_)) {
    rename_later(old_path, new_path, shore_.dice.between(Duration(10), Duration(6000)));
    destination_->lose();
    co_return no(FaultCode::cut, true);
  }
  bool willing = false;
  destination_->heed(nullptr);
  const auto done = co_await destination_->ask(doing, [&] {
    willing = !is_barred(new_path);
    if (!willing || old_path == new_path) return;
    found = shore_.servers.rename(server(Side::destination), old_path, new_path);
    if (found) renamed(from, to, doing);
  });
  destination_->heed(interrupt_);
  if (!done) {
    const bool sure = done.error().code == FaultCode::server_refused;
    co_return mover::Renamed{done.error(), !sure};
  }
  if (!willing) co_return no(FaultCode::server_refused);
  if (!found) co_return no(FaultCode::part_missing);
  if (shore_.weather.strikes(FaultKind::rename_answer_lost, task_)) {
    destination_->lose();
    co_return no(FaultCode::cut, true);
  }
  co_return mover::Renamed{};
}

}  // namespace rft::sim
