// Wide trees: more folders than one listing takes, so that other listings are born for the rest
// (docs/decisions/0016). They are drawn apart, so that a known seed without them is as it was.
#include <fmt/format.h>

#include <algorithm>

#include "sim/world.h"

namespace rft::sim {
namespace {

constexpr std::uint64_t mb = 1'000'000;

Url below(const Url& folder, const std::string& name) {
  return {folder.endpoint, folder.path + name};
}

std::string without_slash(std::string path) {
  path.pop_back();
  return path;
}

}  // namespace

// A tree of 128 folders makes a world slow: here a listing takes fewer.
void World::draw_width() {
  if (!wide_dice_.chance(500'000)) return;
  machine_.folders_due_max = wide_dice_.between(1, 4);
  laws_.listings_take(machine_.folders_due_max);
}

// Most lie side by side, some in each other; a closed one has nothing in it that could be seen.
std::vector<World::Wide> World::draw_folders() {
  const std::size_t count = wide_dice_.between(4, wide_dice_.chance(150'000) ? 24 : 10);
  const bool has_closed = wide_dice_.chance(150'000);
  std::vector<Wide> folders;
  for (std::size_t i = 0; i < count; ++i) {
    const bool inside = !folders.empty() && wide_dice_.chance(300'000);
    const Wide* in = inside ? &folders[wide_dice_.below(folders.size())] : nullptr;
    const std::string parent = in != nullptr && !in->closed ? in->path : "";
    folders.push_back({fmt::format("{}g{}/", parent, i), has_closed && i == count / 2});
  }
  return folders;
}

void World::widen(UserTransfer& transfer, Laws::Many& many) {
  if (machine_.folders_due_max == mover::list_folders_due_max) return;
  if (!wide_dice_.chance(700'000)) return;
  const Submit& submit = transfer.submit;
  Server& source = servers_.at(submit.source.endpoint);
  const std::vector<Wide> folders = draw_folders();
  for (const Wide& folder : folders) {
    const std::string path = without_slash(submit.source.path + folder.path);
    source.folders.insert(path);
    if (folder.closed) source.unreadable.insert(path);
    fill(transfer, folder, many);
    if (submit.options.delete_extra) set_up_wide_extras(submit, folder, many);
  }
  for (const Wide& folder : folders) {
    const std::string path = submit.destination.path + folder.path;
    const auto first = many.files.lower_bound(path);
    const bool has_files = first != many.files.end() && first->starts_with(path);
    const bool has_folders = std::any_of(folders.begin(), folders.end(), [&](const Wide& other) {
      return other.path != folder.path && other.path.starts_with(folder.path);
    });
    if (!has_files && !has_folders && !folder.closed) many.files.insert(path);
  }
}

void World::fill(UserTransfer& transfer, const Wide& folder, Laws::Many& many) {
  const std::size_t count = folder.closed ? 0 : wide_dice_.below(3);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = fmt::format("{}f{}", folder.path, i);
    const Url destination = below(transfer.submit.destination, name);
    const std::uint64_t size = wide_dice_.chance(600'000) ? mb : wide_dice_.between(0, 2 * mb);
    set_up_file(transfer, below(transfer.submit.source, name), destination, size);
    many.files.insert(destination.path);
  }
}

// The destination is as wide; some of its folders the source has not.
void World::set_up_wide_extras(const Submit& submit, const Wide& folder, Laws::Many& many) {
  if (folder.closed || !wide_dice_.chance(500'000)) return;
  Server& server = servers_.at(submit.destination.endpoint);
  const auto stands = [&](const std::string& path) {
    for (std::size_t end = path.find('/'); end != std::string::npos; end = path.find('/', end + 1))
      server.folders.insert(submit.destination.path + path.substr(0, end));
  };
  stands(folder.path);
  const std::string name = fmt::format(
      "{}{}", folder.path, wide_dice_.chance(500'000) ? std::string("x") : std::string("old/x"));
  stands(name);
  const Url extra = below(submit.destination, name);
  servers_.put(server, extra.path,
               content_of(20'000 + ++last_extra_, 1, wide_dice_.between(1, 2 * mb)));
  many.extras.insert(extra.path);
}

}  // namespace rft::sim
