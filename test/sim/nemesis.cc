// Nemesis: what goes wrong with whole parts of a world, and how it is put right at the end.
#include <fmt/format.h>

#include "sim/world.h"

namespace rft::sim {

void World::nemesis() {
  if (weather_.fair()) return;
  events_.in(dice_.between(Duration(300), Duration(2'000)), [this] { nemesis(); });
  hit_service();
  hit_movers();
  hit_servers();
}

void World::start_daemon() {
  const Daemon::Place place{events_, dice_, weather_, servers_, laws_, machine_, mutant_};
  daemon_ =
      std::make_unique<Daemon>(place, tables_, [this](const std::string& line) { say(line); });
}

void World::crash(Duration away) {
  if (!daemon_) return;
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

void World::crash_machine() {
  say("the machine dies");
  servers_.cut_all();
  machine_.of_this_boot.clear();
  while (!machine_.movers.empty()) {
    kill(machine_, machine_.movers.begin()->first, servers_, laws_, events_.now());
  }
  crash(dice_.between(Duration(5'000), Duration(60'000)));
}

void World::hit_service() {
  if (weather_.strikes(FaultKind::daemon_crash))
    crash(dice_.between(Duration(50), Duration(15'000)));
  if (weather_.strikes(FaultKind::daemon_away)) {
    crash(dice_.between(Duration(31'000), Duration(90'000)));
  }
  if (daemon_ && weather_.strikes(FaultKind::machine_crash)) crash_machine();
  if (daemon_ && weather_.strikes(FaultKind::store_out)) {
    daemon_->store().fail_until(events_.now() + dice_.between(Duration(1'000), Duration(20'000)));
  }
  if (weather_.strikes(FaultKind::wall_jumps)) {
    const Duration by = dice_.between(Duration(0), Duration(7'200'000)) - Duration(3'600'000);
    say(fmt::format("the wall clock jumps by {} ms", by.count()));
    events_.jump_wall(by);
  }
  if (daemon_ && daemon_->is_open() && weather_.strikes(FaultKind::credential_lapses)) {
    CredentialFacts& facts = credentials_[dice_.below(credentials_.size())];
    facts.not_after = events_.wall() + dice_.between(Duration(0), Duration(10'000));
    ++facts.version;
    say("a proxy of " + facts.owner + " is about to expire");
    daemon_->engine().credential_changed(facts);
    tables_.credentials[facts.id] = {facts, "sealed"};
    const std::size_t at = static_cast<std::size_t>(&facts - credentials_.data());
    events_.in(dice_.between(Duration(5'000), Duration(60'000)), [this, at] { renew(at); });
  }
}

MoverProcess* World::any_mover(std::string& name) {
  if (machine_.movers.empty()) return nullptr;
  auto chosen = machine_.movers.begin();
  std::advance(chosen, static_cast<std::ptrdiff_t>(dice_.below(machine_.movers.size())));
  name = chosen->first;
  return chosen->second.get();
}

void World::hit_movers() {
  if (weather_.strikes(FaultKind::movers_barred)) {
    say("no mover starts");
    machine_.barred_until = events_.now() + dice_.between(Duration(5'000), Duration(90'000));
  }
  std::string mover;
  if (any_mover(mover) && weather_.strikes(FaultKind::mover_killed)) {
    say("mover " + mover + " is killed");
    kill(machine_, mover, servers_, laws_, events_.now());
    events_.in(dice_.between(Duration(1), Duration(3'000)), [this, mover] {
      if (daemon_) daemon_->mover_ended(mover);
    });
  }
  if (any_mover(mover) && weather_.strikes(FaultKind::mover_frozen)) freeze_mover(mover);
  if (any_mover(mover) && daemon_ && weather_.strikes(FaultKind::line_lost)) {
    daemon_->lose_line(mover, dice_.between(Duration(50), Duration(45'000)));
  }
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

Server& World::any_server() {
  return servers_.at(endpoints_[dice_.below(endpoints_.size())]);
}

void World::hit_servers() {
  Server& server = any_server();
  const auto later = [this](Duration least, Duration most, std::function<void()> what) {
    events_.in(dice_.between(least, most), std::move(what));
  };
  if (server.up && weather_.strikes(FaultKind::server_down)) {
    say(server.endpoint.text() + " dies");
    servers_.go_down(server, dice_.chance(400'000));
    later(1s, 90s, [this, &server] { servers_.come_up(server); });
  }
  if (weather_.strikes(FaultKind::login_refused)) {
    server.refuses_login = true;
    later(1s, 150s, [&server] { server.refuses_login = false; });
  }
  if (weather_.strikes(FaultKind::server_full)) {
    say(server.endpoint.text() + " is full");
    server.full = true;
    later(1s, 200s, [&server] { server.full = false; });
  }
  if (weather_.strikes(FaultKind::rename_barred)) {
    server.refuses_rename = true;
    later(5s, 200s, [&server] { server.refuses_rename = false; });
  }
  if (weather_.strikes(FaultKind::source_changes)) change_source();
}

void World::change_source() {
  const UserTransfer& transfer = transfers_[dice_.below(transfers_.size())];
  const auto& [endpoint, path] = sources_.at(transfer.source);
  const std::uint64_t size = dice_.chance(500'000)
                                 ? servers_.at(endpoint).files.at(path)->content.size
                                 : dice_.between(1, 18 * block_size);
  Content content = content_of(transfer.source, ++source_versions_[transfer.source], size);
  say(path + " is written anew");
  laws_.source_written(transfer.source, content);
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
