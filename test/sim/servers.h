// Servers: endpoints with a little file system, and flows between them that live on their own.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mover/async.h"
#include "mover/flow_rules.h"
#include "mover/protocol.h"
#include "sim/events.h"
#include "sim/weather.h"
#include "wire/message.h"

namespace rft::sim {

// Which bytes stand in a block: made from source, version and place, so that equal blocks are equal
// bytes. 0: a hole.
using Block = std::uint64_t;
inline constexpr std::uint64_t block_size = 1'000'000;

struct Content {
  std::uint64_t size = 0;
  std::vector<Block> blocks;
  bool operator==(const Content&) const = default;
};
std::uint64_t blocks_of(std::uint64_t size);
Content content_of(std::uint64_t source, std::uint64_t version, std::uint64_t size);
std::string checksum_of(const Content& content);

struct Inode {
  std::uint64_t unique = 0;
  Content content;
  WallTime modified{};
  std::string final_name;  // under which users see it; empty: none, or a part's
  // A writer lived through the settling time in silence: what 5.3 presumes was not so, and P3 is
  // not promised for these bytes.
  bool presumption_broken = false;
  bool lost_blocks = false;  // its server died with what it had not written to disk
  Uuid made_by;              // the transfer whose flow made it; nil: none of ours
  bool planted = false;      // by a server that opened it after the client of the flow was gone
};

struct Server {
  Endpoint endpoint;
  bool up = true;
  bool mute = false;       // while it is down: connections hang instead of being refused
  std::uint64_t life = 0;  // sessions of an earlier one are dead
  bool refuses_login = false;
  bool full = false;
  bool refuses_rename = false;   // for a while
  bool never_publishes = false;  // it renames no part onto a final name
  std::set<std::string> folders{"/data"};
  std::map<std::string, WallTime> folder_times;         // that were set
  std::set<std::string> unreadable;                     // folders that it does not list
  std::map<std::string, std::shared_ptr<Inode>> files;  // by path
};

// What one side of a pipeline has said.
using Leg = mover::Course;

// What reaches the client of a flow.
struct FlowNews {
  mover::Signal changed;
  RangeSet confirmed;
  std::uint64_t bytes_sent = 0;
  bool whole = false;          // both sides said 226
  std::optional<Fault> fault;  // one of them said no
  Instant heard{};
  Leg source, destination;  // of a pipeline
};

struct FlowOrder {
  Task task;
  Endpoint source, destination;
  std::string from, to;
  RangeSet there;  // with something there: REST, else the file is truncated
  std::uint64_t size = 0;
  // Of a pipeline, instead of from and to. RETRs and STORs pair by order of opening, and nothing
  // else (design 5.5).
  std::vector<mover::Consignment> files{};
};

using FlowId = std::uint64_t;

class Servers {
 public:
  // Told of each change of what stands under a name: after a write, a rename, a removal.
  using Changed = std::function<void(const Server&, const std::string& path)>;
  struct Sent {
    std::uint64_t bytes = 0;  // that flows of this file wrote, all epochs
    std::uint64_t excusable =
        0;  // of them written shortly before a flow broke, or lost with a server
  };

  Servers(Events& events, Dice& dice, Weather& weather, Moments& moments)
      : events_(events), dice_(dice), weather_(weather), moments_(moments) {}

  Server& at(const Endpoint& endpoint) { return servers_.at(endpoint); }
  Server& add(const Endpoint& endpoint);
  std::map<Endpoint, Server>& all() { return servers_; }
  void watch(Changed changed) { changed_ = std::move(changed); }

  void put(Server& server, const std::string& path, Content content);
  std::optional<FileFacts> look(const Server& server, const std::string& path) const;
  FileFacts look_at_folder(const Server& server, const std::string& path) const;
  bool rename(Server& server, const std::string& from, const std::string& to);
  void remove(Server& server, const std::string& path);
  void remove_folder(Server& server, const std::string& path);  // if it is empty
  void link_for_mutant(Server& server, const std::string& from, const std::string& to);

