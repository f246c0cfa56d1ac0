// SecurityContext: the client's side of a GSI log-in and of the protection after it (RFC 2228),
// without I/O: tokens in, tokens out. The public face of the GCT GSSAPI library.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/fault.h"
#include "base/result.h"
#include "gsi/proxy.h"

namespace rft::gsi {

inline constexpr std::size_t token_bytes_max = 1 << 20;  // longer tokens are refused

// Starts the security library; to be called once, before the first context and before any thread
// starts. `certificates` is the folder of trusted CAs; it is one for the whole process
// (X509_CERT_DIR, read again at each log-in). A second call fails (internal) if it names another
// folder and changes nothing otherwise. SIGPIPE is ignored from then on.
Result<void> activate(const std::string& certificates);

// Delegation hands the server a credential to act as the user; it makes a log-in 10 to 35 times as
// long (the server makes a key). With DCSC it is not needed. Limited: good for files, not for jobs.
enum class Delegation : std::uint8_t { none, limited };
enum class Privacy : std::uint8_t { integrity, encrypted };

// Many contexts, of many credentials, live side by side, but all of a process belong to one thread:
// nobody has shown that the library can make several handshakes at once.
// After a fault a context is good for nothing. The library's words are in the fault's detail,
// printable and bounded; side and doing are for the caller to add.
class SecurityContext {
 public:
  // `host` is the name or numeric address that the server's certificate must carry (RFC 2818). It
  // is compared as it stands: the DNS is not asked.
  //   credential_expired   it has ended at `now`
  //   credential_unusable  the library cannot use the credential, or activate was not called
  static Result<SecurityContext, Fault> begin(const Credential& credential, std::string_view host,
                                              Delegation delegation, WallTime now);

  SecurityContext(SecurityContext&&) noexcept;
  SecurityContext& operator=(SecurityContext&&) noexcept;
  ~SecurityContext();

  // Takes the server's token (empty for the first step) and gives the next one to send, which may
  // be empty once the context is established.
  //   credential_expired, credential_unusable  ours is refused or has ended
  //   untrusted_host   the server's certificate: unknown CA, ended, or another host's
  //   protocol_broken  the token is no token, or too long
  Result<std::string, Fault> step(std::string_view token);
  // Our side is done. The server may still refuse (TLS 1.3 lets it judge us last): the log-in is
  // complete only with its reply 235.
  bool established() const;
  const std::string& peer() const;  // the server's subject, once established

  // Only once established. Records are counted: wrap and unwrap in the order of the wire, and skip
  // none.
  Result<std::string, Fault> wrap(std::string_view bytes, Privacy privacy);
  Result<std::string, Fault> unwrap(std::string_view record);

 private:
  struct Handles;
  explicit SecurityContext(std::unique_ptr<Handles> handles);
  std::unique_ptr<Handles> handles_;
};

}  // namespace rft::gsi
