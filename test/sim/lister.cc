#include "sim/many_carrier.h"

namespace rft::sim {

using mover::awaitable;
using mover::Entry;
using mover::EntryKind;
using mover::Listing;
using mover::Look;
using mover::Outcome;

SimLister::SimLister(Shore& shore, const ListOrder& order, mover::Interrupt* interrupt)
    : sides_(shore, {order.task, order.source.endpoint, order.source.endpoint}, interrupt) {}

awaitable<Outcome<std::vector<Look>>> SimLister::look_each(std::vector<std::string> names) {
  auto looks = co_await sides_.look_many(Side::source, std::move(names), Doing::list);
  for (const Look& look : looks) {
    if (!look) co_return mover::failed(look);
  }
  co_return looks;
}

// All answers are lost where the connection breaks in the middle of one.
awaitable<Outcome<std::vector<Listing>>> SimLister::list(std::vector<std::string> names) {
  std::vector<Listing> listings(names.size());
  const SimSides::ListOne one = [&](const Server& server, std::size_t i) {
    listings[i] = entries_of(server, names[i]);
  };
  const auto asked = co_await sides_.list_each(names.size(), one);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!asked[i]) co_return mover::failed(asked[i]);
  }
  co_return listings;
}

Listing SimLister::entries_of(const Server& server, const std::string& folder) const {
  if (server.unreadable.contains(folder)) {
    if (sides_.has(Mutant::unreadable_is_empty)) return std::vector<Entry>();
    return mover::fault(FaultCode::not_permitted, Side::source, Doing::list);
  }
  std::vector<Entry> entries;
  const std::string prefix = folder + "/";
  const auto stands_in = [&](const std::string& path) {
    return path.starts_with(prefix) && path.find('/', prefix.size()) == std::string::npos;
  };
  for (const std::string& path : server.folders) {
    if (!stands_in(path)) continue;
    entries.push_back({path.substr(prefix.size()), EntryKind::folder, {}, "", {}, {}});
  }
  for (auto file = server.files.lower_bound(prefix); file != server.files.end(); ++file) {
    if (!file->first.starts_with(prefix)) break;
    if (!stands_in(file->first)) continue;
    entries.push_back({file->first.substr(prefix.size()),
                       EntryKind::file,
                       file->second->content.size,
                       "",
                       {},
                       {}});
  }
  return entries;
}

}  // namespace rft::sim
