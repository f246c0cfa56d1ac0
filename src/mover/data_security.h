// How the data channel between two servers is secured (design 5.9). Decisions, and the throw-away
// certificates that they need.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/secret.h"
#include "base/time.h"
#include "base/url.h"
#include "ftp/conversation.h"
#include "mover/async.h"
#include "wire/options.h"

namespace rft::mover {

struct SecurityOffer {
  bool gsi = false;  // the log-in was by GSI
  bool dcsc = false;
  std::string identity;
};

struct SecurityPlan {
  ftp::DataSecurity level = ftp::DataSecurity::clear;
  bool dcsc = false;      // one throw-away certificate for both sides
  bool delegate = false;  // both log-ins again, with delegation
  bool crossed = false;   // with delegation and two identities: each side names the other's
  bool operator==(const SecurityPlan&) const = default;
};

// Unset means authenticated between two GSI sides and clear otherwise. no_common_security where a
// side without GSI is to be secured.
Outcome<SecurityPlan> plan_security(std::optional<DataChannel> wanted, const SecurityOffer& source,
                                    const SecurityOffer& destination);

// One certificate for each pair of endpoints, so that a server can speak on no data channel but its
// own. Renewed long before it ends.
class ChannelKeys {
 public:
  Outcome<Secret> of(const Endpoint& a, const Endpoint& b, WallTime now);

 private:
  struct Entry {
    Secret blob;
    WallTime renew;
  };
  std::map<std::pair<Endpoint, Endpoint>, Entry> entries_;
};

}  // namespace rft::mover
