#include "mover/list_links.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "ftp/refusal.h"
#include "mover/limits.h"
#include "wire/pattern.h"

namespace rft::mover {
namespace {

Fault passed_over(FaultCode code, std::string detail) {
  return Fault{code, Side::source, Doing::list, "", std::move(detail)};
}

// Empty: not known.
std::string_view unique_of(const Look& look) {
  return look && *look && (*look)->is_folder ? (*look)->facts.unique : std::string_view();
}

bool may_pass(const Look& look) {
  return !look && look.error().code == FaultCode::server_refused &&
         !ftp::is_permanent(look.error());
}

Fault leads_back(const Seen& folder) {
  return passed_over(FaultCode::is_a_link,
                     fmt::format("it leads back to {}, which it lies in; an --exclude of its name, "
                                 "or links=skip, leaves it out",
                                 printable(folder.name, name_told_max)));
}

Fault leads_to_copy(const Seen& folder) {
  return passed_over(FaultCode::is_a_link,
                     fmt::format("it leads to {}, where the copy is written; an --exclude of its "
                                 "name, or links=skip, leaves it out",
                                 printable(folder.name, name_told_max)));
}

Fault not_told(std::string_view name) {
  return passed_over(
      FaultCode::is_a_link,
      fmt::format("the server does not tell what is unique of {}, so a symbolic link to a folder "
                  "might make a loop; links=skip leaves it out, or copy what it leads to",
                  printable(name, name_told_max)));
}

// What a link leads to may be what the request deletes, or writes over: its own copy, say. Where
// both are on one host no link is followed then, to a file neither.
std::optional<Fault> why_none_is_followed(const ListOrder& order) {
  if (!order.destination) return std::nullopt;
  const bool deletes = order.options.delete_extra;
  if (!deletes && order.options.publish != Publish::in_place) return std::nullopt;
  return passed_over(
      FaultCode::is_a_link,
      fmt::format("source and destination are on one host, where {} what it leads to; links=skip "
                  "leaves it out",
                  deletes ? "delete_extra might delete" : "publish=in_place might write over"));
}

std::optional<Fault> why_not_followed(std::string_view unique, const Forbidden& forbidden) {
  if (unique.empty()) return not_told("what it leads to");
  const auto is_it = [unique](const Seen& folder) { return unique_of(folder.look) == unique; };
  // From below, so that the fault names where the loop begins. Above the tree much may be closed.
  for (std::size_t i = forbidden.above.size(); i-- > 0;) {
    const Seen& folder = forbidden.above[i];
    if (is_it(folder)) return leads_back(folder);
    if (i >= forbidden.tree && unique_of(folder.look).empty()) return not_told(folder.name);
  }
  const auto& copy = forbidden.destination;
  const auto there = std::find_if(copy.begin(), copy.end(), is_it);
  if (there != copy.end()) return leads_to_copy(*there);
  const auto is_link = [](const Seen& folder) {
    return folder.look && *folder.look && (*folder.look)->is_link;
  };
  // The order's source may be one, too: it was named.
  std::size_t links = 0;
  for (std::size_t i = forbidden.tree + 1; i < forbidden.above.size(); ++i) {
    if (is_link(forbidden.above[i])) ++links;
  }
  if (links < list_links_max) return std::nullopt;
  return passed_over(FaultCode::is_a_link,
                     fmt::format("{} links to folders are on its path already", links));
}

}  // namespace

Outcome<EntryKind> judge_link(const Look& target, const Forbidden& forbidden) {
  if (!target) return failed(target);
  if (!*target) {
    return fault(FaultCode::no_such_file, Side::source, Doing::list,
                 "the symbolic link leads nowhere");
  }
  if (!(*target)->is_folder) return EntryKind::link_to_file;
  if (auto why = why_not_followed(unique_of(target), forbidden)) {
    return tl::unexpected(std::move(*why));
  }
  return EntryKind::folder;
}

void pass_over_destination(const std::vector<Entry>& entries, std::string_view unique,
                           NotFollowed& not_followed) {
  if (unique.empty()) return;
  for (const Entry& entry : entries) {
    if (entry.kind != EntryKind::folder || entry.unique != unique) continue;
    not_followed.emplace(entry.name,
                         passed_over(FaultCode::is_a_link,
                                     "a path through symbolic links leads to it, and the copy is "
                                     "written there; an --exclude of its name leaves it out"));
  }
}

std::vector<std::string> names_down_to(const Url& folder) {
  std::vector<std::string> names;
  for (std::size_t end = folder.path.find('/'); end != std::string::npos;
       end = folder.path.find('/', end + 1)) {
    names.push_back(folder_name({folder.endpoint, folder.path.substr(0, end + 1)}, {}));
  }
  return names;
}

FolderLinks::FolderLinks(const ListOrder& order, const FolderDue& due,
                         const std::vector<Entry>& entries) {
  const Url folder{order.source.endpoint, order.source.path + due.path};
  const std::string told = percent_decode(due.after).value_or(due.after);
  const std::optional<Fault> none = why_none_is_followed(order);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    if (!is_link(entry.kind) || (!told.empty() && entry.name <= told)) continue;
    if (none) {
      never_.emplace(entry.name, *none);
      continue;
    }
    const Url url = sibling(folder, entry.name);
    const std::string path = url.path.substr(order.source.path.size());
    const bool is_wanted = is_wanted_folder(order.options, path + '/') ||
                           (entry.kind == EntryKind::link && is_wanted_file(order.options, path));
    if (entry.kind == EntryKind::link_to_file || !is_wanted || why_unusable(entry, url)) continue;
    asked_.push_back(i);
    links_.push_back(url.wire_path());
    if (!order.destination) continue;
    copies_.push_back(
        sibling({folder.endpoint, order.destination->path + due.path}, entry.name).wire_path());
  }
  if (links_.empty()) return;
  above_ = names_down_to(folder);
  tree_ = names_down_to(order.source).size() - 1;
  if (!order.destination) return;
  destination_ = names_down_to({folder.endpoint, order.destination->path + due.path});
}

