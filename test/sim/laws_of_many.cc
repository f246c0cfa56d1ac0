// The laws of requests of many files: every file has one fate, and it is true; the sums are right;
// a stop stops all of it.
#include <fmt/format.h>

#include <algorithm>

#include "sim/laws.h"
#include "wire/part_name.h"

namespace rft::sim {
namespace {

bool speaks_of(const OutboxRow& row) {
  const auto* move = std::get_if<MoveOrder>(&row.order);
  const auto* bundle = std::get_if<BundleOrder>(&row.order);
  return (move && !move->look_only) || (bundle && !bundle->look_only) ||
         std::holds_alternative<ListOrder>(row.order);
}

Url origin_of(const Transfer& part, const BundleFile& file) {
  return {part.request.source.endpoint, file.source};
}

Url destination_of(const Transfer& part, const BundleFile& file) {
  return {part.request.destination.endpoint, file.destination};
}

// Destinations of what a part moves; a file that is moved apart is its own part's.
std::vector<std::string> files_of(const Transfer& part) {
  std::vector<std::string> files;
  if (keeps_folders(part.request)) return files;
  if (part.file.kind == Kind::file) files.push_back(part.request.destination.wire_path());
  for (const BundleFile& file : part.file.bundle.files()) {
    if (file.fate != Fate::apart) files.push_back(destination_of(part, file).wire_path());
  }
  return files;
}

}  // namespace

void Laws::many(const std::string& owner, const std::string& handle, Many many) {
  many_[{owner, handle}] = std::move(many);
}

void Laws::carries(const BundleOrder& order) {
  Carried& carried = carried_[order.task];
  carried.items = order.items.size();
  const auto seen = seen_.find(order.task.file);
  for (const BundleItem& item : order.items) {
    carried.sources[item.number] = item.source;
    const bool over = seen != seen_.end() && seen->second.file.epoch == order.task.epoch &&
                      seen->second.file.bundle.files().at(item.number).fate.has_value();
    if (over && said_outcomes_.count({order.task, item.number}) == 0) {
      break_law("P7", item.source + " is ordered again and has its fate");
    }
  }
}

// What a refusal made void goes again, under other names; nothing else goes twice in a try.
void Laws::piped(const FlowOrder& order) {
  Carried& carried = carried_[order.task];
  ++carried.pipelines;
  for (const mover::Consignment& file : order.files) {
    if (carried.settled.contains(file.source)) {
      break_law("P7", file.source + " had arrived and is sent again");
    }
    if (++carried.piped[file.source] > carried.pipelines) {
      break_law("P7", file.source + " is sent twice in one pipeline");
    }
    // In place there is one name only; the next flow waits until the old one's end is presumed.
    const bool part = is_part_name(file.destination.substr(file.destination.rfind('/') + 1));
    if (!part) writes(order.task, order.destination, file.destination);
    if (part && servers_.lives_for(order.destination, file.destination)) {
      break_law("P3", file.destination + " is written by two flows");
    }
  }
}

void Laws::arrived(const Task& task, const std::string& source) {
  carried_[task].settled.insert(source);
}

void Laws::published(const Task& task, const std::string& path) {
  const auto seen = seen_.find(task.file);
  if (seen != seen_.end()) writes(task, seen->second.request.destination.endpoint, path);
  if (seen == seen_.end() || seen->second.file.epoch != task.epoch) return;
  const File& file = seen->second.file;
  bool saved = file.publish_ordered;
  for (const BundleFile& one : file.bundle.files()) {
    if (one.destination == path) saved = one.intent.has_value();
  }
  if (!saved) break_law("P4", path + " was renamed before that was saved");
  if (is_undecided(seen->second.request)) {
    break_law("P3", path + " was renamed before all files of its request were proven");
  }
}

void Laws::deletes(const Task& task, const std::string& path) {
  const auto seen = seen_.find(task.file);
  if (seen == seen_.end() || !is_removal(seen->second.request)) return;  // a part file
  const Request& part = seen->second.request;
  const Many& many = many_.at({part.owner, part.handle.substr(0, part.handle.find('/'))});
  if (many.files.contains(path)) break_law("P3", path + " is deleted, and the source has it");
  if (!many.extras.contains(path)) break_law("P3", path + " is deleted, and is no extra");
  for (const auto& [file, other] : seen_) {
    if (other.request.id == *part.whole && !other.file.publish_ordered) {
      break_law("P3", path + " is deleted, and that was not decided");
    }
    if (other.request.whole != part.whole || is_removal(other.request)) continue;
    const Tally& sums = other.file.tally;
    if (sums.failed > 0 || sums.ended() < sums.files) {
      break_law("P3", fmt::format("{} is deleted, and {} is not there", path, name_of(other)));
    }
  }
}

// Of a request that is all or none, and has not decided to publish.
bool Laws::is_undecided(const Request& part) const {
  if (!is_all_or_none(part) || !part.whole) return false;
  return std::none_of(seen_.begin(), seen_.end(), [&](const auto& one) {
    return one.second.request.id == *part.whole && one.second.file.publish_ordered;
  });
}

void Laws::saving(const Change& change) {
  const Transfer& next = change.next;
  admits(next);
  const bool stops = next.file.stop_asked || next.file.status == Status::user_stop_partial_trans;
  if (rft::is_whole(next.file) && (!stops || change.erased)) stopping_.erase(next.request.id);
  if (!is_part(next) || !stopping_.contains(*next.request.whole)) return;
  if (std::any_of(change.orders.begin(), change.orders.end(), speaks_of)) {
    break_law("P9", name_of(next) + " is granted and its whole is to stop");
  }
}

void Laws::saved(const Change& change) {
  const Transfer& next = change.next;
  measures(next, change.erased);
  const bool stops = next.file.stop_asked || next.file.status == Status::user_stop_partial_trans;
  if (rft::is_whole(next.file) && stops && !change.erased) stopping_.insert(next.request.id);
}

// P2: a line of a list, and a name in a folder, is one file.
void Laws::check_born(const Transfer& part) {
  std::set<std::string>& born = born_[*part.request.whole];
  for (const std::string& file : files_of(part)) {
    // Of one that is moved apart this is the second part.
    if (part.request.number < (std::uint64_t{1} << 40) && !born.insert(file).second) {
      break_law("P2", fmt::format("{}: {} is there twice", name_of(part), file));
    }
  }
}

void Laws::check_fates(const Transfer& before, const Transfer& after) {
  const auto& old = before.file.bundle.files();
  const auto& next = after.file.bundle.files();
  if (old.size() != next.size()) {
    return break_law("P1", name_of(after) + " has not as many files as it had");
  }
  const bool again = after.file.life > before.file.life;
  for (std::uint32_t i = 0; i < next.size(); ++i) {
    if (old[i].fate == next[i].fate) continue;
    const bool rises = again && !next[i].fate && old[i].fault;
    if (old[i].fate && !rises) {
      break_law("P6",
                fmt::format("{}: the fate of {} has changed", name_of(after), next[i].source));
    }
    if (next[i].fate) check_fate(after, i);
  }
  if (after.file.status == Status::user_stop_partial_trans &&
      before.file.status != Status::user_stop_partial_trans) {
    for (const BundleFile& file : next) {
      if (!file.fate && is_published(after, file)) {
        break_law("P9", name_of(after) + ": it is stopped and " + file.destination + " published");
      }
    }
  }
}

// Bytes that a flow of this part brought stand under the final name, and nobody spoiled them.
bool Laws::is_published(const Transfer& part, const BundleFile& file) const {
  if (part.request.options.publish == Publish::in_place) return false;
  const Url destination = destination_of(part, file);
  const Server& server = servers_.at(destination.endpoint);
  const auto there = server.files.find(destination.wire_path());
  return there != server.files.end() && there->second->made_by == part.file.id;
}

void Laws::check_folder_stands(const Url& folder) {
  std::string path = folder.wire_path();
  if (path.size() > 1) path.pop_back();  // its '/'
  if (!servers_.at(folder.endpoint).folders.contains(path)) {
    break_law("P4", folder.text() + " is done and not there");
  }
}

void Laws::check_fate(const Transfer& part, std::uint32_t number) {
  const BundleFile file = part.file.bundle.files()[number];
  const bool said = said_outcomes_.contains({task_of(part.file), number});
  if (*file.fate != Fate::failed && !said) {
    break_law("P5", name_of(part) + ": no mover of this epoch told of " + file.source);
  }
  if (file.fate == Fate::done && file.is_folder) {
    check_folder_stands(destination_of(part, file));
  } else if (file.fate == Fate::done) {
    check_stands(part, origin_of(part, file), destination_of(part, file), file.verdict);
  }
  if (file.fate == Fate::would_move) check_plan(part, destination_of(part, file));
  if (file.fate == Fate::done && is_plan(part.request)) {
    break_law("P3", file.source + " was moved and only planned");
  }
  if (file.fate != Fate::failed) return;
  if (!file.fault) return break_law("P13", file.source + " failed without a reason");
  if (file.fault->code == FaultCode::destination_exists && is_published(part, file)) {
    break_law("P4", file.destination + ": our own file was taken for another's");
  }
}

// What is said of the whole is what is said of its parts.
void Laws::check_whole(const Transfer& whole, const MemoryTables& tables) {
  Tally sums;
  bool open = false, active = false, some_published = false;
  if (const auto parts = tables.parts.find(whole.request.id); parts != tables.parts.end()) {
    for (const auto& [number, id] : parts->second) {
      const Transfer& part = tables.transfers.at(id);
      sums += tally_of(part);
      active = active || part.file.status == Status::active;
      open = open || !is_final(part.file.status);
      some_published = some_published || (part.file.kind == Kind::file && is_published(part));
      for (const BundleFile& one : part.file.bundle.files()) {
        some_published = some_published || is_published(part, one);
      }
    }
  }
  const File& file = whole.file;
  const bool none = is_all_or_none(whole.request) && file.status == Status::failed &&
                    !file.publish_ordered && !file.extras_sought;
  if (none && some_published) {
    break_law("P3", name_of(whole) + ": some of its files are published, and it is all or none");
  }
  if (active) break_law("P9", name_of(whole) + ": a part of it is active");
  // One whose time passed before it began has parts that wait, as a stopped one has.
  const bool all_tried = file.fault && file.fault->code == FaultCode::some_files_failed;
  const bool closed = file.status == Status::done || (file.status == Status::failed && all_tried);
  if (open && closed) break_law("P8", name_of(whole) + ": a part of it is not at rest");
  if (!(file.tally == sums)) {
    break_law("P13", fmt::format("{} tells of {} files, {} done, {} failed, {} bytes; they are {}, "
                                 "{}, {} and {}",
                                 name_of(whole), file.tally.files, file.tally.done,
                                 file.tally.failed, file.tally.bytes_done, sums.files, sums.done,
                                 sums.failed, sums.bytes_done));
  }
  const bool all_done = sums.failed == 0 && sums.ended() == sums.files;
  if (file.status == Status::done && !all_done) break_law("P4", name_of(whole) + " is not whole");
  if (file.status == Status::failed && all_tried && sums.failed == 0) {
    break_law("P4", name_of(whole) + " failed and nothing of it did");
  }
}

// P4: what is done has nothing that its source has not; a plan deletes nothing.
void Laws::check_extras(const Transfer& whole, const Many& many) {
  if (!whole.request.options.delete_extra || whole.file.status != Status::done) return;
  const Server& server = servers_.at(whole.request.destination.endpoint);
  for (const std::string& path : many.extras) {
    const bool stands = server.files.contains(path);
    const bool sought = whole.file.extras_sought;  // not where the source has no file at all
    const bool must_stand = is_plan(whole.request) || !sought;
    if (must_stand != stands) {
      break_law("P4", fmt::format("{}: {} {}", name_of(whole), path,
                                  stands ? "is still there" : "is gone"));
    }
  }
}

// P1, P2: at the end every file that was asked for is there once, and no other.
void Laws::check_many(const MemoryTables& tables) {
  for (const auto& [key, many] : many_) {
    const auto found = tables.handles.find(key);
    if (found == tables.handles.end()) continue;
    const Transfer& whole = tables.transfers.at(found->second);
    if (is_final(whole.file.status)) check_whole(whole, tables);
    check_extras(whole, many);
    std::map<std::string, int> there;
    const auto parts = tables.parts.find(whole.request.id);
    if (parts != tables.parts.end()) {
      for (const auto& [number, id] : parts->second) {
        for (const auto& file : files_of(tables.transfers.at(id))) ++there[file];
      }
    }
    for (const auto& [file, times] : there) {
      if (times > 1) break_law("P2", key.second + ": " + file + " is there twice");
    }
    const bool whole_listing = many.tree && whole.file.status == Status::done;
    const auto& must = whole_listing ? many.files : promises_[key].added;
    for (const std::string& file : must) {
      if (!there.contains(file)) break_law("P1", key.second + ": " + file + " was lost");
    }
  }
}

}  // namespace rft::sim
