#include "ftp/marker.h"
#include "ftp/refusal.h"
#include "mover/flow_rules.h"
#include "mover/gridftp.h"

namespace rft::mover {
namespace {

// Asks once a session for a sign of life each second while a long checksum is computed.
awaitable<Outcome<void>> ask_for_markers(Session& session) {
  if (session.checksum_markers) co_return Outcome<void>();
  session.checksum_markers = false;
  for (const ftp::Step& step : ftp::checksum_setup(session.features, checksum_marker_seconds)) {
    const auto reply = co_await session.line->ask(step.command, Doing::verify);
    if (!reply) co_return failed(reply);
    session.checksum_markers = reply->is_positive();
  }
  co_return Outcome<void>();
}

// The final reply; every marker that shows progress starts the watch anew (design 5.11).
awaitable<Outcome<ftp::Reply>> reply_with_markers(ControlConnection& line, ftp::Ticket ticket,
                                                  Interrupt* interrupt, Watchdog watchdog,
                                                  Progress summed) {
  for (;;) {
    while (auto answer = line.take(ticket)) {
      if (answer->final) co_return std::move(answer->reply);
      if (!ftp::is_marker(answer->reply)) continue;
      const auto marker = ftp::marker_of(answer->reply);
      const auto* progress = marker ? std::get_if<ftp::ChecksumProgress>(&*marker) : nullptr;
      if (progress && summed.reaches(progress->bytes)) watchdog.moved(boot_now());
    }
    if (auto broken = line.failure(Doing::verify)) co_return tl::unexpected(std::move(*broken));
    if (*interrupt) co_return fault(FaultCode::cut, line.side(), Doing::verify);
    if (watchdog.is_over(boot_now())) {
      co_return fault(FaultCode::stalled, line.side(), Doing::verify, "the checksum did not come");
    }
    co_await wait_any(watchdog.due(), &line.changed(), &interrupt->changed);
  }
}

}  // namespace

awaitable<Outcome<std::string>> GridFtp::checksum(Side side, std::string name,
                                                  std::string algorithm, std::uint64_t size) {
  if (const auto here = co_await borrow_if_gone(side); !here) co_return failed(here);
  Session& session = at(side);
  const ftp::ChecksumOffer* offer = ftp::offer_of(session.features.checksums, algorithm);
  if (offer == nullptr) co_return fault(FaultCode::no_common_checksum, side, Doing::verify);
  if (const auto asked = co_await ask_for_markers(session); !asked) co_return failed(asked);
  ftp::Ticket last = 0;
  for (const ftp::Command& command : ftp::checksum_commands(*offer, name)) {
    const auto ticket = session.line->send(command, Doing::verify);
    if (!ticket) co_return failed(ticket);
    last = *ticket;
  }
  const Duration limit = *session.checksum_markers ? pool_.limits().silence : checksum_limit(size);
  const auto reply = co_await reply_with_markers(*session.line, last, interrupt_,
                                                 Watchdog(boot_now(), limit), Progress(size));
  if (!reply) co_return failed(reply);
  if (!reply->is_positive()) co_return tl::unexpected(ftp::refusal(*reply, Doing::verify, side));
  auto value = ftp::checksum_value(*offer, *reply);
  if (value) co_return std::move(*value);
  Fault seen = value.error();
  seen.side = side;
  seen.doing = Doing::verify;
  co_return tl::unexpected(std::move(seen));
}

}  // namespace rft::mover
