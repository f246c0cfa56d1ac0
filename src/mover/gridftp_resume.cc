// What of a part can be left out of the next flow.
#include <fmt/format.h>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "ftp/checksum.h"
#include "mover/flow_rules.h"
#include "mover/gridftp.h"

namespace rft::mover {

using namespace asio::experimental::awaitable_operators;

namespace {

// The checksum of the first bytes; empty where the server does not give it.
awaitable<Outcome<std::string>> checksum_of_front(Session& session, std::string name,
                                                  ftp::ChecksumOffer offer, std::uint64_t bytes) {
  const ftp::Command command{"CKSM", fmt::format("{} 0 {} {}", offer.word, bytes, name)};
  const auto reply = co_await session.line->ask(command, Doing::adopt);
  if (!reply) co_return failed(reply);
  const auto value = ftp::checksum_value(offer, *reply);
  co_return value ? *value : std::string();
}

}  // namespace

// In stream mode only what stands before the first hole counts. In MODE E the front of the part is
// in doubt: a GCT server whose flow is ended in the middle now and then writes its last block at
// offset 0, over bytes that it had confirmed. And a REST line has a bound.
awaitable<Outcome<RangeSet>> GridFtp::resumable(std::string source, std::string part,
                                                RangeSet confirmed) {
  if (confirmed.empty()) co_return confirmed;
  const Range front = confirmed.ranges().front();
  if (!both_mode_e()) co_return front.begin == 0 ? RangeSet{front} : RangeSet();
  const std::uint64_t doubtful = front.begin == 0 ? std::min(front.end, doubtful_front) : 0;
  if (doubtful > 0) {
    const auto alike = co_await begin_alike(std::move(source), std::move(part), doubtful);
    if (!alike) co_return failed(alike);
    if (!*alike) confirmed = without_front(confirmed, doubtful);
  }
  co_return largest_ranges(confirmed, rest_text_max);
}

awaitable<Outcome<bool>> GridFtp::begin_alike(std::string source, std::string part,
                                              std::uint64_t bytes) {
  const auto algorithm = common_checksum("");
  if (!algorithm) co_return false;
  const ftp::ChecksumOffer* ours = ftp::offer_of(source_->features.checksums, *algorithm);
  const ftp::ChecksumOffer* theirs = ftp::offer_of(destination_->features.checksums, *algorithm);
  const bool ranged = ours->way == ftp::ChecksumWay::cksm && theirs->way == ftp::ChecksumWay::cksm;
  if (!ranged) co_return false;
  const auto [one, other] =
      co_await (checksum_of_front(*source_, std::move(source), *ours, bytes) &&
                checksum_of_front(*destination_, std::move(part), *theirs, bytes));
  if (!one) co_return failed(one);
  if (!other) co_return failed(other);
  co_return !one->empty() && *one == *other;
}

}  // namespace rft::mover
