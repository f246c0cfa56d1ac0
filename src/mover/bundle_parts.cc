#include "mover/bundle_parts.h"

#include "wire/part_name.h"

namespace rft::mover {

std::string item_part(const std::string& final_name, const Uuid& part, std::uint32_t epoch,
                      std::uint32_t item, std::uint32_t round) {
  const std::size_t slash = final_name.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : final_name.substr(0, slash + 1);
  return folder + item_part_name(part, epoch, item, round);
}

std::vector<std::string> item_parts(const std::string& final_name, const Uuid& part,
                                    const std::vector<std::uint32_t>& epochs, std::uint32_t item) {
  std::vector<std::string> names;
  for (const std::uint32_t epoch : epochs) {
    for (std::uint32_t round = 0; round < item_rounds; ++round) {
      names.push_back(item_part(final_name, part, epoch, item, round));
    }
  }
  return names;
}

}  // namespace rft::mover
