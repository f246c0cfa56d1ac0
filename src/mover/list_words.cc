#include "mover/list_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "mover/limits.h"
#include "wire/part_name.h"

namespace rft::mover {
namespace {

Fault passed_over(FaultCode code, std::string_view detail) {
  return Fault{code, Side::source, Doing::list, "", std::string(detail)};
}

bool is_before(const Entry& a, const Entry& b) {
  return a.name < b.name;  // std::string orders by bytes without a sign
}

std::size_t depth_of(std::string_view path) {
  return static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
}

}  // namespace

bool is_link(EntryKind kind) {
  return kind == EntryKind::link_to_file || kind == EntryKind::link_to_folder ||
         kind == EntryKind::link;
}

bool may_be_folder(EntryKind kind) {
  return kind == EntryKind::folder || kind == EntryKind::link_to_folder || kind == EntryKind::link;
}

FolderWords::FolderWords(const Url& source, Links links, FolderDue due, std::vector<Entry> entries,
                         NotFollowed not_followed)
    : folder_{source.endpoint, source.path + due.path},
      links_(links),
      due_(std::move(due)),
      root_size_(source.path.size()),
      entries_(std::move(entries)),
      not_followed_(std::move(not_followed)) {
  const std::string told = percent_decode(due_.after).value_or(due_.after);
  std::erase_if(entries_, [&told](const Entry& entry) {
    return is_part_name(entry.name) || (!told.empty() && entry.name <= told);
  });
  std::sort(entries_.begin(), entries_.end(), is_before);
  // A server that repeats itself names one thing.
  const auto same_name = [](const Entry& a, const Entry& b) { return a.name == b.name; };
  entries_.erase(std::unique(entries_.begin(), entries_.end(), same_name), entries_.end());
}

void WordRoom::take_folder(std::size_t bytes) {
  folders -= std::min<std::size_t>(1, folders);
  names -= std::min(bytes, names);
}

bool WordRoom::take_item(std::size_t bytes) {
  const bool has_some = items < bundle_items_max;
  if (items == 0 || (bytes > names && has_some)) return false;
  --items;
  names -= std::min(bytes, names);
  return true;
}

Listed FolderWords::next(WordRoom& room) {
  Listed word;
  word.folder = due_.path;
  word.after = due_.after;
  room.take_folder(due_.path.size());
  for (; at_ < entries_.size(); ++at_) {
    Entry& entry = entries_[at_];
    const Url url = sibling(folder_, entry.name);
    std::string path = url.path.substr(root_size_);
    auto fault = why_passed_over(entry, url);
    if (!room.take_item(path.size() + (fault ? fault->detail.size() : 0))) break;
    word.after = url.path.substr(folder_.path.size());
    if (fault) {
      word.passed_over.push_back({std::move(path), std::move(*fault), may_be_folder(entry.kind)});
    } else if (entry.kind == EntryKind::folder) {
      word.folders.push_back(path + '/');
    } else {
      word.files.push_back({std::move(path), entry.size, std::move(entry.modify), entry.mode});
    }
  }
  word.whole = at_ == entries_.size();
  return word;
}

std::optional<Fault> why_unusable(const Entry& entry, const Url& url) {
  constexpr std::string_view breaks_a_line("\r\n\0", 3);
  if (entry.name.find_first_of(breaks_a_line) != std::string::npos) {
    return passed_over(FaultCode::bad_name,
                       "the name holds CR, LF or NUL, which no command can carry");
  }
  if (!entry.unusable.empty()) return passed_over(FaultCode::bad_name, entry.unusable);
  if (url.text().size() >= url_length_max) {
    return passed_over(FaultCode::bad_name,
                       fmt::format("its URL would be longer than {} bytes", url_length_max));
  }
  return std::nullopt;
}

std::optional<Fault> FolderWords::why_passed_over(const Entry& entry, const Url& url) const {
  if (auto why = why_unusable(entry, url)) return why;
  if (is_link(entry.kind) && links_ != Links::follow) {
    return passed_over(FaultCode::is_a_link, fmt::format("links={}", word(links_)));
  }
  const auto why = not_followed_.find(entry.name);
  if (why != not_followed_.end()) return why->second;
  switch (entry.kind) {
    case EntryKind::file:
    case EntryKind::link_to_file:
      return std::nullopt;
    case EntryKind::folder:
      break;
    case EntryKind::link_to_folder:
    case EntryKind::link:
      return passed_over(FaultCode::is_a_link, "what it leads to is left alone");
    case EntryKind::other:
      return passed_over(FaultCode::not_supported, "it is neither a file nor a folder");
  }
  if (url.path == "/~") {
    return passed_over(FaultCode::bad_name, "in a URL this name means the log-in folder");
  }
  if (depth_of(url.path) - depth_of(folder_.path.substr(0, root_size_)) >= list_depth_max) {
    return passed_over(FaultCode::folder_too_large,
                       fmt::format("it lies more than {} folders deep", list_depth_max));
  }
  return std::nullopt;
}

Listed folder_passed_over(const FolderDue& due, Fault why) {
  Listed word;
  word.folder = due.path;
  word.after = due.after;
  word.whole = true;
  word.passed_over.push_back({due.path, std::move(why), true});
  return word;
}

std::string folder_name(const Url& source, const FolderDue& due) {
  const Url url{source.endpoint, source.path + due.path};
  std::string name = url.wire_path();
  if (name.size() > 1 && name.ends_with('/')) name.pop_back();
  return name;
}

std::size_t next_ahead(std::size_t ahead, std::size_t listed, std::size_t entries) {
  if (listed < ahead || entries > list_small_max) return 1;
  return std::min(2 * ahead, list_ahead_max);
}

}  // namespace rft::mover
