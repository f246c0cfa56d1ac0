// A fault without side and doing: they are known to the caller of this room.
#pragma once
#include <string>
#include <utility>

#include "base/fault.h"
#include "base/result.h"

namespace rft::ftp {

inline tl::unexpected<Fault> fault_of(FaultCode code, std::string detail, std::string reply = "") {
  return tl::unexpected(
      Fault{code, Side::none, Doing::nothing, std::move(reply), std::move(detail)});
}

}  // namespace rft::ftp
