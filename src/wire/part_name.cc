#include "wire/part_name.h"

#include <fmt/format.h>

#include "base/text.h"

namespace rft {

namespace {
constexpr std::string_view prefix = ".rft-";
constexpr std::size_t id_length = 22;  // 16 bytes in base64url
}  // namespace

std::string part_name(const Uuid& part, std::uint32_t epoch) {
  return fmt::format("{}{}-{}", prefix, base64url(part.raw()), epoch);
}

bool is_part_name(std::string_view name) {
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  return name.size() > id_length + 1 && name[id_length] == '-' &&
         parse_number(name.substr(id_length + 1)).has_value();
}

}  // namespace rft
