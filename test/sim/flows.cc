// Flows: blocks on their way from one server to another, whatever becomes of who ordered it.
#include <algorithm>
#include <numeric>

#include "core/retry.h"
#include "sim/servers.h"
#include "wire/part_name.h"

namespace rft::sim {
namespace {

constexpr Duration marker_interval{1000};
// What was written for so long before a break may not have been told by a marker.
constexpr Duration excusable_for{3000};

Fault client_gone() {
  return {FaultCode::cut, Side::none, Doing::move, "", "its client ended it"};
}

Range range_of(std::uint64_t block, std::uint64_t size) {
  return {block * block_size, std::min((block + 1) * block_size, size)};
}

}  // namespace

FlowId Servers::open(FlowOrder order, std::shared_ptr<FlowNews> news) {
  const FlowId id = ++last_flow_;
  Flow& flow = flows_[id];
  flow.order = std::move(order);
  flow.client = news;
  news->heard = events_.now();
  flow.pace = dice_.between(Duration(20), Duration(dice_.chance(150'000) ? 2'500 : 700));
  if (is_pipeline(flow)) flow.pace = dice_.between(Duration(1), Duration(60));
  Duration delay = dice_.between(Duration(1), Duration(20));
  if (strikes(FaultKind::opens_late, flow)) delay = dice_.between(Duration(50), Duration(4000));
  events_.in(delay, [this, id] { begin(id); });
  return id;
}

void Servers::begin(FlowId id) {
  const auto found = flows_.find(id);
  if (found == flows_.end()) return;
  Flow& flow = found->second;
  flow.begun = true;
  flow.last_write = events_.now();
  events_.in(marker_interval, [this, id] { mark(id); });
  if (!is_pipeline(flow)) return begin_one(id, flow);
  if (flow.orphaned && !flow.was_cut) return end(id, client_gone());
  std::size_t blocks = 0;
  for (const auto& file : flow.order.files) {
    const auto from = at(flow.order.source).files.find(file.source);
    if (from != at(flow.order.source).files.end()) blocks += from->second->content.blocks.size();
  }
  plan_faults(flow, blocks);
  open_next(id);
}

void Servers::begin_one(FlowId id, Flow& flow) {
  Server& source = at(flow.order.source);
  const auto from = source.files.find(flow.order.from);
  if (from == source.files.end()) {
    return end(id, Fault{FaultCode::no_such_file, Side::source, Doing::move, "", ""});
  }
  flow.from = from->second;
  open_to(flow, flow.order.to);
  // The order was read from its buffer, and then that its sender is gone.
  if (flow.orphaned && !flow.was_cut) return end(id, client_gone());
  flow.size = flow.order.size;
  plan_blocks(flow);
  plan_faults(flow, flow.blocks.size());
  events_.in(flow.pace, [this, id] { write_next(id); });
}

void Servers::open_to(Flow& flow, const std::string& path) {
  Server& destination = at(flow.order.destination);
  auto& to = destination.files[path];
  if (!to) {
    to = std::make_shared<Inode>();
    to->unique = ++last_inode_;
    to->made_by = flow.order.task.file;
    if (!is_part_name(path.substr(path.rfind('/') + 1))) to->final_name = path;
    to->planted = flow.orphaned.has_value();
  } else if (flow.order.there.empty()) {
    to->content = Content{};
  }
  touch(destination, *to);
  flow.to = to;
  changed(destination, path);
}

// Out of order within a window, as parallel streams bring them.
void Servers::plan_blocks(Flow& flow) {
  flow.blocks.clear();
  flow.next = 0;
  for (std::uint64_t block = 0; block < blocks_of(flow.size); ++block) {
    const Range range = range_of(block, flow.size);
    RangeSet with = flow.order.there;
    with.add(range);
    if (with != flow.order.there) flow.blocks.push_back(block);
  }
  for (std::size_t i = 0; i + 1 < flow.blocks.size(); ++i) {
    const std::size_t other = i + dice_.below(std::min<std::size_t>(4, flow.blocks.size() - i));
    std::swap(flow.blocks[i], flow.blocks[other]);
  }
}

void Servers::plan_faults(Flow& flow, std::size_t count) {
  const auto drawn = [&](FaultKind kind) {
    return dice_.chance(weather_.fair() ? 0 : weather_.odds(kind)) ? dice_.below(count + 1)
                                                                   : SIZE_MAX;
  };
  flow.breaks_at = drawn(FaultKind::data_fails);
  flow.pauses_at = drawn(FaultKind::flow_pauses);
  flow.cut_at = drawn(FaultKind::flow_cut);
}

// Planned for this block, or aimed at.
bool Servers::breaks(Flow& flow, FaultKind kind, std::size_t& planned) {
  const bool now = flow.written == planned;
  if (now) planned = SIZE_MAX;
  if (now) weather_.happened(kind, is_old(flow) ? std::nullopt : std::optional(flow.order.task));
  return now || (!is_old(flow) && weather_.is_aimed(kind, flow.order.task));
}

void Servers::write_next(FlowId id) {
  const auto found = flows_.find(id);
  if (found == flows_.end()) return;
  Flow& flow = found->second;
  flow.pausing = false;
  if (!flow.orphaned && flow.client.expired()) flow.orphaned = events_.now();
  if (breaks(flow, FaultKind::flow_cut, flow.cut_at)) sever(flow);
  if (is_old(flow) && weather_.wants_late_writes() && !std::exchange(flow.slept, true)) {
    flow.pausing = true;
    events_.in(dice_.between(Duration(30'000), Duration(200'000)), [this, id] { go_on(id); });
    return;
  }
  if (breaks(flow, FaultKind::data_fails, flow.breaks_at)) {
    return end(id, Fault{FaultCode::data_channel_failed, Side::both, Doing::move, "", ""});
  }
  if (breaks(flow, FaultKind::flow_pauses, flow.pauses_at)) {
    flow.pausing = true;
    events_.in(dice_.between(Duration(500), Duration(90'000)), [this, id] { go_on(id); });
    return;
  }
  if (flow.next == flow.blocks.size()) {
    return is_pipeline(flow) ? file_ended(id) : end(id, std::nullopt);
  }
  const Server& destination = at(flow.order.destination);
  if (destination.full && flow.blocks[flow.next] >= flow.to->content.blocks.size()) {
    if (!is_old(flow)) weather_.hits(FaultKind::server_full, flow.order.task);
    if (is_pipeline(flow)) return refuse_full(id);
    return end(id, Fault{FaultCode::destination_full, Side::destination, Doing::move, "", ""});
  }
  ++flow.written;
  write(flow, flow.blocks[flow.next++]);
  events_.in(flow.pace, [this, id] { write_next(id); });
}

void Servers::wake_old_flows() {
  for (auto& [id, flow] : flows_) {
    if (!flow.pausing || !is_old(flow)) continue;
    events_.in(Duration(0), [this, id = id] { go_on(id); });
  }
}

void Servers::go_on(FlowId id) {
  const auto found = flows_.find(id);
  if (found != flows_.end() && found->second.pausing) write_next(id);
}

bool Servers::strikes(FaultKind kind, const Flow& flow) {
  return is_old(flow) ? weather_.strikes(kind) : weather_.strikes(kind, flow.order.task);
}

// Of a bundle nothing is adopted, so no silence is taken for an end; but in place its names are
// written again after one.
bool Servers::is_presumed_to_end(const Flow& flow) {
  if (!is_pipeline(flow)) return true;
  const std::string& name = flow.order.files.front().destination;
  return !is_part_name(name.substr(name.rfind('/') + 1));
}

void Servers::write(Flow& flow, std::uint64_t block) {
  const Content& from = flow.from->content;
  Content& to = flow.to->content;
  const Range range = range_of(block, flow.size);
  Block bytes = block < from.blocks.size() ? from.blocks[block] : 0;
  if (strikes(FaultKind::block_rots, flow)) bytes ^= dice_.roll() | 2;
  const Duration quiet = events_.now() - flow.last_write;
  if (is_old(flow)) {
    if (quiet >= settle_least && is_presumed_to_end(flow)) flow.to->presumption_broken = true;
    weather_.happened(FaultKind::writes_late, std::nullopt);
    if (moments_.of(flow.order.task.file)) {
      weather_.touches(FaultKind::writes_late, flow.order.task.file);
    } else {
      weather_.hits_at(FaultKind::writes_late, Moment::removing);
    }
  } else if (moments_.of(flow.order.task) == Moment::opening) {
    moments_.works(flow.order.task, is_pipeline(flow) ? Moment::piping : Moment::moving);
  }
  if (to.blocks.size() <= block) to.blocks.resize(block + 1);
  to.blocks[block] = bytes;
  to.size = std::max(to.size, range.end);
  Server& destination = at(flow.order.destination);
  touch(destination, *flow.to);
  flow.last_write = events_.now();
  flow.unmarked.add(range);
  const std::uint64_t length = range.end - range.begin;
  if (!is_pipeline(flow)) count_sent(flow, length);
  flow.recent.emplace_back(events_.now(), length);
  if (!flow.to->final_name.empty()) changed(destination, flow.to->final_name);
}

void Servers::count_sent(const Flow& flow, std::uint64_t bytes) {
  Sent& sent = sent_[flow.order.task.file];
  sent.bytes += bytes;
  sent_for_[flow.order.task] += bytes;
  const bool unheard = flow.was_cut || flow.orphaned || excused_.contains(flow.order.task);
  if (unheard) sent.excusable += bytes;
}

void Servers::mark(FlowId id) {
  const auto found = flows_.find(id);
  if (found == flows_.end()) return;
  deliver_marker(found->second);
  events_.in(marker_interval, [this, id] { mark(id); });
}

void Servers::deliver_marker(Flow& flow) {
  const auto client = flow.client.lock();
  if (!client || flow.was_cut || is_pipeline(flow)) return;
  client->heard = events_.now();
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < flow.next; ++i) {
    const Range range = range_of(flow.blocks[i], flow.order.size);
    bytes += range.end - range.begin;
  }
  client->bytes_sent = bytes;
  if (!flow.unmarked.empty() && strikes(FaultKind::marker_lost, flow)) {
    sent_[flow.order.task.file].excusable += flow.unmarked.bytes();
  } else {
    client->confirmed.add(flow.unmarked);
  }
  if (!flow.unmarked.empty() && strikes(FaultKind::marker_lies, flow)) {
    client->confirmed.add(range_of(dice_.below(blocks_of(flow.order.size)), flow.order.size));
  }
  flow.unmarked = RangeSet();
  client->changed.notify();
}

void Servers::end(FlowId id, std::optional<Fault> fault) {
  auto flow = flows_.extract(id);
  if (flow.empty()) return;
  Flow& ended = flow.mapped();
  if (!is_pipeline(ended) && (fault || ended.orphaned || ended.client.expired())) {
    Sent& sent = sent_[ended.order.task.file];
    for (const auto& [when, bytes] : ended.recent) {
      if (events_.now() - when <= excusable_for) sent.excusable += bytes;
    }
  }
  const auto client = ended.client.lock();
  if (!client || ended.was_cut) return;
  deliver_marker(ended);
  client->heard = events_.now();
  for (Leg* leg : {&client->source, &client->destination}) {
    if (is_pipeline(ended) && fault && !leg->fault) leg->fault = fault;
  }
  client->fault = std::move(fault);
  client->whole = !client->fault;
  client->changed.notify();
}

void Servers::close(FlowId id, Duration within) {
  const auto found = flows_.find(id);
  if (found == flows_.end()) return;
  if (!found->second.orphaned) found->second.orphaned = events_.now();
  if (found->second.was_cut) return;  // it did not reach the server
  if (!found->second.begun) return;   // nor is it read before the order that came first
  events_.in(within, [this, id] { end(id, client_gone()); });
}

// What no marker has told by then, none will tell.
void Servers::sever(Flow& flow) {
  if (flow.was_cut) return;
  flow.was_cut = true;
  if (!is_pipeline(flow)) sent_[flow.order.task.file].excusable += flow.unmarked.bytes();
}

bool Servers::is_cut(FlowId id) const {
  const auto found = flows_.find(id);
  return found != flows_.end() && found->second.was_cut;
}

void Servers::excuse(const Task& task) {
  excused_.insert(task);
  if (!sent_for_.contains(task)) return;
  sent_[task.file].excusable += std::exchange(sent_for_[task], 0);
}

bool Servers::sends_for(const Task& task) const {
  return std::any_of(flows_.begin(), flows_.end(), [&](const auto& one) {
    const Flow& flow = one.second;
    return flow.order.task == task && !flow.was_cut && !flow.orphaned && !flow.client.expired();
  });
}

bool Servers::lives_for(const Task& task) const {
  return std::any_of(flows_.begin(), flows_.end(),
                     [&](const auto& one) { return one.second.order.task == task; });
}

bool Servers::lives_for(const Endpoint& destination, const std::string& path) const {
  return std::any_of(flows_.begin(), flows_.end(), [&](const auto& one) {
    const Flow& flow = one.second;
    if (flow.order.destination != destination) return false;
    if (!is_pipeline(flow)) return flow.order.to == path;
    const auto& files = flow.order.files;
    const auto ordered = files.begin() + static_cast<std::ptrdiff_t>(flow.ordered);
    return std::any_of(files.begin(), ordered,
                       [&](const auto& file) { return file.destination == path; });
  });
}

bool Servers::is_written(const Inode& inode, Instant since, Instant until) const {
  return std::any_of(flows_.begin(), flows_.end(), [&](const auto& one) {
    const Flow& flow = one.second;
    if (flow.to.get() != &inode) return false;
    return std::any_of(flow.recent.begin(), flow.recent.end(), [&](const auto& write) {
      return write.first >= since && write.first <= until;
    });
  });
}

void Servers::cut_all() {
  for (auto& [id, flow] : flows_) sever(flow);
}

}  // namespace rft::sim
