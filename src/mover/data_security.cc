#include "mover/data_security.h"

#include <algorithm>

#include "gsi/dcsc.h"

namespace rft::mover {
namespace {

constexpr Duration channel_key_use = gsi::dcsc_lifetime_max / 2;

}  // namespace

Outcome<SecurityPlan> plan_security(std::optional<DataChannel> wanted, const SecurityOffer& source,
                                    const SecurityOffer& destination) {
  const bool both = source.gsi && destination.gsi;
  if (wanted == DataChannel::clear || (!wanted && !both)) return SecurityPlan{};
  if (!both) {
    return fault(FaultCode::no_common_security,
                 source.gsi ? Side::destination : (destination.gsi ? Side::source : Side::both),
                 Doing::features, "a log-in without GSI cannot secure a data channel");
  }
  SecurityPlan plan;
  plan.level = wanted == DataChannel::private_ ? ftp::DataSecurity::private_
                                               : ftp::DataSecurity::authenticated;
  plan.dcsc = source.dcsc && destination.dcsc;
  plan.delegate = !plan.dcsc;
  plan.crossed = plan.delegate && source.identity != destination.identity;
  return plan;
}

Outcome<Secret> ChannelKeys::of(const Endpoint& a, const Endpoint& b, WallTime now) {
  const std::pair<Endpoint, Endpoint> pair = std::minmax(a, b);
  const auto known = entries_.find(pair);
  if (known != entries_.end() && now < known->second.renew) return known->second.blob;
  auto made = gsi::make_dcsc_blob(now);
  if (!made) {
    return fault(FaultCode::internal, Side::none, Doing::features, made.error().detail);
  }
  entries_[pair] = Entry{*made, now + channel_key_use};
  return std::move(*made);
}

}  // namespace rft::mover
