#include "sim/servers.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/retry.h"
#include "wire/part_name.h"

namespace rft::sim {
namespace {

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  Dice dice(a * 0x9E3779B97F4A7C15ULL + b);
  return dice.roll();
}

// As MLST has it: YYYYMMDDHHMMSS.
std::string modify_of(WallTime time) {
  constexpr std::size_t whole_seconds = 14;
  std::string text = to_rfc3339(time);
  std::erase_if(text, [](char c) { return c < '0' || c > '9'; });
  return text.substr(0, whole_seconds);
}

std::string name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::uint64_t blocks_of(std::uint64_t size) {
  return (size + block_size - 1) / block_size;
}

Content content_of(std::uint64_t source, std::uint64_t version, std::uint64_t size) {
  Content content{size, {}};
  for (std::uint64_t i = 0; i < blocks_of(size); ++i) {
    content.blocks.push_back(mixed(mixed(source, version), i) | 1);
  }
  return content;
}

std::string checksum_of(const Content& content) {
  std::uint64_t sum = content.size;
  for (const Block block : content.blocks) sum = mixed(sum, block);
  return fmt::format("{:016x}", sum);
}

Server& Servers::add(const Endpoint& endpoint) {
  Server& server = servers_[endpoint];
  server.endpoint = endpoint;
  return server;
}

void Servers::touch(Server&, Inode& inode) {
  inode.modified = events_.wall();
}

void Servers::changed(Server& server, const std::string& path) {
  if (changed_) changed_(server, path);
}

void Servers::put(Server& server, const std::string& path, Content content) {
  auto& inode = server.files[path];
  if (!inode) {
    inode = std::make_shared<Inode>();
    inode->unique = ++last_inode_;
    if (!is_part_name(name_of(path))) inode->final_name = path;
  }
  inode->content = std::move(content);
  touch(server, *inode);
}

std::optional<FileFacts> Servers::look(const Server& server, const std::string& path) const {
  const auto found = server.files.find(path);
  if (found == server.files.end()) return std::nullopt;
  const Inode& inode = *found->second;
  return FileFacts{inode.content.size, modify_of(inode.modified), fmt::format("i{}", inode.unique)};
}

FileFacts Servers::look_at_folder(const Server& server, const std::string& path) const {
  const auto set = server.folder_times.find(path);
  const WallTime own = WallTime{} + std::chrono::seconds(path.size());
  return FileFacts{0, modify_of(set == server.folder_times.end() ? own : set->second), ""};
}

bool Servers::rename(Server& server, const std::string& from, const std::string& to) {
  const auto found = server.files.find(from);
  if (found == server.files.end()) return false;
  const auto inode = found->second;
  server.files.erase(found);
  if (const auto replaced = server.files.find(to); replaced != server.files.end()) {
    replaced->second->final_name.clear();
  }
  server.files[to] = inode;
  inode->final_name = is_part_name(name_of(to)) ? "" : to;
  changed(server, from);
  changed(server, to);
  return true;
}

void Servers::link_for_mutant(Server& server, const std::string& from, const std::string& to) {
  const auto found = server.files.find(from);
  if (found == server.files.end()) return;
  server.files[to] = found->second;
  found->second->final_name = to;
  changed(server, to);
}

void Servers::remove(Server& server, const std::string& path) {
  const auto found = server.files.find(path);
  if (found == server.files.end()) return;
  found->second->final_name.clear();
  server.files.erase(found);
  changed(server, path);
}

void Servers::remove_folder(Server& server, const std::string& path) {
  const std::string prefix = path + "/";
  const auto file = server.files.lower_bound(prefix);
  const auto folder = server.folders.lower_bound(prefix);
  const bool holds = (file != server.files.end() && file->first.starts_with(prefix)) ||
                     (folder != server.folders.end() && folder->starts_with(prefix));
  if (!holds) server.folders.erase(path);
}

// For what an old flow had written nothing is counted: its transfer may be anywhere.
bool Servers::loses_blocks(const Flow& flow) {
  return is_old(flow) ? weather_.strikes(FaultKind::server_loses_blocks)
                      : weather_.strikes(FaultKind::server_loses_blocks, flow.order.task);
}

void Servers::go_down(Server& server, bool mute) {
  server.up = false;
  server.mute = mute;
  ++server.life;
  std::vector<FlowId> dead;
  for (const auto& [id, flow] : flows_) {
    if (flow.order.source == server.endpoint || flow.order.destination == server.endpoint) {
      dead.push_back(id);
    }
  }
  for (const FlowId id : dead) {
    Flow& flow = flows_.at(id);
    const bool destination = flow.order.destination == server.endpoint;
    const bool may_lose = destination && flow.to && flow.next > 0;
    if (may_lose && loses_blocks(flow)) {
      Content& content = flow.to->content;
      flow.to->lost_blocks = true;
      for (std::uint64_t i = 0; i < std::min<std::uint64_t>(3, flow.next); ++i) {
        const std::uint64_t lost = flow.blocks[flow.next - 1 - i];
        if (lost < content.blocks.size()) content.blocks[lost] = 0;
      }
    }
    if (mute) sever(flow);
    end(id, Fault{FaultCode::cut, destination ? Side::destination : Side::source, Doing::move, "",
                  "the server died"});
  }
}

void Servers::come_up(Server& server) {
  server.up = true;
  server.mute = false;
}

}  // namespace rft::sim
