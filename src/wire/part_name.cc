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

std::string item_part_name(const Uuid& part, std::uint32_t epoch, std::uint32_t item,
                           std::uint32_t round) {
  return fmt::format("{}-{}-{}", part_name(part, epoch), item, round);
}

bool is_part_name(std::string_view name) {
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  if (name.size() <= id_length + 1 || name[id_length] != '-') return false;
  name.remove_prefix(id_length + 1);
  std::size_t numbers = 1;
  for (; name.find('-') != name.npos; ++numbers) {
    const std::size_t dash = name.find('-');
    if (!parse_number(name.substr(0, dash))) return false;
    name.remove_prefix(dash + 1);
  }
  return parse_number(name).has_value() && (numbers == 1 || numbers == 3);
}

}  // namespace rft
