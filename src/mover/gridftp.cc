#include "mover/gridftp.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "ftp/refusal.h"

namespace rft::mover {

using namespace asio::experimental::awaitable_operators;

GridFtp::~GridFtp() {
  pool_.give_back(route_.source, std::move(source_));
  pool_.give_back(route_.destination, std::move(destination_));
}

void GridFtp::leave_source() {
  pool_.give_back(route_.source, std::move(source_));
}

// What spoils bytes unseen sits in one path of many, and connections are spread over them: the next
// one may be sound.
void GridFtp::distrust_channel() {
  if (source_) source_->channel.reset();
  if (destination_) destination_->channel.reset();
}

awaitable<Outcome<void>> GridFtp::borrow_both() {
  const auto [source, destination] =
      co_await (borrow_if_gone(Side::source) && borrow_if_gone(Side::destination));
  if (!source) co_return failed(source);
  if (!destination) co_return failed(destination);
  co_return Outcome<void>();
}

awaitable<Outcome<void>> GridFtp::meet() {
  if (const auto met = co_await borrow_both(); !met) co_return failed(met);
  co_return co_await agree_on_security();
}

awaitable<Outcome<void>> GridFtp::agree_on_security() {
  const SecurityOffer source{source_->gsi, source_->features.dcsc, source_->identity};
  const SecurityOffer destination{destination_->gsi, destination_->features.dcsc,
                                  destination_->identity};
  const auto plan = plan_security(route_.data_channel, source, destination);
  if (!plan) co_return failed(plan);
  security_ = *plan;
  const bool delegated = source_->delegated && destination_->delegated;
  if (security_.delegate && !delegated) co_return co_await log_in_with_delegation();
  co_return Outcome<void>();
}

awaitable<Outcome<void>> GridFtp::log_in_with_delegation() {
  pool_.give_back(route_.source, std::move(source_));
  pool_.give_back(route_.destination, std::move(destination_));
  route_.source.delegation = route_.destination.delegation = gsi::Delegation::limited;
  co_return co_await borrow_both();
}

awaitable<Outcome<void>> GridFtp::borrow_if_gone(Side side) {
  std::unique_ptr<Session>& session = side == Side::source ? source_ : destination_;
  if (session) co_return Outcome<void>();
  // Rather one that has a data channel open to the other side.
  const std::unique_ptr<Session>& other = side == Side::source ? destination_ : source_;
  const auto channel =
      other ? other->channel : pool_.channel_between(route_.source, route_.destination);
  const SessionKey key = side == Side::source ? route_.source : route_.destination;
  auto borrowed = co_await pool_.borrow(key, side, interrupt_, channel);
  if (!borrowed) co_return failed(borrowed);
  session = std::move(*borrowed);
  co_return Outcome<void>();
}

Outcome<ftp::Setup> GridFtp::setup_of(const Session& session, const Session& other) {
  ftp::Setup setup;
  setup.mode_e = both_mode_e();
  setup.marker_seconds = route_.marker_seconds;
  setup.gsi = session.gsi;
  setup.security = security_.level;
  if (security_.crossed) setup.subject = other.identity;
  if (security_.dcsc) {
    auto blob = keys_.of(route_.source.endpoint, route_.destination.endpoint, wall_now());
    if (!blob) return failed(blob);
    setup.dcsc_blob = std::move(*blob);
  }
  return setup;
}

// Where DCSC is offered and then refused, delegation does instead.
awaitable<Outcome<void>> GridFtp::prepare_both() {
  const auto prepared = co_await prepare_each();
  const bool still_offered = source_->features.dcsc && destination_->features.dcsc;
  if (prepared || !security_.dcsc || still_offered) co_return prepared;
  if (const auto agreed = co_await agree_on_security(); !agreed) co_return failed(agreed);
  co_return co_await prepare_each();
}

awaitable<Outcome<void>> GridFtp::prepare_each() {
  auto source_setup = setup_of(*source_, *destination_);
  auto destination_setup = setup_of(*destination_, *source_);
  if (!source_setup) co_return failed(source_setup);
  if (!destination_setup) co_return failed(destination_setup);
  const auto [source, destination] =
      co_await (prepare(*source_, std::move(*source_setup)) &&
                prepare(*destination_, std::move(*destination_setup)));
  if (!source) co_return failed(source);
  if (!destination) co_return failed(destination);
  co_return Outcome<void>();
}

std::optional<std::string> GridFtp::common_checksum(const std::string& wish) const {
  const auto& source = source_->features.checksums;
  const auto& destination = destination_->features.checksums;
  if (wish.empty()) return ftp::common_checksum(source, destination);
  return ftp::common_checksum(source, destination, wish);
}

awaitable<Outcome<void>> GridFtp::keep_alive() {
  for (Session* session : {source_.get(), destination_.get()}) {
    if (session == nullptr) continue;
    const auto reply = co_await session->line->ask(ftp::noop(), Doing::publish);
    if (!reply) co_return failed(reply);
  }
  co_return Outcome<void>();
}

// Of a publication only the answer to RNTO tells what happened: no stop and no end of the mover
// cuts that short.
awaitable<Renamed> GridFtp::rename(std::string from, std::string to, Doing doing) {
  ControlConnection& line = *destination_->line;
  const auto found = co_await line.ask(ftp::rnfr(from), doing);
  if (!found) co_return Renamed{found.error(), false};
  if (!found->is_intermediate()) {
    co_return Renamed{ftp::refusal(*found, doing, Side::destination), false};
  }
  if (doing == Doing::publish) line.serve(Side::destination, nullptr);
  const auto done = co_await line.ask(ftp::rnto(to), doing);
  line.serve(Side::destination, interrupt_);
  if (!done) co_return Renamed{done.error(), true};
  if (done->is_positive()) co_return Renamed{};
  co_return Renamed{ftp::refusal(*done, doing, Side::destination), false};
}

}  // namespace rft::mover
