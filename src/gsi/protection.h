// GsiProtection: an established context as the protection of a control channel (RFC 2228): each
// line goes out as ENC or MIC, each 63x token comes back through it.
#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "base/fault.h"
#include "base/result.h"
#include "ftp/control.h"
#include "gsi/context.h"

namespace rft::gsi {

class GsiProtection final : public ftp::Protection {
 public:
  // Takes the context over; it must be established. `privacy` holds for every line but DCSC, which
  // carries a private key and always goes encrypted (P12). Servers answer MIC and ENC alike.
  explicit GsiProtection(SecurityContext context, Privacy privacy = Privacy::integrity)
      : context_(std::move(context)), privacy_(privacy) {}

  Result<std::string, Fault> protect(std::string_view line) override;
  // protocol_broken where the token is no base64 or was not made by the context's other side.
  Result<std::string, Fault> unprotect(std::string_view token) override;

  const std::string& peer() const { return context_.peer(); }

 private:
  SecurityContext context_;
  Privacy privacy_;
};

// Which way a line must go, given what was asked for.
Privacy privacy_of(std::string_view line, Privacy asked);

}  // namespace rft::gsi
