#include "core/destination.h"

#include <functional>

namespace rft {

std::string without_repeated_slashes(std::string_view path) {
  std::string name;
  name.reserve(path.size());
  for (const char one : path) {
    if (one != '/' || !name.ends_with('/')) name += one;
  }
  return name;
}

Destinations destinations_of(const Transfer& transfer) {
  const Request& request = transfer.request;
  Destinations all;
  if (request.options.act != Act::move) return all;
  const std::string endpoint = request.destination.endpoint.text();
  const auto add = [&](const std::string& path) {
    all.push_back(std::hash<std::string>{}(endpoint + without_repeated_slashes(path)));
  };
  if (transfer.file.kind == Kind::file) add(request.destination.path);
  for (const BundleItem& item : waiting_items(transfer.file.bundle)) {
    if (!item.is_folder) add(item.destination);
  }
  return all;
}

}  // namespace rft
