#include "sim/daemon.h"

#include <fmt/format.h>

#include "daemon/order_credentials.h"
#include "sim/virtual_async.h"

namespace rft::sim {
namespace {

constexpr Duration lease{30'000};
constexpr Duration renew{5'000};
constexpr Duration mute_max{30'000};
constexpr std::uint64_t ticks_a_second_max = 500;  // P11: more is a loop that spins

Limits limits_of(Dice& dice) {
  Limits limits;
  limits.active_max = static_cast<std::uint32_t>(dice.between(2, 8));
  limits.active_per_endpoint_max = static_cast<std::uint32_t>(dice.between(2, 8));
  limits.tasks_per_mover_max = static_cast<std::uint32_t>(dice.between(1, 4));
  if (limits.active_max % 2 == 0) limits.memory_for_open = 0;
  return limits;
}

}  // namespace

void kill(Machine& machine, const std::string& mover, Servers& servers, Moments& moments,
          const Laws& laws, Instant now) {
  constexpr Duration told_within{10'000};
  const Instant trouble = std::max(laws.last_trouble(), laws.line_trouble());
  for (const Task& task : machine.movers.at(mover)->tasks()) {
    if (trouble >= now - told_within) servers.excuse(task);
    machine.lately_orphaned.emplace_back(now, task);
    moments.gone(task);
  }
  machine.movers.erase(mover);
}

Daemon::Daemon(Place place, MemoryTables tables, Trace trace)
    : place_(place),
      trace_(std::move(trace)),
      store_({place.events, place.dice, place.weather, place.laws, place.moments, place.mutants},
             std::move(tables)),
      engine_(store_, *this, *this, limits_of(place.dice), "sim") {
  place_.machine.has_words = [this](const std::string& mover) {
    if (lines_.contains(mover)) pump_at(mover, place_.events.now());
  };
  store_.tell_answered([this] { look_at_clock(); });
  store_.tell_orders([this](const std::vector<OutboxRow>& orders) {
    for (const OutboxRow& row : orders) order(row.mover, row.order);
  });
  open_engine();
}

Daemon::~Daemon() {
  place_.machine.has_words = nullptr;
}

void Daemon::after(Duration delay, std::function<void()> what) {
  place_.events.in(delay, [alive = std::weak_ptr(alive_), what = std::move(what)] {
    if (!alive.expired()) what();
  });
}

void Daemon::open_engine() {
  engine_.start([this](Result<void> started) {
    if (!started) return after(1s, [this] { open_engine(); });
    open_ = true;
    take_back();
    look_after_movers();
    look_at_clock();
  });
}

MoverProcess* Daemon::process(const std::string& mover) {
  const auto found = place_.machine.movers.find(mover);
  return found == place_.machine.movers.end() ? nullptr : found->second.get();
}

// A new rftd asks live movers and reads spool files first.
void Daemon::take_back() {
  const std::vector<std::string> with_work = engine_.movers_with_work();
  std::set<std::string> known;
  if (!place_.mutants.has(Mutant::live_movers_not_asked)) {
    for (const auto& [mover, process] : place_.machine.movers) {
      known.insert(mover);
      connect(mover, place_.dice.between(Duration(1), Duration(50)));
    }
  }
  if (place_.mutants.has(Mutant::spool_unread)) place_.machine.spools.clear();
  std::vector<std::string> spooled;
  for (const auto& [mover, words] : place_.machine.spools) spooled.push_back(mover);
  for (const std::string& mover : spooled) {
    known.insert(mover);
    gone(mover, true);
  }
  for (const std::string& mover : with_work) {
    if (!known.contains(mover)) gone(mover, true);
  }
}

// How long its servers were left without a kernel of ours that closes its connections: not at all
// where it ended on this boot of the machine.
Duration Daemon::silence_before(const std::string& mover) const {
  const auto life = place_.machine.last_life.find(mover);
  const bool closed = place_.machine.of_this_boot.contains(mover);
  return closed || life == place_.machine.last_life.end() ? 0ms
                                                          : place_.events.now() - life->second;
}

void Daemon::connect(const std::string& mover, Duration delay) {
  lines_[mover].heard = place_.events.now();
  after(delay, [this, mover] { connected(mover); });
}

void Daemon::connected(const std::string& mover) {
  MoverProcess* process = this->process(mover);
  const auto line = lines_.find(mover);
  if (!process || line == lines_.end()) return;
  if (process->frozen_since()) return connect(mover, 1s);
  line->second.connection = ++place_.machine.connections;
  line->second.heard = place_.events.now();
  process->connected(line->second.connection);
  process->renew_lease(lease);
  trace_("mover " + mover + " is up");
  engine_.mover_up(mover, process->owner(), process->tasks());
  pump(mover);
  look_at_clock();
}

// Who waits for a mover waits on.
void Daemon::start_failed(const std::string& mover, const std::string& owner, FaultKind kind) {
  for (const auto& [id, transfer] : store_.tables().transfers) {
    if (transfer.request.owner == owner) place_.weather.touches(kind, transfer.file.id);
  }
  for (const auto& [id, part] : store_.tables().ledger) {
    if (part.owner == owner) place_.weather.touches(kind, id);
  }
  after(place_.dice.between(Duration(30), Duration(400)), [this, mover] {
    gone(mover, false);
    look_at_clock();
  });
}

void Daemon::start(const std::string& mover, const std::string& owner) {
  lines_[mover].heard = place_.events.now();
  if (++starts_this_minute_ > 100) place_.laws.break_law("P11", "movers are started in a loop");
  if (place_.events.now() < place_.machine.barred_until) {
    return start_failed(mover, owner, FaultKind::movers_barred);
  }
  if (place_.weather.strikes(FaultKind::mover_start_fails)) {
    return start_failed(mover, owner, FaultKind::mover_start_fails);
  }
  place_.machine.movers[mover] = fork(mover, owner);
  place_.machine.last_life[mover] = place_.events.now();
  place_.machine.of_this_boot.insert(mover);
  connect(mover, place_.dice.between(Duration(30), Duration(400)));
}

std::unique_ptr<MoverProcess> Daemon::fork(const std::string& mover, const std::string& owner) {
  MoverProcess::Told told;
  Machine& machine = place_.machine;
  Laws& laws = place_.laws;
  Moments& moments = place_.moments;
  Events& events = place_.events;
  told.has_words = [&machine, mover] {
    if (machine.has_words) machine.has_words(mover);
  };
  told.said = [&laws, mover](const Task& task, const TaskSays& says) {
    laws.said(mover, task, says);
  };
  told.ended = [&machine, &events, &moments, mover](std::vector<TaskWord> words) {
    events.in(Duration(0), [&machine, &moments, mover, words = std::move(words)] {
      for (const Task& task : machine.movers.at(mover)->tasks()) {
        if (moments.of(task) != Moment::reported) moments.gone(task);
      }
      if (!words.empty()) machine.spools[mover] = words;
      machine.movers.erase(mover);
    });
  };
  const MoverProcess::Place place{
      place_.events, place_.dice,    place_.weather, place_.servers,
      place_.laws,   place_.moments, place_.mutants, machine.folders_due_max};
  return std::make_unique<MoverProcess>(place, owner, std::move(told));
}

// Messages arrive in order, and only over the connection on which they were sent.
void Daemon::send(const std::string& mover, std::function<void(MoverProcess&)> message) {
  const auto line = lines_.find(mover);
  if (line == lines_.end() || line->second.connection == 0) return;
  Instant& last = line->second.last_down;
  last = std::max(last, place_.events.now() + place_.dice.between(Duration(0), Duration(15)));
  place_.events.at(last, [&machine = place_.machine, mover, number = line->second.connection,
                          message = std::move(message)] {
    const auto found = machine.movers.find(mover);
    if (found != machine.movers.end() && found->second->connection == number) {
      message(*found->second);
    }
  });
}

void Daemon::order(const std::string& mover, const Order& order) {
  place_.laws.ordered(order, store_.tables());
  if (const auto task = task_of(order)) remember(task->epoch);
  send(mover, [order](MoverProcess& process) { process.take(order); });
}

// As Instance::grant, before the order goes out.
void Daemon::remember(std::uint32_t epoch) {
  Machine& machine = place_.machine;
  machine.newest_ordered = std::max(machine.newest_ordered, epoch);
  Progress& known = machine.instance.progress;
  if (place_.mutants.has(Mutant::epochs_not_remembered) || epoch <= known.newest_epoch) return;
  known = {epoch, store_.tables().marks.seq};
}

void Daemon::acknowledge(const std::string& mover, const Task& task, std::uint64_t seq) {
  if (const auto spool = place_.machine.spools.find(mover); spool != place_.machine.spools.end()) {
    std::erase_if(spool->second,
                  [&](const TaskWord& word) { return word.task == task && word.seq == seq; });
    if (spool->second.empty()) place_.machine.spools.erase(spool);
    return;
  }
  send(mover, [task, seq](MoverProcess& process) { process.acknowledge(task, seq); });
}

void Daemon::drain(const std::string& mover) {
  send(mover, [](MoverProcess& process) { process.drain(); });
}

void Daemon::pump_at(const std::string& mover, Instant when) {
  Line& line = lines_[mover];
  if (line.pump && *line.pump <= when) return;
  line.pump = when;
  after(when - place_.events.now(), [this, mover, when] {
    const auto found = lines_.find(mover);
    if (found == lines_.end() || found->second.pump != when) return;
    found->second.pump.reset();
    pump(mover);
  });
}

// What the mover has to say is brought over, and looked for again when it may have more.
void Daemon::pump(const std::string& mover) {
  MoverProcess* process = this->process(mover);
  const auto line = lines_.find(mover);
  if (!process || line == lines_.end() || line->second.connection == 0) return;
  if (process->frozen_since()) return;  // it is looked at again when it goes on
  for (Word& word : process->take_due()) {
    Instant& last = line->second.last_up;
    last = std::max(last, place_.events.now() + place_.dice.between(Duration(0), Duration(15)));
    after(last - place_.events.now(),
          [this, mover, number = line->second.connection, word = std::move(word)] {
            const auto found = lines_.find(mover);
            if (found == lines_.end() || found->second.connection != number) return;
            found->second.heard = place_.events.now();
            hear(mover, word);
          });
  }
  if (const auto next = process->next_due()) pump_at(mover, *next);
}

void Daemon::hear(const std::string& mover, Word word) {
  let_through(word);
  const auto* said = std::get_if<TaskWord>(&word);
  if (said && place_.mutants.has(Mutant::words_acknowledged_early)) {
    acknowledge(mover, said->task, said->seq);
  }
  engine_.heard(mover, word);
  look_at_clock();
}

void Daemon::let_through(Word& word) const {
  auto* said = std::get_if<TaskWord>(&word);
  if (!said) return;
  if (auto* told = std::get_if<FoldersListed>(&said->says)) let_through(*told);
  if (place_.mutants.has(Mutant::no_fence)) {
    for (const auto& [id, transfer] : store_.tables().transfers) {
      const File& file = transfer.file;
      if (file.id != said->task.file || file.epoch <= said->task.epoch) continue;
      said->task.epoch = file.epoch;
      said->seq = file.heard + 1;
    }
  }
  if (place_.mutants.has(Mutant::markers_kept)) {
    auto* failed = std::get_if<Failed>(&said->says);
    if (failed && failed->fault.code == FaultCode::checksum_differs) {
      failed->fault.code = FaultCode::cut;
    }
  }
}

void Daemon::let_through(FoldersListed& told) const {
  const Mutants& mutants = place_.mutants;
  for (Listed& one : told.folders) {
    std::vector<std::string>& apart = one.folders_apart;
    const std::vector<std::string> named = apart;
    if (mutants.has(Mutant::folders_apart_twice)) {
      apart.insert(apart.end(), named.begin(), named.end());
    }
    if (mutants.has(Mutant::folders_apart_here)) {
      one.folders.insert(one.folders.end(), apart.begin(), apart.end());
      apart.clear();
    }
    if (mutants.has(Mutant::folders_apart_lost)) apart.clear();
  }
}

void Daemon::gone(const std::string& mover, bool with_us) {
  lines_.erase(mover);
  trace_(fmt::format("mover {} is gone{}", mover, with_us ? " with us" : ""));
  if (const auto spool = place_.machine.spools.find(mover); spool != place_.machine.spools.end()) {
    const std::vector<TaskWord> words = spool->second;
    for (const TaskWord& word : words) hear(mover, word);
  }
  engine_.mover_gone(mover, with_us, silence_before(mover));
}

void Daemon::mover_ended(const std::string& mover) {
  if (!open_) return;
  const auto line = lines_.find(mover);
  if (line == lines_.end() || process(mover)) return;
  gone(mover, false);
  look_at_clock();
}

void Daemon::lose_line(const std::string& mover, Duration away) {
  const auto line = lines_.find(mover);
  if (line == lines_.end() || line->second.connection == 0) return;
  trace_(fmt::format("the line to mover {} is lost for {} ms", mover, away.count()));
  place_.laws.line_trouble_until(place_.events.now() + away);
  line->second.connection = 0;
  if (MoverProcess* process = this->process(mover)) process->connection = 0;
  connect(mover, away);
}

void Daemon::look_after_movers() {
  std::vector<std::string> movers;
  for (const auto& [mover, line] : lines_) movers.push_back(mover);
  for (const std::string& mover : movers) {
    MoverProcess* process = this->process(mover);
    if (!process) {
      mover_ended(mover);
      continue;
    }
    const Line& line = lines_.at(mover);
    const auto frozen = process->frozen_since();
    if (frozen && place_.events.now() - std::max(*frozen, line.heard) >= mute_max) {
      trace_("mover " + mover + " is mute and is killed");
      kill(place_.machine, mover, place_.servers, place_.moments, place_.laws, place_.events.now());
      mover_ended(mover);
      continue;
    }
    if (line.connection == 0 || frozen) continue;
    place_.machine.last_life[mover] = place_.events.now();
    lines_.at(mover).heard = place_.events.now();
    send(mover, [](MoverProcess& one) { one.renew_lease(lease); });
  }
  starts_this_minute_ = starts_this_minute_ > 8 ? starts_this_minute_ - 8 : 0;
  after(renew, [this] { look_after_movers(); });
}

void Daemon::look_at_clock() {
  if (!open_) return;
  const Instant next = std::max(engine_.next_wake(), place_.events.now() + Duration(1));
  if (wake_ && wake_->first <= next) return;
  if (wake_) place_.events.cancel(*wake_);
  wake_ = place_.events.at(next, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) tick();
  });
}

void Daemon::tick() {
  wake_.reset();
  const auto second = std::chrono::floor<std::chrono::seconds>(place_.events.now());
  ticks_this_second_ = second == this_second_ ? ticks_this_second_ + 1 : 0;
  this_second_ = second;
  if (ticks_this_second_ > ticks_a_second_max)
    place_.laws.break_law("P11", "the engine's loop spins");
  engine_.tick();
  look_at_clock();
}

}  // namespace rft::sim
