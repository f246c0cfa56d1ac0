#include "engine/engine.h"

#include <algorithm>

#include "engine/world.h"

namespace rft {
namespace {

constexpr Duration retry_save = 1s;
constexpr Duration housekeeping = 10s;

}  // namespace

Engine::Engine(Store& store, Movers& movers, Clock& clock, Limits limits, std::string instance)
    : world_(std::make_unique<World>(store, movers, clock, limits, std::move(instance))) {}
Engine::~Engine() = default;

void Engine::start(std::function<void(Result<void>)> then) {
  world_->store.open_work([this, then = std::move(then)](Result<OpenWork> work) {
    if (!work) return then(tl::unexpected(work.error()));
    World& world = *world_;
    world.last_seq = work->last_seq;
    world.last_rank = work->last_rank;
    world.newest_epoch = work->newest_epoch;
    for (CredentialFacts& facts : work->credentials) world.credentials[facts.id] = facts;
    for (const Limit& limit : work->limits) world.put_limit(limit);
    for (EndpointRow& row : work->endpoints) {
      world.endpoints[row.endpoint] = row;
      if (!row.down_since || !row.fault) continue;
      const GateKey key{Hold::endpoint_down, row.endpoint, "", std::nullopt};
      Gate gate = close_gate(key, *row.fault, world.clock.now());
      gate.since = *row.down_since;
      world.gates[key] = gate;
    }
    for (Transfer& transfer : work->transfers) {
      if (is_part(transfer)) continue;
      const auto sums = work->tallies.find(transfer.request.id);
      const bool opens = sums != work->tallies.end() && transfer.file.status == Status::active;
      if (opens) {
        world.open_whole(transfer, sums->second);
        world.wholes[transfer.request.id].numbered = work->numbered[transfer.request.id];
      }
      world.adopt(std::move(transfer));
    }
    for (Transfer& transfer : work->transfers) {
      if (!is_part(transfer)) continue;
      if (transfer.file.status == Status::committed) {
        world.adopt_part(std::move(transfer));
        continue;
      }
      if (Whole* whole = world.whole_of(transfer)) {
        whole->parts[transfer.file.id] = transfer.file.tally;
      }
      world.put_under_whole(transfer);
      world.adopt(std::move(transfer));
    }
    for (OutboxRow& row : work->outbox) world.movers[row.mover].outbox.push_back(std::move(row));
    world.add_to_ledger(std::move(work->ledger));
    world.open = true;
    then({});
  });
}

void Engine::call(Caller caller, Call call, std::string key, std::function<void(Answer)> then) {
  if (!world_->open) return then(fail(Code::unavailable, "the service is starting"));
  const std::string handle = handle_of(call);
  Strand& strand = world_->strand(caller.owner, handle);
  world_->deliver(strand,
                  CallMail{std::move(caller), std::move(call), std::move(key), std::move(then)});
  world_->schedule();
}

void Engine::find(const std::string& owner, const std::string& handle,
                  std::function<void(Result<Found>)> then) {
  const auto none = [handle] {
    return fail(Code::no_such_transfer, "no transfer has the handle '" + handle + "'");
  };
  const auto strand = world_->strands.find({owner, handle});
  if (strand != world_->strands.end() && strand->second->transfer) {
    return then(world_->found(*strand->second->transfer));
  }
  world_->store.load(owner, handle, "", [this, none, then = std::move(then)](Result<Loaded> got) {
    if (!got) return then(tl::unexpected(got.error()));
    if (!got->transfer) return then(none());
    then(world_->found(std::move(*got->transfer)));
  });
}

// Whose hold tells why this one waits; none where it does not.
const Strand* Engine::World::telling(const Transfer& transfer) const {
  if (all_wait(transfer)) return telling_part(wholes.at(transfer.request.id));
  if (transfer.file.status != Status::committed) return nullptr;
  const auto strand = by_file.find(transfer.file.id);
  const bool known = strand != by_file.end() && strand->second->transfer;
  return known ? strand->second : nullptr;
}

Found Engine::World::found(Transfer transfer) const {
  std::optional<Live> figures;
  if (const auto known = live.find(transfer.file.id); known != live.end()) figures = known->second;
  // The hold of the moment, by the scheduler's own predicates.
  if (const Strand* tells = telling(transfer)) {
    const Why now = why(*tells);
    transfer.file.status = Status::committed;
    transfer.file.hold = now.hold;
    transfer.file.hold_detail = now.sentence;
    if (is_whole(transfer.file)) transfer.file.fault = now.fault;
  }
  put_sums(transfer, figures);
  const bool listing = is_being_listed(transfer);
  return {std::move(transfer), figures, listing};
}

void Engine::parts(const std::string& owner, const std::string& handle, std::uint64_t after,
                   std::uint32_t limit, std::optional<Counted> with,
                   std::function<void(Result<std::vector<Transfer>>)> then) {
  find(owner, handle, [this, after, limit, with, then = std::move(then)](Result<Found> found) {
    if (!found) return then(tl::unexpected(found.error()));
    if (!is_whole(found->transfer.file)) return then(std::vector{std::move(found->transfer)});
    world_->store.parts({found->transfer.request.id, after, limit, with}, then);
  });
}

void Engine::why(const std::string& owner, const std::string& handle,
                 std::function<void(Result<Why>)> then) {
  const auto strand = world_->strands.find({owner, handle});
  if (strand != world_->strands.end() && strand->second->transfer) {
    return then(world_->why(*strand->second));
  }
  find(owner, handle, [this, then = std::move(then)](Result<Found> found) {
    if (!found) return then(tl::unexpected(found.error()));
    Strand passing;
    passing.transfer = std::move(found->transfer);
    then(world_->why(passing));
  });
}

void Engine::list(ListQuery query,
                  std::function<void(Result<std::vector<Found>>, std::string next)> then) {
  world_->store.list(std::move(query), [this, then = std::move(then)](Result<ListPage> page) {
    if (!page) return then(tl::unexpected(page.error()), "");
    std::vector<Found> found;
    for (Transfer& transfer : page->transfers) found.push_back(world_->found(std::move(transfer)));
    then(std::move(found), page->next);
  });
}

std::vector<std::string> Engine::movers_with_work() const {
  std::vector<std::string> ids;
  for (const auto& [id, mover] : world_->movers) ids.push_back(id);
  return ids;
}

std::vector<CredentialFacts> Engine::credentials(const std::string& owner) const {
  return world_->credentials_of(owner);
}

bool Engine::credential_in_use(const Uuid& id) const {
  return std::any_of(world_->by_file.begin(), world_->by_file.end(), [&](const auto& one) {
    const auto& transfer = one.second->transfer;
    return transfer && (transfer->request.options.source_credential == id ||
                        transfer->request.options.destination_credential == id);
  });
}

void Engine::set_listener(Listener* listener) {
  world_->listener = listener;
}

void Engine::tick() {
  if (!world_->open) return;
  world_->ticked = true;
  world_->retry_stuck();
  world_->fire_timers();
  world_->work_gates();
  if (std::exchange(world_->ledger_unread, false)) world_->read_ledger();
  world_->work_ledger();
  world_->drain_idle();
  world_->settle_limits();
  for (const auto& [id, whole] : world_->wholes) world_->untended.insert(id);
  world_->schedule();
}

Instant Engine::next_wake() const {
  const World& world = *world_;
  const Instant now = world.clock.now().instant;
  if (world.open && !world.ticked) return now;  // what was read at the start waits for a first turn
  Instant next = now + housekeeping;
  if (!world.timers.empty()) next = std::min(next, world.timers.begin()->first);
  for (const auto& [key, gate] : world.gates) {
    next = std::min(next, gate.probing ? gate.probed_at + probe_answer_within : gate.next_probe);
  }
  for (const auto& [id, entry] : world.ledger) {
    if (entry.mover.empty() && !entry.saving)
      next = std::min(next, std::max(entry.next_try, now + retry_save));
  }
  if (const auto due = world.next_limit_wake()) next = std::min(next, *due);
  if (world.no_start_before > now) next = std::min(next, world.no_start_before);
  if (!world.stuck.empty()) next = std::min(next, now + retry_save);
  return next;
}

std::vector<Engine::LinkFigures> Engine::links(const std::string& owner) const {
  std::map<std::pair<Endpoint, Endpoint>, LinkFigures> links;
  for (const auto& [file, strand] : world_->by_file) {
    if (strand->owner != owner || !strand->transfer || is_whole(strand->transfer->file)) continue;
    const Request& request = strand->transfer->request;
    LinkFigures& link = links[{request.source.endpoint, request.destination.endpoint}];
    link.source = request.source.endpoint;
    link.destination = request.destination.endpoint;
    if (strand->transfer->file.status == Status::active) ++link.active;
    if (strand->transfer->file.status == Status::committed) ++link.waiting;
    const auto live = world_->live.find(file);
    if (live != world_->live.end()) link.rate += live->second.rate;
  }
  std::vector<LinkFigures> figures;
  for (auto& [key, link] : links) figures.push_back(std::move(link));
  return figures;
}

std::vector<Engine::EndpointFigures> Engine::endpoints() const {
  std::vector<EndpointFigures> figures;
  const Now now = world_->clock.now();
  for (const auto& [endpoint, row] : world_->endpoints) {
    EndpointFigures one{endpoint, row.down_since.has_value(), row.down_since, std::nullopt,
                        row.fault};
    const auto gate = world_->gates.find({Hold::endpoint_down, endpoint, "", std::nullopt});
    if (gate != world_->gates.end()) {
      one.next_probe = now.wall + std::max(Duration{0}, gate->second.next_probe - now.instant);
    }
    figures.push_back(std::move(one));
  }
  return figures;
}

Engine::Totals Engine::totals() const {
  Totals totals;
  for (const auto& [owner, ranks] : world_->ranks) totals.waiting += ranks.size();
  totals.active = world_->active;
  totals.movers = world_->movers.size();
  totals.stale_words = world_->stale_words;
  totals.saves_failed = world_->saves_failed;
  totals.store = world_->store.cost();
  for (const auto& [key, strand] : world_->strands) totals.mail += strand->mail.size();
  return totals;
}

}  // namespace rft
