// Requests of many files that a world begins with: lists and trees.
#include <fmt/format.h>

#include "sim/world.h"

namespace rft::sim {
namespace {

constexpr std::uint64_t mb = 1'000'000;

Url below(const Url& folder, const std::string& name) {
  return {folder.endpoint, folder.path + name};
}

// Of the two that every tree has.
void add_empty_folders(Laws::Many& many, const Url& destination) {
  for (const std::string& path : {destination.path + "a/", destination.path + "b/"}) {
    const auto first = many.files.lower_bound(path);
    const bool is_empty = first == many.files.end() || !first->starts_with(path);
    if (is_empty) many.files.insert(path);
  }
}

}  // namespace

// Most are small and many of one size, so that only checksums tell them apart; some are so large
// that a bundle has several lots; some go apart.
std::vector<World::Planned> World::plan_files(const UserTransfer& transfer) {
  const bool tree = transfer.submit.what == Submit::What::tree;
  const bool large = size_.blocks > 6 && dice_.chance(200'000);
  // An order to publish one lot matters where another is proven.
  const bool aims_at_lots = weather_.aim() && weather_.aim()->moment == Moment::proven;
  const bool lots = dice_.chance(aims_at_lots ? 600'000 : 200'000);
  const std::size_t count =
      lots ? dice_.between(3, 6) : dice_.between(3, dice_.chance(150'000) ? 40 : 12);
  std::vector<Planned> files;
  for (std::size_t i = 0; i < count; ++i) {
    Planned file;
    file.name =
        fmt::format("{}f{}", dice_.chance(300'000) ? (dice_.chance(500'000) ? "a/" : "b/") : "", i);
    file.size = dice_.chance(40'000)    ? 0
                : lots                  ? dice_.between(20 * mb, 30 * mb)
                : dice_.chance(600'000) ? mb
                                        : dice_.between(1, 2 * mb);
    if (large && i < 2) file.size = dice_.between(34 * mb, 37 * mb);
    file.is_there = tree || !dice_.chance(20'000);
    files.push_back(std::move(file));
  }
  return files;
}

// What the destination has beforehand and the source has not; and what both have, in a folder of
// the source that may be closed: it is not seen there and yet no extra.
void World::set_up_extras(const Submit& submit, Laws::Many& many) {
  Server& source = servers_.at(submit.source.endpoint);
  Server& server = servers_.at(submit.destination.endpoint);
  const auto put = [&](Server& at, const Url& url) {
    servers_.put(at, url.path, content_of(20'000 + ++last_extra_, 1, dice_.between(1, 2 * mb)));
  };
  const std::string root = submit.destination.path.substr(0, submit.destination.path.size() - 1);
  server.folders.insert({root, root + "/a", root + "/old", root + "/old/er"});
  const std::size_t count = dice_.below(6);
  for (std::size_t i = 0; i < count; ++i) {
    const char* const folders[] = {"", "a/", "old/", "old/er/"};
    const Url extra = below(submit.destination, fmt::format("{}x{}", folders[dice_.below(4)], i));
    put(server, extra);
    many.extras.insert(extra.path);
  }
  if (!source.folders.contains(submit.source.path + "closed")) return;
  server.folders.insert(root + "/closed");
  put(source, below(submit.source, "closed/kept"));
  put(server, below(submit.destination, "closed/kept"));
  many.files.insert(below(submit.destination, "closed/kept").path);
}

void World::set_up_many(std::size_t number) {
  UserTransfer transfer;
  const std::string owner = dice_.chance(600'000) ? "uid:1" : "uid:2";
  transfer.caller = {owner, owner};
  Submit& submit = transfer.submit;
  submit.what = dice_.chance(500'000) ? Submit::What::list : Submit::What::tree;
  submit.handle = fmt::format("t{}", number);
  const std::size_t from = dice_.below(endpoints_.size());
  const std::size_t to = (from + dice_.between(1, endpoints_.size() - 1)) % endpoints_.size();
  submit.source = {endpoints_[from], fmt::format("/data/w{}/", number)};
  submit.destination = {endpoints_[to], fmt::format("/data/e{}/", number)};
  draw_options(submit);
  const bool shared = share_folder(submit);
  submit.options.skip_errors = dice_.chance(200'000);
  const bool tree = submit.what == Submit::What::tree;
  submit.options.delete_extra = tree && dice_.chance(300'000) && !shared;
  if (submit.options.delete_extra) submit.options.skip_errors = false;
  const bool provable =
      submit.options.publish == Publish::rename && submit.options.verify != Verify::none;
  submit.options.all_or_none = provable && dice_.chance(250'000);
  Server& source = servers_.at(submit.source.endpoint);
  const std::string root = submit.source.path.substr(0, submit.source.path.size() - 1);
  source.folders.insert({root, root + "/a", root + "/b"});
  Laws::Many many{tree, {}, 0};
  if (tree && dice_.chance(100'000)) {
    source.folders.insert(root + "/closed");
    source.unreadable.insert(root + "/closed");
  }
  if (submit.options.delete_extra) set_up_extras(submit, many);
  for (const Planned& file : plan_files(transfer)) {
    const Url from_url = below(submit.source, file.name),
              to_url = below(submit.destination, file.name);
    if (file.is_there) set_up_file(transfer, from_url, to_url, file.size);
    many.files.insert(to_url.path);
    const bool told = dice_.chance(500'000);
    NewFile line{from_url, to_url, told ? std::optional(file.size) : std::nullopt, {}, {}};
    if (!tree) transfer.lines.push_back(std::move(line));
  }
  if (tree) add_empty_folders(many, submit.destination);
  if (tree) widen(transfer, many);
  laws_.many(owner, submit.handle, std::move(many));
  transfers_.push_back(std::move(transfer));
  events_.in(dice_.between(Duration(200), Duration(8'000)), [this, number] { user_acts(number); });
}

}  // namespace rft::sim
