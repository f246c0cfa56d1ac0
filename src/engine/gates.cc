// Outages that are known once: gates close on a fault, are probed, and open for all at once.
#include <algorithm>

#include "core/credential.h"
#include "engine/world.h"

namespace rft {
namespace {

constexpr Duration login_saved_every = 1h;

bool touches(const LaneKey& lane, const GateKey& key) {
  switch (key.reason) {
    case Hold::endpoint_down:
      return lane.source == key.endpoint || lane.destination == key.endpoint;
    case Hold::credential:
      return lane.owner == key.owner &&
             ((lane.source == key.endpoint && lane.source_credential == key.credential) ||
              (lane.destination == key.endpoint && lane.destination_credential == key.credential));
    default:
      return lane.owner == key.owner && lane.destination == key.endpoint;
  }
}

}  // namespace

void Engine::World::close(const GateKey& key, const Fault& fault) {
  const Now now = clock.now();
  const auto found = gates.find(key);
  if (found != gates.end()) return keep_closed(found->second, key, fault, now);
  gates.emplace(key, close_gate(key, fault, now));
  if (key.reason != Hold::endpoint_down) return;
  EndpointRow& row = endpoints[key.endpoint];
  row.endpoint = key.endpoint;
  row.down_since = now.wall;
  row.fault = fault;
  Saving saving;
  saving.endpoints.push_back(row);
  save(std::move(saving), [](Saved) {});
}

void Engine::World::open_gate(const GateKey& key) {
  if (gates.erase(key) == 0) return;
  probers.erase(key);
  canaries.erase(key);
  gate_opened();
  if (key.reason != Hold::endpoint_down) return;
  EndpointRow& row = endpoints[key.endpoint];
  row.endpoint = key.endpoint;
  row.down_since.reset();
  row.fault.reset();
  Saving saving;
  saving.endpoints.push_back(row);
  save(std::move(saving), [](Saved) {});
}

void Engine::World::logged_in(const Endpoint& endpoint) {
  open_gate({Hold::endpoint_down, endpoint, "", std::nullopt});
  const WallTime now = clock.now().wall;
  EndpointRow& row = endpoints[endpoint];
  row.endpoint = endpoint;
  if (row.last_login && now - *row.last_login < login_saved_every) return;
  row.last_login = now;
  Saving saving;
  saving.endpoints.push_back(row);
  save(std::move(saving), [](Saved) {});
}

void Engine::World::probed(const Probed& word) {
  std::vector<GateKey> asked;
  for (const auto& [key, gate] : gates) {
    const bool same = key.endpoint == word.endpoint && gate.probing &&
                      (key.reason == Hold::endpoint_down ||
                       (key.reason == Hold::credential && key.credential == word.credential));
    if (same) asked.push_back(key);
  }
  for (const GateKey& key : asked) {
    probers.erase(key);
    const bool about_this = word.fault && entry(word.fault->code).hold == key.reason;
    // Any other answer than the gate's own reason shows that the reason is gone.
    if (about_this) {
      Fault fault = *word.fault;
      fault.side = gates.at(key).fault.side;
      keep_closed(gates.at(key), key, fault, clock.now());
    } else {
      open_gate(key);
    }
  }
  if (!word.fault) logged_in(word.endpoint);
}

bool Engine::World::resolves(const GateKey& key) const {
  const auto chosen = choose_credential(credentials_of(key.owner), key.endpoint, key.credential,
                                        Side::none, clock.now().wall);
  return chosen.has_value();
}

void Engine::World::send_probe(const GateKey& key, const std::string& mover) {
  const std::string& owner = movers.at(mover).owner;
  std::optional<Uuid> credential = key.credential;
  if (!credential) {
    const auto chosen = choose_credential(credentials_of(owner), key.endpoint, std::nullopt,
                                          Side::none, clock.now().wall);
    if (chosen) credential = *chosen;
  }
  movers_port.order(mover, ProbeOrder{key.endpoint, credential});
}

void Engine::World::work_gates() {
  const Now now = clock.now();
  std::vector<GateKey> due;
  for (const auto& [key, gate] : gates) {
    if (probe_due(gate, now)) due.push_back(key);
  }
  for (const GateKey& key : due) {
    Gate& gate = gates.at(key);
    std::string owner;
    std::vector<Uuid> waiting;
    queue.each_lane([&](const LaneKey& lane, const std::set<Place>& places) {
      if (!touches(lane, key)) return;
      owner = lane.owner;
      for (const Place& place : places) waiting.push_back(place.file);
    });
    if (waiting.empty()) {  // nobody waits for it: known to be closed, not probed
      keep_closed(gate, key, gate.fault, now);
      continue;
    }
    if (key.reason == Hold::credential && !resolves(key)) {
      keep_closed(gate, key, gate.fault, now);
    } else if (key.reason == Hold::space) {
      const auto left = [&](const Uuid& file) {
        const File& f = by_file.at(file)->transfer->file;
        const std::uint64_t there = f.part.confirmed.bytes();
        return f.size > there ? f.size - there : 0;
      };
      const auto [least, most] =
          std::minmax_element(waiting.begin(), waiting.end(),
                              [&](const Uuid& a, const Uuid& b) { return left(a) < left(b); });
      keep_closed(gate, key, gate.fault, now);
      canaries[key] = *least;
      if (now.wall - gate.since > space_patience && *most != *least) {
        deliver(*by_file.at(*most), SpaceMail{});
      }
    } else {
      const auto mover = mover_for(owner, false);
      if (!mover) {
        gate.next_probe = no_start_before;
        continue;
      }
      probe_sent(gate, now);
      probers[key] = *mover;
      if (movers.at(*mover).up) send_probe(key, *mover);
    }
    for (const Uuid& file : waiting) {
      const auto found = by_file.find(file);
      if (found == by_file.end() || !found->second->transfer) continue;
      const Transfer& transfer = *found->second->transfer;
      const bool over = is_over(transfer, memory_of(transfer), now);
      if (over && found->second->mail.empty()) deliver(*found->second, TimeMail{});
    }
  }
}

namespace {

// When it is done there is room at its destination: something was written there, or deleted.
bool has_room_now(const Transfer& done) {
  const bool changes_bytes =
      done.request.options.act == Act::move || done.request.options.act == Act::remove;
  return changes_bytes && done.file.kind != Kind::listing;
}

}  // namespace

// A mover's word, saved or stale, may tell something of an endpoint.
void Engine::World::after_word(const Strand& strand, const TaskWord& word) {
  if (!strand.transfer || strand.transfer->file.id != word.task.file) return;
  const Transfer& transfer = *strand.transfer;
  const Request& request = transfer.request;
  const bool many = transfer.file.kind == Kind::bundle;
  const GateKey space{Hold::space, request.destination.endpoint, request.owner, std::nullopt};
  if (const auto* moving = std::get_if<Moving>(&word.says)) {
    if (transfer.file.status != Status::active) return;
    Live& now = live[transfer.file.id];
    now = {many ? transfer.file.tally.bytes_done : transfer.file.part.confirmed.bytes(),
           transfer.file.bytes_sent + moving->bytes_sent, moving->rate, moving->streams,
           moving->doing};
  } else if (const auto* failed = std::get_if<Failed>(&word.says)) {
    const LaneKey lane = lane_of(transfer);
    const auto key = gate_of(failed->fault, lane.source, lane.destination, lane.owner,
                             lane.source_credential, lane.destination_credential);
    if (key) close(*key, failed->fault);
  } else if (std::holds_alternative<Verified>(word.says) ||
             std::holds_alternative<BundleVerified>(word.says) ||
             (std::holds_alternative<Done>(word.says) && has_room_now(transfer))) {
    open_gate(space);
  }
}

void Engine::credential_changed(const CredentialFacts& facts) {
  world_->credentials[facts.id] = facts;
  std::vector<GateKey> opened;
  for (const auto& [key, gate] : world_->gates) {
    if (key.reason == Hold::credential && key.owner == facts.owner) opened.push_back(key);
  }
  for (const GateKey& key : opened) world_->open_gate(key);
  // Lanes are named by credentials: what waits is put where it belongs now.
  for (const auto& [file, strand] : world_->by_file) {
    if (strand->owner != facts.owner || !strand->transfer) continue;
    if (strand->transfer->file.status != Status::committed || strand->granting) continue;
    world_->unindex(*strand);
    world_->index(*strand);
  }
  world_->schedule();
}

void Engine::credential_removed(const Uuid& id) {
  world_->credentials.erase(id);
}

}  // namespace rft