  FlowId open(FlowOrder order, std::shared_ptr<FlowNews> news);
  // Of a pipeline: so many of its files are ordered, in all.
  void order_up_to(FlowId flow, std::size_t count);
  // The client's end reached the server: the flow ends within `within`.
  void close(FlowId flow, Duration within);
  bool is_cut(FlowId flow) const;
  bool lives(FlowId flow) const { return flows_.contains(flow); }
  // Something is sent for this task and its client holds on to it.
  bool sends_for(const Task& task) const;
  std::size_t flows() const { return flows_.size(); }
  // A flow lives that was ordered to write under this name, whoever holds on to it.
  bool lives_for(const Endpoint& destination, const std::string& path) const;
  // A flow of this task lives, whoever holds on to it.
  bool lives_for(const Task& task) const;
  // Somebody wrote to this file in the time from `since` to `until`, and still may.
  bool is_written(const Inode& inode, Instant since, Instant until) const;
  // Flows that stand still and whose clients are gone go on now.
  void wake_old_flows();
  // What was sent for this task may be sent again: who had heard the markers could tell nobody.
  void excuse(const Task& task);
  // All clients of flows vanish without a FIN.
  void cut_all();

  void go_down(Server& server, bool mute);
  void come_up(Server& server);
  const std::map<Uuid, Sent>& sent() const { return sent_; }

 private:
  struct Flow {
    FlowOrder order;
    std::weak_ptr<FlowNews> client;
    std::shared_ptr<Inode> from, to;
    std::uint64_t size = 0;             // of the file that is sent
    std::vector<std::uint64_t> blocks;  // to be sent, in this order
    std::size_t next = 0;
    std::size_t written = 0;                        // blocks, of all its files
    std::size_t ordered = 0, stors = 0, retrs = 0;  // of a pipeline; the latter: looked at
    bool starves = false;                           // it waits for further orders
    Duration pace{0};
    bool begun = false;
    bool pausing = false;
    bool slept = false;  // until it is aimed
    bool was_cut = false;
    std::optional<Instant> orphaned;
    Instant last_write{};
    RangeSet unmarked;
    std::size_t breaks_at = SIZE_MAX, pauses_at = SIZE_MAX, cut_at = SIZE_MAX;
    std::vector<std::pair<Instant, std::uint64_t>> recent;  // bytes written in the last seconds
  };

  void begin(FlowId id);
  void begin_one(FlowId id, Flow& flow);
  void open_to(Flow& flow, const std::string& path);
  void plan_blocks(Flow& flow);
  void plan_faults(Flow& flow, std::size_t count);
  // pipelines.cc
  static bool is_presumed_to_end(const Flow& flow);
  static bool is_pipeline(const Flow& flow) { return !flow.order.files.empty(); }
  void open_next(FlowId id);
  void open_stor(Flow& flow);
  void open_retr(Flow& flow);
  bool refuses(Flow& flow, Leg FlowNews::*leg, const std::optional<Fault>& own);
  void file_ended(FlowId id);
  void refuse_full(FlowId id);
  // No word reaches the client any more, and none of the client the server.
  void sever(Flow& flow);
  // Its client is gone, or no word reaches it any more.
  static bool is_old(const Flow& flow) { return flow.orphaned || flow.was_cut; }
  bool breaks(Flow& flow, FaultKind kind, std::size_t& planned);
  bool strikes(FaultKind kind, const Flow& flow);
  bool loses_blocks(const Flow& flow);
  void write_next(FlowId id);
  void go_on(FlowId id);  // after a pause
  void write(Flow& flow, std::uint64_t block);
  void count_sent(const Flow& flow, std::uint64_t bytes);
  void mark(FlowId id);
  void deliver_marker(Flow& flow);
  void end(FlowId id, std::optional<Fault> fault);
  void touch(Server& server, Inode& inode);
  void changed(Server& server, const std::string& path);

  Events& events_;
  Dice& dice_;
  Weather& weather_;
  Moments& moments_;
  Changed changed_;
  std::map<Endpoint, Server> servers_;
  std::map<FlowId, Flow> flows_;
  FlowId last_flow_ = 0;
  std::uint64_t last_inode_ = 0;
  std::map<Uuid, Sent> sent_;
  std::map<Task, std::uint64_t> sent_for_;  // bytes
  std::set<Task> excused_;
};

}  // namespace rft::sim
