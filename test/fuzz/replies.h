// The first whole reply in an input, as the targets that judge replies take it.
#pragma once
#include <optional>
#include <string_view>

#include "ftp/reply.h"

namespace rft::fuzz {

inline std::optional<ftp::Reply> reply_in(std::string_view bytes) {
  ftp::ReplyReader reader;
  reader.feed(bytes);
  const auto reply = reader.next();
  return reply ? *reply : std::nullopt;
}

}  // namespace rft::fuzz
