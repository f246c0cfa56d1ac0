// Nemesis: what goes wrong with whole parts of a world, and how it is put right at the end.
#include <fmt/format.h>

#include "sim/world.h"

namespace rft::sim {
namespace {

// In the order in which they are drawn.
constexpr std::array of_the_nemesis{
    FaultKind::daemon_crash,  FaultKind::daemon_away,   FaultKind::machine_crash,
    FaultKind::store_out,     FaultKind::wall_jumps,    FaultKind::credential_lapses,
    FaultKind::movers_barred, FaultKind::mover_killed,  FaultKind::mover_frozen,
    FaultKind::line_lost,     FaultKind::server_down,   FaultKind::login_refused,
    FaultKind::server_full,   FaultKind::rename_barred, FaultKind::source_changes,
    FaultKind::tail_lost,
};

}  // namespace

void World::nemesis() {
  if (weather_.fair()) return;
  events_.in(dice_.between(Duration(300), Duration(2'000)), [this] { nemesis(); });
  if (weather_.has(FaultKind::tail_lost) && dice_.chance(200'000)) copy_ = tables();
  for (const FaultKind kind : of_the_nemesis) {
    if (weather_.strikes(kind)) strike(kind, std::nullopt);
  }
}

// `aimed`: whom it must hit.
void World::strike(FaultKind kind, const std::optional<Uuid>& aimed) {
  switch (kind) {
    case FaultKind::mover_killed:
    case FaultKind::mover_frozen:
    case FaultKind::line_lost:
      return strike_mover(kind, aimed);
    case FaultKind::server_down:
    case FaultKind::login_refused:
    case FaultKind::server_full:
    case FaultKind::rename_barred:
      return strike_server(kind, server_for(kind, aimed));
    case FaultKind::source_changes: {
      const auto transfer = aimed ? transfer_of(*aimed) : std::nullopt;
      return change_source(transfer.value_or(dice_.below(transfers_.size())));
    }
    default:
      return strike_service(kind);
  }
}

void World::start_daemon() {
  machine_.instance.id = tables_.instance;
  const Daemon::Place place{events_, dice_,    weather_, servers_,
                            laws_,   moments_, machine_, mutants_};
  daemon_ =
      std::make_unique<Daemon>(place, tables_, [this](const std::string& line) { say(line); });
}

void World::crash(Duration away) {
  say(fmt::format("rftd dies for {} ms", away.count()));
  laws_.trouble_until(events_.now() + away);
  // What dead movers had said and rftd had not saved is lost with it.
  for (const auto& [when, task] : std::exchange(machine_.lately_orphaned, {})) {
    if (when >= events_.now() - 10s) servers_.excuse(task);
  }
  tables_ = daemon_->store().tables();
  daemon_.reset();
  events_.in(away, [this] {
    if (!daemon_) start_daemon();
  });
}

// The disk gives back a database that it had some time ago (which breaks what a store must keep).
// The instance file must tell (P5): what movers were ordered is not in it, and would be ordered
// again. Its operator has the right one.
void World::lose_tail() {
  crash(dice_.between(Duration(1'000), Duration(30'000)));
  if (!copy_) return;
  const InstanceRecord older{copy_->instance, {copy_->marks.epoch, copy_->marks.seq}};
  const auto why = why_restored(machine_.instance, older);
  if (why) return say("rftd does not start on a database that is older: " + *why);
  if (older.progress.newest_epoch < machine_.newest_ordered) {
    laws_.break_law("P5", "a database that knows less than was ordered is taken for the right one");
  }
}

void World::crash_machine() {
  say("the machine dies");
  servers_.cut_all();
  machine_.of_this_boot.clear();
  while (!machine_.movers.empty()) {
    kill(machine_, machine_.movers.begin()->first, servers_, moments_, laws_, events_.now());
  }
  crash(dice_.between(Duration(5'000), Duration(60'000)));
}

void World::strike_service(FaultKind kind) {
  if (kind == FaultKind::wall_jumps) {
    weather_.hits_all(kind);
    const Duration by = dice_.between(Duration(0), Duration(7'200'000)) - Duration(3'600'000);
    say(fmt::format("the wall clock jumps by {} ms", by.count()));
    return events_.jump_wall(by);
  }
  if (kind == FaultKind::movers_barred) {
    say("no mover starts");
    machine_.barred_until = events_.now() + dice_.between(Duration(5'000), Duration(90'000));
    return;
  }
  if (!daemon_) return;
  if (kind == FaultKind::credential_lapses) return lapse_credential();
  weather_.hits_all(kind);
  if (kind == FaultKind::daemon_crash) {
    crash(dice_.between(Duration(50), Duration(15'000)));
  } else if (kind == FaultKind::daemon_away) {
    crash(dice_.between(Duration(31'000), Duration(90'000)));
  } else if (kind == FaultKind::machine_crash) {
    crash_machine();
  } else if (kind == FaultKind::tail_lost) {
    lose_tail();
  } else if (kind == FaultKind::store_out) {
    daemon_->store().fail_until(events_.now() + dice_.between(Duration(1'000), Duration(20'000)));
  }
}

void World::lapse_credential() {
  if (!daemon_->is_open()) return;
  const std::size_t at = dice_.below(credentials_.size());
  CredentialFacts& facts = credentials_[at];
  facts.not_after = events_.wall() + dice_.between(Duration(0), Duration(3'000));
  ++facts.version;
  say("a proxy of " + facts.owner + " is about to expire");
  for (const auto& [id, transfer] : tables().transfers) {
    if (transfer.request.owner == facts.owner) {
      weather_.touches(FaultKind::credential_lapses, transfer.file.id);
    }
  }
  for (const auto& [id, part] : tables().ledger) {
    if (part.owner == facts.owner) weather_.touches(FaultKind::credential_lapses, id);
  }
  for (const UserTransfer& transfer : transfers_) {
    if (transfer.caller.owner != facts.owner || transfer.submits_open == 0) continue;
    weather_.hits_at(FaultKind::credential_lapses, Moment::submitting);
  }
  daemon_->engine().credential_changed(facts);
  tables_.credentials[facts.id] = {facts, "sealed"};
  events_.in(dice_.between(Duration(5'000), Duration(60'000)), [this, at] { renew(at); });
}

void World::strike_mover(FaultKind kind, const std::optional<Uuid>& aimed) {
  if (machine_.movers.empty()) return;
  auto chosen = machine_.movers.begin();
  std::advance(chosen, static_cast<std::ptrdiff_t>(dice_.below(machine_.movers.size())));
  const std::string mover = aimed ? mover_of(*aimed).value_or(chosen->first) : chosen->first;
  if (kind == FaultKind::line_lost && !daemon_) return;
  for (const auto& [id, transfer] : tables().transfers) {
    if (transfer.file.mover == mover) weather_.touches(kind, transfer.file.id);
  }
  if (kind == FaultKind::mover_frozen) return freeze_mover(mover);
  if (kind == FaultKind::line_lost) {
    return daemon_->lose_line(mover, dice_.between(Duration(50), Duration(45'000)));
  }
  say("mover " + mover + " is killed");
  kill(machine_, mover, servers_, moments_, laws_, events_.now());
  events_.in(dice_.between(Duration(1), Duration(3'000)), [this, mover] {
    if (daemon_) daemon_->mover_ended(mover);
  });
}

void World::freeze_mover(const std::string& mover) {
  MoverProcess& process = *machine_.movers.at(mover);
  if (process.frozen_since()) return;
  const Duration length = dice_.between(Duration(500), Duration(60'000));
  say(fmt::format("mover {} is frozen for {} ms", mover, length.count()));
  laws_.line_trouble_until(events_.now() + length);
  process.freeze();
  events_.in(length, [this, mover] {
    const auto found = machine_.movers.find(mover);
    if (found == machine_.movers.end() || !found->second->frozen_since()) return;
    say("mover " + mover + " goes on");
    found->second->thaw();
    if (machine_.has_words) machine_.has_words(mover);
  });
}

void World::strike_server(FaultKind kind, Server& server) {
  const auto later = [this](Duration least, Duration most, std::function<void()> what) {
    events_.in(dice_.between(least, most), std::move(what));
  };
  say(fmt::format("{}: {}", server.endpoint.text(),
                  fault_rows[static_cast<std::size_t>(kind)].sentence));
  if (kind == FaultKind::server_down && server.up) {
    for (const auto& [id, transfer] : tables().transfers) {
      const Request& request = transfer.request;
      const bool of_it = request.source.endpoint == server.endpoint ||
                         request.destination.endpoint == server.endpoint;
      if (of_it) weather_.touches(kind, transfer.file.id);
    }
    for (const auto& [id, part] : tables().ledger) {
      if (part.destination.endpoint == server.endpoint) weather_.touches(kind, id);
    }
    servers_.go_down(server, dice_.chance(400'000));
    later(1s, 90s, [this, &server] { servers_.come_up(server); });
  } else if (kind == FaultKind::login_refused) {
    server.refuses_login = true;
    later(1s, 150s, [&server] { server.refuses_login = false; });
  } else if (kind == FaultKind::server_full) {
    server.full = true;
    later(1s, 200s, [&server] { server.full = false; });
  } else if (kind == FaultKind::rename_barred) {
    server.refuses_rename = true;
    later(5s, 200s, [&server] { server.refuses_rename = false; });
  }
}

void World::change_source(std::size_t number) {
  const UserTransfer& transfer = transfers_[number];
  if (transfer.sources.empty()) return;
  const std::uint64_t source = transfer.sources[dice_.below(transfer.sources.size())];
  const auto& [endpoint, path] = sources_.at(source);
  const std::uint64_t size = dice_.chance(500'000)
                                 ? servers_.at(endpoint).files.at(path)->content.size
                                 : dice_.between(1, size_.blocks * block_size);
  Content content = content_of(source, ++source_versions_[source], size);
  say(path + " is written anew");
  const auto id = tables().handles.find({transfer.caller.owner, transfer.submit.handle});
  if (id != tables().handles.end()) {
    weather_.touches(FaultKind::source_changes, tables().transfers.at(id->second).file.id);
    if (const auto parts = tables().parts.find(id->second); parts != tables().parts.end()) {
      for (const auto& [part, request] : parts->second) {
        weather_.touches(FaultKind::source_changes, tables().transfers.at(request).file.id);
      }
    }
  } else if (transfer.submits_open > 0) {
    weather_.hits_at(FaultKind::source_changes, Moment::submitting);
  }
  laws_.source_written(source, content);
  servers_.put(servers_.at(endpoint), path, std::move(content));
}

void World::renew(std::size_t at) {
  CredentialFacts& facts = credentials_[at];
  if (!daemon_ || !daemon_->is_open()) {
    events_.in(1s, [this, at] { renew(at); });
    return;
  }
  facts.not_after = events_.wall() + std::chrono::hours(1000);
  facts.renewed_at = events_.wall();
  ++facts.version;
  daemon_->engine().credential_changed(facts);
  tables_.credentials[facts.id] = {facts, "sealed"};
  daemon_->look_at_clock();
}

void World::clear_up() {
  weather_.clear_up();
  laws_.faults_stopped();
  machine_.barred_until = events_.now();
  for (auto& [endpoint, server] : servers_.all()) {
    servers_.come_up(server);
    server.refuses_login = server.full = server.refuses_rename = false;
  }
  for (auto& [mover, process] : machine_.movers) {
    if (process->frozen_since()) process->thaw();
    if (machine_.has_words) machine_.has_words(mover);
  }
  if (!daemon_) start_daemon();
  for (std::size_t i = 0; i < credentials_.size(); ++i) renew(i);
}

}  // namespace rft::sim
