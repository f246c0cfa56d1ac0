// What the API asks of whoever keeps credentials: the vault and the store, behind one port.
#pragma once
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/url.h"
#include "core/call.h"
#include "core/transfer.h"

namespace rft::api {

struct NewProxy {
  Secret pem;        // certificate, key and chain; never empty
  std::string path;  // the file it came from; empty: from none
};
struct NewPassword {
  Endpoint endpoint;
  std::string user;
  Secret password;
};
using NewCredential = std::variant<NewProxy, NewPassword>;

struct KeptCredential {
  CredentialFacts facts;
  bool created = false;  // false: one of the same owner and identity was renewed
};

// Called on the engine's thread; callbacks come there too, never from inside the call.
class CredentialBook {
 public:
  virtual ~CredentialBook() = default;
  // Durable when `then` is called. The same owner, identity and path, or the same owner, endpoint
  // and user, renew what is there.
  //   invalid_credential, credential_expired  it cannot be used, and why
  //   storage_full, unavailable               nothing was kept
  virtual void add(const Caller& caller, NewCredential credential,
                   std::function<void(Result<KeptCredential>)> then) = 0;
  //   no_such_credential  also where it is another owner's
  //   credential_in_use   by a transfer that is not final
  virtual void remove(const Caller& caller, const Uuid& id,
                      std::function<void(Result<void>)> then) = 0;
  virtual std::vector<CredentialFacts> list(const std::string& owner) const = 0;
};

}  // namespace rft::api
