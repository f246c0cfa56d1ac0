#include "mover/gridftp_flow.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "ftp/address.h"
#include "ftp/marker.h"
#include "ftp/refusal.h"
#include "mover/data_channel.h"

namespace rft::mover {

using namespace asio::experimental::awaitable_operators;

namespace {

ftp::Leg leg_of(const Freight& freight, const std::string& path, bool mode_e,
                bool channel_is_open) {
  ftp::Leg leg;
  leg.path = path;
  leg.there = freight.there;
  leg.size = freight.size;
  leg.streams = freight.streams;
  leg.mode_e = mode_e;
  leg.channel_is_open = channel_is_open;
  return leg;
}

}  // namespace

GridFtpFlow::GridFtpFlow(Session& source, Session& destination, const Freight& freight, Flow& flow,
                         const std::function<void()>& progressed, Terms terms)
    : source_{source, Side::source},
      destination_{destination, Side::destination},
      freight_(freight),
      flow_(flow),
      progressed_(progressed),
      terms_(std::move(terms)),
      sent_(freight.size),
      watchdog_(boot_now(), terms_.limits.silence) {}

awaitable<Outcome<void>> GridFtpFlow::run() {
  const auto moved = co_await attempt();
  if (moved) {
    flow_.end = FlowEnd::known;
    flow_.confirmed.add({0, freight_.size});
    if (!reuses_channel_ && terms_.mode_e) {
      share_channel(source_.session, destination_.session, freight_.streams);
    }
    co_return moved;
  }
  flow_.silent = boot_now() - destination_.line().heard();
  co_await end();
  co_return moved;
}

awaitable<Outcome<void>> GridFtpFlow::attempt() {
  if (const auto open = co_await open_channel(); !open) co_return failed(open);
  const ftp::Leg receiving = leg_of(freight_, freight_.destination, terms_.mode_e, reuses_channel_);
  const ftp::Leg sending = leg_of(freight_, freight_.source, terms_.mode_e, reuses_channel_);
  flow_.end = FlowEnd::presumed;
  // STOR first: RETRs and STORs pair by order of opening (design 5.5), and the sender connects.
  const auto stored = co_await order(destination_, ftp::receive_file(receiving));
  if (!stored) co_return failed(stored);
  const auto retrieved = co_await order(source_, ftp::send_file(sending, receiver_));
  if (!retrieved) co_return failed(retrieved);
  co_return co_await watch();
}

// The channel of the file before is used again only for a whole file with as many streams.
awaitable<Outcome<void>> GridFtpFlow::open_channel() {
  reuses_channel_ = terms_.mode_e && freight_.there.empty() &&
                    have_channel(source_.session, destination_.session, freight_.streams);
  if (reuses_channel_) co_return Outcome<void>();
  source_.session.channel.reset();
  destination_.session.channel.reset();
  auto address = co_await listen_for_data(destination_.line());
  if (!address) co_return failed(address);
  receiver_ = std::move(*address);
  co_return Outcome<void>();
}

// What goes ahead is pipelined with STOR and RETR, except where something is restarted: a STOR that
// follows a refused REST would begin from zero.
awaitable<Outcome<void>> GridFtpFlow::order(Leg& leg, std::vector<ftp::Step> steps) {
  const ftp::Step transfer = std::move(steps.back());
  steps.pop_back();
  for (const ftp::Step& step : steps) {
    const auto ticket = leg.line().send(step.command, Doing::move);
    if (!ticket) co_return failed(ticket);
    const bool restarts = step.command.verb == "REST";
    leg.before.push_back(
        {*ticket, step.required, restarts ? FaultCode::no_restart : FaultCode::server_refused});
  }
  const bool waits = !freight_.there.empty();
  while (waits && !leg.before.empty() && !leg.fault) {
    hear(leg);
    if (leg.before.empty() || leg.fault) break;
    const Instant due = watchdog_.due();
    if (boot_now() >= due) co_return fault(FaultCode::stalled, leg.side, Doing::move);
    if (*terms_.interrupt) co_return fault(FaultCode::cut, leg.side, Doing::move);
    co_await wait_any(due, &leg.line().changed(), &terms_.interrupt->changed);
  }
  if (leg.fault) co_return tl::unexpected(*leg.fault);
  const auto ticket = leg.line().send(transfer.command, Doing::move);
  if (!ticket) co_return failed(ticket);
  leg.transfer = *ticket;
  co_return Outcome<void>();
}

awaitable<Outcome<void>> GridFtpFlow::watch() {
  std::optional<Instant> consequences;  // until when the other side may tell its reason
  for (;;) {
    hear(destination_);
    hear(source_);
    hear_part_size();
    if (source_.succeeded() && destination_.succeeded()) co_return Outcome<void>();
    const Instant now = boot_now();
    const Leg* bad = source_.fault ? &source_ : (destination_.fault ? &destination_ : nullptr);
    if (bad && !consequences) consequences = now + consequence_limit;
    if (source_.fault && destination_.fault) {
      co_return tl::unexpected(more_telling(*source_.fault, *destination_.fault));
    }
    if (bad && (has_own_reason(*bad->fault) || now >= *consequences)) {
      co_return tl::unexpected(*bad->fault);
    }
    if (*terms_.interrupt) co_return fault(FaultCode::cut, Side::none, Doing::move);
    if (watchdog_.is_over(now)) co_return tl::unexpected(stalled());
    const Instant until = consequences ? std::min(*consequences, watchdog_.due()) : watchdog_.due();
    co_await wait_any(until, &source_.line().changed(), &destination_.line().changed(),
                      &terms_.interrupt->changed,
                      terms_.watch ? &terms_.watch->changed() : nullptr);
  }
}

void GridFtpFlow::hear(Leg& leg) {
  hear_before(leg);
  while (leg.transfer) {
    auto answer = leg.line().take(*leg.transfer);
    if (!answer) break;
    hear_transfer(leg, std::move(*answer));
  }
  if (leg.is_over()) return;
  if (auto broken = leg.line().failure(Doing::move)) leg.fault = std::move(broken);
}

void GridFtpFlow::hear_before(Leg& leg) {
  while (!leg.before.empty()) {
    const Pending pending = leg.before.front();
    const auto answer = leg.line().take(pending.ticket);
    if (!answer) return;
    if (!answer->final) continue;
    leg.before.erase(leg.before.begin());
    if (!pending.required || !answer->reply.is_negative() || leg.fault) continue;
    leg.fault = ftp::refusal(answer->reply, Doing::move, leg.side);
    if (pending.refused_means != FaultCode::server_refused) leg.fault->code = pending.refused_means;
  }
}

void GridFtpFlow::hear_transfer(Leg& leg, ftp::Answer answer) {
  if (answer.final) {
    watchdog_.moved(boot_now());
    leg.final_reply = std::move(answer.reply);
    if (!leg.final_reply->is_positive() && !leg.fault) {
      leg.fault = ftp::refusal(*leg.final_reply, Doing::move, leg.side);
    }
    return;
  }
  if (ftp::is_marker(answer.reply)) hear_marker(answer.reply);
}

// A marker that cannot be read is no reason to give up a flow: markers are hints (design 5.4).
void GridFtpFlow::hear_marker(const ftp::Reply& reply) {
  const auto marker = ftp::marker_of(reply);
  if (!marker) return;
  if (const auto* ranges = std::get_if<RangeSet>(&*marker)) {
    const std::uint64_t before = flow_.confirmed.bytes();
    flow_.confirmed.add(*ranges);
    flow_.confirmed.cut(freight_.size);
    flow_.confirmed = bounded(std::move(flow_.confirmed));
    if (flow_.confirmed.bytes() != before) advanced();
  } else if (const auto* performance = std::get_if<ftp::Performance>(&*marker)) {
    const bool more = sent_.reaches(*performance);
    flow_.bytes_sent = std::max(flow_.bytes_sent, sent_.bytes());
    rate_.add(boot_now(), flow_.bytes_sent);
    flow_.rate = rate_.rate();
    if (more) advanced();
  }
}

void GridFtpFlow::hear_part_size() {
  if (!terms_.watch) return;
  const std::uint64_t size = std::min(terms_.watch->size(), freight_.size);
  if (size <= flow_.confirmed.end()) return;
  flow_.bytes_sent = std::max(flow_.bytes_sent, size - freight_.there.bytes());
  flow_.confirmed.add({0, size});
  rate_.add(boot_now(), flow_.bytes_sent);
  flow_.rate = rate_.rate();
  advanced();
}

void GridFtpFlow::advanced() {
  watchdog_.moved(boot_now());
  progressed_();
}

// A destination that still sends its markers is alive; then the bytes do not come, which both the
// source and the path may be the cause of.
Fault GridFtpFlow::stalled() const {
  const bool mute = boot_now() - destination_.session.line->heard() >= terms_.limits.silence / 2;
  return Fault{FaultCode::stalled, mute && terms_.mode_e ? Side::destination : Side::both,
               Doing::move, "",
               mute ? "no byte and no marker came" : "the destination reports that no byte comes"};
}

awaitable<void> GridFtpFlow::end() {
  const bool stored = destination_.transfer.has_value();
  const bool answered = destination_.final_reply.has_value();
  const Duration limit = std::min(end_limit, terms_.limits.silence);
  const auto [ended, ignored] =
      co_await (destination_.line().end(limit) && source_.line().end(limit));
  static_cast<void>(ignored);
  if (!stored) {
    flow_.end = FlowEnd::no_flow;
  } else {
    flow_.end = answered || ended ? FlowEnd::known : FlowEnd::presumed;
  }
}

}  // namespace rft::mover