std::vector<std::string> FolderLinks::names() const {
  std::vector<std::string> all = links_;
  for (const auto* more : {&copies_, &above_, &destination_}) {
    all.insert(all.end(), more->begin(), more->end());
  }
  return all;
}

Forbidden FolderLinks::forbidden(const std::vector<Look>& looks) const {
  Forbidden all;
  all.tree = tree_;
  std::size_t at = links_.size() + copies_.size();
  for (const std::string& name : above_) all.above.push_back({name, looks.at(at++)});
  for (const std::string& name : destination_) all.destination.push_back({name, looks.at(at++)});
  return all;
}

Outcome<NotFollowed> FolderLinks::resolve(std::vector<Entry>& entries,
                                          const std::vector<Look>& looks) const {
  NotFollowed why = never_;
  Forbidden forbidden = this->forbidden(looks);
  for (std::size_t i = forbidden.tree; i < forbidden.above.size(); ++i) {
    if (may_pass(forbidden.above[i].look)) return failed(forbidden.above[i].look);
  }
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (may_pass(looks.at(i))) return failed(looks[i]);
    if (!copies_.empty()) {
      forbidden.destination.push_back({copies_[i], looks.at(links_.size() + i)});
    }
    Entry& entry = entries.at(asked_[i]);
    const Look& target = looks.at(i);
    const auto kind = judge_link(target, forbidden);
    if (!copies_.empty()) forbidden.destination.pop_back();
    if (!kind) {
      why.emplace(entry.name, kind.error());
      if (target && !*target) entry.kind = EntryKind::link_to_file;  // it holds nothing
      continue;
    }
    entry.kind = *kind;
    if (*kind == EntryKind::folder) continue;
    entry.size = (*target)->facts.size;
    entry.modify = (*target)->facts.modify;
    entry.mode = (*target)->mode;
  }
  return why;
}

}  // namespace rft::mover
