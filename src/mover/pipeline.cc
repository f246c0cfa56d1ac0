#include "mover/pipeline.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "ftp/address.h"
#include "ftp/marker.h"
#include "ftp/refusal.h"
#include "mover/data_channel.h"

namespace rft::mover {

using namespace asio::experimental::awaitable_operators;

namespace {

constexpr unsigned streams = 1;        // small files: more would only cost
constexpr Duration reads_limit = 1s;   // for the RETRs behind a refused file
constexpr Duration writes_limit = 3s;  // for the STORs whose data channel has ended

}  // namespace

Pipeline::Pipeline(Session& source, Session& destination, const std::vector<Consignment>& files,
                   const std::function<void(std::size_t)>& arrived, Interrupt* interrupt,
                   Limits limits)
    : files_(files),
      arrived_(arrived),
      source_{source, Side::source},
      destination_{destination, Side::destination},
      interrupt_(interrupt),
      limits_(limits),
      watchdog_(boot_now(), limits.silence) {}

awaitable<Pipelined> Pipeline::run() {
  const auto moved_all = co_await attempt();
  Pipelined told;
  told.moved = moved();
  told.ordered = next_;
  if (moved_all) {
    if (opened_) share_channel(source_.session, destination_.session, streams);
    co_return told;
  }
  told.fault = moved_all.error();
  told.refused = bad() != nullptr && bad()->refused;
  const Course& stored = destination_.course;
  const bool stor_refused = stored.refused && stored.arrived == told.moved;
  told.written = next_ > told.moved && !stor_refused;
  told.silent = boot_now() - destination_.line().heard();
  told.end = co_await end();
  co_return told;
}

awaitable<Outcome<void>> Pipeline::attempt() {
  if (const auto open = co_await open_channel(); !open) co_return failed(open);
  while (moved() < files_.size()) {
    order_more();
    const bool heard_destination = hear(destination_);
    const bool heard_source = hear(source_);
    if (heard_destination || heard_source) arrived_(moved());
    if (const auto why = over(boot_now())) co_return tl::unexpected(*why);
    if (heard_destination || heard_source) continue;
    const Instant until =
        consequences_ ? std::min(*consequences_, watchdog_.due()) : watchdog_.due();
    co_await wait_any(until, &source_.line().changed(), &destination_.line().changed(),
                      &interrupt_->changed);
  }
  co_return Outcome<void>();
}

awaitable<Outcome<void>> Pipeline::open_channel() {
  if (have_channel(source_.session, destination_.session, streams)) co_return Outcome<void>();
  source_.session.channel.reset();
  destination_.session.channel.reset();
  const auto receiver = co_await listen_for_data(destination_.line());
  if (!receiver) co_return failed(receiver);
  opened_ = true;
  order(source_, ftp::opts_retr_parallelism(streams), nullptr);
  order(source_, ftp::port(*receiver), nullptr);
  co_return Outcome<void>();
}

// STOR first: the sender connects, and the receiver must know where the bytes go.
void Pipeline::order_more() {
  while (next_ < files_.size() && !is_full() && !source_.course.fault &&
         !destination_.course.fault) {
    const Consignment& file = files_[next_];
    order(destination_, ftp::stor(file.destination), &file);
    order(source_, ftp::retr(file.source), &file);
    ++next_;
  }
}

bool Pipeline::is_full() const {
  return std::max(source_.due.size(), destination_.due.size()) >= ftp::depth_max;
}

void Pipeline::order(Leg& leg, const ftp::Command& command, const Consignment* file) {
  const auto ticket = leg.line().send(command, Doing::move);
  if (ticket) {
    leg.due.push_back({*ticket, file != nullptr, {}, StripedProgress(file ? file->size : 0)});
  } else if (!leg.course.fault) {
    leg.course.fault = ticket.error();
  }
}

// Whether anything came.
bool Pipeline::hear(Leg& leg) {
  bool heard = false;
  while (!leg.due.empty()) {
    const auto answer = leg.line().take(leg.due.front().ticket);
    if (!answer) break;
    heard = true;
    if (!answer->final) {
      hear_marker(leg, answer->reply);
      continue;
    }
    const bool is_file = leg.due.front().is_file;
    leg.due.pop_front();
    hear_final(leg, answer->reply, is_file);
  }
  if (!leg.course.fault) leg.course.fault = leg.line().failure(Doing::move);
  return heard;
}

// After a refusal no reply of this side tells anything of the files behind it (design 5.5).
void Pipeline::hear_final(Leg& leg, const ftp::Reply& reply, bool is_file) {
  watchdog_.moved(boot_now());
  Course& course = leg.course;
  if (course.fault) return;
  if (!reply.is_positive()) {
    course.fault = ftp::refusal(reply, Doing::move, leg.side);
    course.refused = is_file && course.fault->code != FaultCode::server_busy;
    return;
  }
  if (is_file) ++course.arrived;
}

// Only what was not confirmed before counts: a server that repeats itself stalls.
void Pipeline::hear_marker(Leg& leg, const ftp::Reply& reply) {
  if (!ftp::is_marker(reply)) return;
  const auto marker = ftp::marker_of(reply);
  if (!marker) return;
  Due& due = leg.due.front();
  if (const auto* ranges = std::get_if<RangeSet>(&*marker)) {
    const std::uint64_t before = due.confirmed.bytes();
    due.confirmed.add(*ranges);
    due.confirmed = bounded(std::move(due.confirmed));
    if (due.confirmed.bytes() > before) watchdog_.moved(boot_now());
  } else if (const auto* performance = std::get_if<ftp::Performance>(&*marker)) {
    if (due.sent.reaches(*performance)) watchdog_.moved(boot_now());
  }
}

// Why it is over; nothing while it goes on. What was ordered ahead of a refused file may still
// arrive, and is waited for.
std::optional<Fault> Pipeline::over(Instant now) {
  const Course* told = bad();
  if (told) {
    const bool both = source_.course.fault && destination_.course.fault;
    if (both || has_own_reason(*told->fault)) return told->fault;
    if (!consequences_) consequences_ = now + consequence_limit;
    if (now >= *consequences_) return told->fault;
  }
  if (*interrupt_) return Fault{FaultCode::cut, Side::none, Doing::move, "", ""};
  if (!watchdog_.is_over(now)) return std::nullopt;
  return told ? *told->fault : Fault{FaultCode::stalled, Side::both, Doing::move, "", ""};
}

// The source goes first: when the data channel has ended the destination answers every STOR by
// itself. ABOR among files that still move makes the GCT server hang now and then [M], so both may
// first say what they have to say.
awaitable<FlowEnd> Pipeline::end() {
  const Duration limit = std::min(end_limit, limits_.silence);
  co_await hear_out(source_, reads_limit);
  co_await source_.line().end(limit);
  const bool all_answered = co_await hear_out(destination_, writes_limit);
  const bool ended = co_await destination_.line().end(limit);
  co_return ended || all_answered ? FlowEnd::known : FlowEnd::presumed;
}

// Whether everything has its final reply, before any ABOR (which would make replies worthless).
awaitable<bool> Pipeline::hear_out(Leg& leg, Duration limit) {
  const Instant until = boot_now() + limit;
  hear(leg);
  while (!leg.due.empty() && boot_now() < until && !*interrupt_ &&
         !leg.line().failure(Doing::move)) {
    co_await wait_any(until, &leg.line().changed(), &interrupt_->changed);
    hear(leg);
  }
  co_return leg.due.empty();
}

}  // namespace rft::mover
