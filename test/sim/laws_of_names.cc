// The laws of names that several requests write to: one writes at a time (docs/decisions/0002), and
// in the end whole bytes of one that claimed it stand there.
#include <fmt/format.h>

#include <algorithm>

#include "sim/laws.h"

namespace rft::sim {
namespace {

// What the part or file may write to while it is active. Told anew and not by the engine's own
// function, so that neither hides the other's mistakes.
std::set<std::string> names_of(const Transfer& transfer) {
  std::set<std::string> names;
  const Request& request = transfer.request;
  if (request.options.act != Act::move) return names;
  const std::string& root = request.destination.path;
  if (transfer.file.kind == Kind::file) names.insert(root);
  for (const BundleFile& file : transfer.file.bundle.files()) {
    if (!file.fate && !file.is_folder) names.insert(file.destination);
  }
  return names;
}

// A stop that must look first is held up by nothing: it writes nothing.
bool may_write(const Transfer& transfer) {
  return transfer.file.status == Status::active && !transfer.file.stop_asked;
}

}  // namespace

void Laws::check_names(const Transfer& before, const Transfer& after, const MemoryTables& tables) {
  if (may_write(before) || !may_write(after)) return;
  const std::set<std::string> mine = names_of(after);
  for (const auto& [id, other] : tables.transfers) {
    const bool same_server =
        other.request.destination.endpoint == after.request.destination.endpoint;
    if (id == after.request.id || !same_server || !may_write(other)) continue;
    for (const std::string& name : names_of(other)) {
      if (!mine.contains(name)) continue;
      return break_law("names", fmt::format("{} may write to {}, and {}, too", name_of(other), name,
                                            name_of(after)));
    }
  }
}

// A rename, or a flow in place: what it writes to is what nobody else may write to.
void Laws::writes(const Task& task, const Endpoint& endpoint, const std::string& path) {
  const auto writer = seen_.find(task.file);
  const bool current = writer != seen_.end() && writer->second.file.epoch == task.epoch;
  if (!current || !may_write(writer->second)) return;
  for (const auto& [file, other] : seen_) {
    if (file == task.file || !may_write(other)) continue;
    if (other.request.destination.endpoint != endpoint || !names_of(other).contains(path)) continue;
    break_law("names", fmt::format("{} writes to {}, and {} may, too", name_of(writer->second),
                                   path, name_of(other)));
  }
}

// The claim outlives the record: what is cleared is no less there.
void Laws::claim(const Url& source, const Url& destination) {
  claims_[{destination.endpoint, destination.wire_path()}].insert(source_of(source));
}

void Laws::deleted_late(const Endpoint& endpoint, const std::string& path) {
  late_deletions_.insert({endpoint, path});
}

void Laws::check_claims() {
  for (const auto& [name, sources] : claims_) {
    const auto& [endpoint, path] = name;
    if (expected_.at(name).unproven || late_deletions_.contains(name)) continue;
    const Server& server = servers_.at(endpoint);
    const auto file = server.files.find(path);
    if (file == server.files.end()) {
      break_law("P4", path + " was done and is not there in the end");
      continue;
    }
    const Inode& inode = *file->second;
    // Who writes there in place and is stopped leaves half a file.
    if (expected_.at(name).in_place) continue;
    // Done speaks of the moment of its proof: a server may lose blocks later.
    if (inode.presumption_broken || inode.lost_blocks) continue;
    const bool whole = std::any_of(sources.begin(), sources.end(), [&](std::uint64_t source) {
      return is_whole(source, inode.content);
    });
    if (!whole) break_law("P4", path + " holds in the end what none brought that is done");
  }
}

}  // namespace rft::sim
