// What the users of a world want, ask and are told.
#include <fmt/format.h>

#include "sim/world.h"

namespace rft::sim {
namespace {

constexpr Duration stop_must_rest_within{7'000};  // the 5 s of P9, and the time of a save

constexpr std::uint64_t mail_max = 200;  // of 8 transfers and their users

Endpoint endpoint_of(std::size_t number, bool gsi) {
  return {gsi ? Scheme::gsiftp : Scheme::ftp, fmt::format("host{}", number),
          default_port(gsi ? Scheme::gsiftp : Scheme::ftp)};
}

}  // namespace

void World::set_up() {
  tables_.instance = Uuid::v7(events_.wall(), dice_.bits());
  const std::size_t hosts = dice_.between(2, 4);
  for (std::size_t i = 0; i < hosts; ++i) {
    endpoints_.push_back(endpoint_of(i, dice_.chance(500'000)));
    servers_.add(endpoints_.back()).never_publishes = weather_.strikes(FaultKind::rename_never);
  }
  store_credentials();
  servers_.watch(
      [this](const Server& server, const std::string& path) { laws_.changed(server, path); });
  laws_.tell_events([this](const Event& event) {
    say(fmt::format("  {} {}: {} {} ({})", event.handle, word(event.status), event.who, event.what,
                    event.why));
  });
  laws_.watch_movers([this](const std::string& mover, const Task& task) {
    const auto found = machine_.movers.find(mover);
    return found != machine_.movers.end() && found->second->works_on(task);
  });
  const std::size_t count = dice_.between(4, 8);
  for (std::size_t i = 0; i < count; ++i) set_up_transfer(i);
}

void World::store_credentials() {
  for (const char* owner : {"uid:1", "uid:2"}) {
    CredentialFacts facts;
    facts.id = Uuid::v7(events_.wall(), dice_.bits());
    facts.owner = owner;
    facts.subject = fmt::format("/CN={}", owner);
    facts.not_after = events_.wall() + std::chrono::hours(100);
    facts.added_at = facts.renewed_at = events_.wall();
    credentials_.push_back(facts);
    tables_.credentials[facts.id] = {facts, "sealed"};
  }
}

void World::draw_options(Submit& submit) {
  Options& options = submit.options;
  options.existing = static_cast<Existing>(dice_.below(3));
  if (dice_.chance(100'000)) options.verify = static_cast<Verify>(dice_.between(1, 2));
  if (dice_.chance(100'000)) options.publish = Publish::in_place;
  if (dice_.chance(150'000)) options.resume = Resume::strict;
  if (dice_.chance(100'000)) options.max_tries = static_cast<std::uint32_t>(dice_.between(3, 30));
  if (dice_.chance(80'000)) {
    options.finish_by = events_.wall() + dice_.between(Duration(5'000), Duration(600'000));
  }
  if (dice_.chance(300'000)) submit.priority = static_cast<int>(dice_.below(101));
}

void World::set_up_transfer(std::size_t number) {
  UserTransfer transfer;
  const std::string owner = dice_.chance(600'000) ? "uid:1" : "uid:2";
  transfer.caller = {owner, owner};
  transfer.source = number + 1;
  Submit& submit = transfer.submit;
  submit.handle = fmt::format("t{}", number);
  const std::size_t from = dice_.below(endpoints_.size());
  const std::size_t to = (from + dice_.between(1, endpoints_.size() - 1)) % endpoints_.size();
  submit.source = {endpoints_[from], fmt::format("/data/s{}", number)};
  submit.destination = {endpoints_[to], fmt::format("/data/d{}", number)};
  draw_options(submit);
  const std::uint64_t size = dice_.chance(60'000) ? 0 : dice_.between(1, 18 * block_size);
  const Content content = content_of(transfer.source, 1, size);
  servers_.put(servers_.at(submit.source.endpoint), submit.source.path, content);
  sources_[transfer.source] = {submit.source.endpoint, submit.source.path};
  source_versions_[transfer.source] = 1;
  laws_.source_written(transfer.source, content);
  Expected expected;
  expected.sources = {transfer.source};
  expected.unproven =
      submit.options.verify != Verify::checksum || submit.options.publish == Publish::in_place;
  if (dice_.chance(150'000)) {
    const bool same = dice_.chance(400'000);
    expected.before = same ? content : content_of(1000 + number, 1, size);
    servers_.put(servers_.at(submit.destination.endpoint), submit.destination.path,
                 *expected.before);
  }
  laws_.expect(submit.destination.endpoint, submit.destination.path, expected);
  laws_.goes(owner, submit.handle, transfer.source);
  transfers_.push_back(std::move(transfer));
  events_.in(dice_.between(Duration(200), Duration(20'000)), [this, number] { user_acts(number); });
}

Call World::next_call(const UserTransfer& transfer) {
  const std::string& handle = transfer.submit.handle;
  Submit submit = transfer.submit;
  switch (dice_.below(14)) {
    case 0:
    case 1:
    case 2:
      return submit;
    case 3:
    case 4:
    case 5:
      submit.commit = true;
      return submit;
    case 6:
    case 7:
    case 8:
      return Commit{handle};
    case 9:
    case 10:
      return Stop{handle};
    case 11:
      return ChangePriority{handle, PriorityStep::push};
    case 12:
      return ChangePriority{handle, static_cast<int>(dice_.below(101))};
    default:
      return Clear{handle};
  }
}

void World::user_acts(std::size_t number) {
  if (weather_.fair()) return;
  const UserTransfer& transfer = transfers_[number];
  Asked asked{number, next_call(transfer), "", ++calls_, events_.now()};
  if (dice_.chance(700'000)) asked.key = fmt::format("key{}", asked.number);
  if (std::holds_alternative<Clear>(asked.call)) {
    laws_.clear_asked(transfer.caller.owner, transfer.submit.handle);
  }
  ++open_calls_;
  ask(std::move(asked));
  events_.in(dice_.between(Duration(500), Duration(60'000)), [this, number] { user_acts(number); });
}

// Asks until there is an answer: one that is lost with rftd is asked for again.
void World::ask(Asked asked) {
  const auto again = [this, asked] {
    events_.in(dice_.between(Duration(200), Duration(5'000)), [this, asked] { ask(asked); });
  };
  if (!daemon_ || !daemon_->is_open()) return again();
  const auto answered = std::make_shared<bool>(false);
  // Where no answer came, it may still have been done.
  const auto waits = [this, asked, answered](auto self, Duration patience) -> void {
    events_.in(patience, [this, asked, answered, self] {
      if (*answered) return;
      if (!daemon_ || answered.use_count() == 1) return ask(asked);
      self(self, Duration(1'000));
    });
  };
  daemon_->engine().call(transfers_[asked.transfer].caller, asked.call, asked.key,
                         [this, asked, answered, again](Answer answer) {
                           *answered = true;
                           const bool later = !answer && entry(answer.error().code).http >= 500;
                           if (later) return again();
                           this->answered(asked, answer);
                         });
  waits(waits, Duration(1'000));
  daemon_->look_at_clock();
}

void World::answered(const Asked& asked, const Answer& answer) {
  --open_calls_;
  const UserTransfer& transfer = transfers_[asked.transfer];
  say(fmt::format("{} {} -> {}", name_of(asked.call), transfer.submit.handle,
                  answer ? word(answer->status) : entry(answer.error().code).word));
  laws_.answered(transfer.caller.owner, asked.call, answer, asked.first_at);
  if (std::holds_alternative<Stop>(asked.call) && answer && answer->stopping) watch_stop(asked);
}

// P9: within 5 s at rest, unless a rename's end must be found out, and nothing works on it any
// more; while rftd and its store live, and for the second while its mover can be reached.
void World::watch_stop(const Asked& asked) {
  const Instant since = events_.now();
  events_.in(stop_must_rest_within, [this, asked, since] {
    if (!daemon_ || !daemon_->is_open() || laws_.last_trouble() >= since) return;
    const UserTransfer& transfer = transfers_[asked.transfer];
    const MemoryTables& tables = daemon_->store().tables();
    const auto id = tables.handles.find({transfer.caller.owner, transfer.submit.handle});
    if (id == tables.handles.end()) return;
    const File& file = tables.transfers.at(id->second).file;
    const bool this_stop = file.held_since && *file.held_since <= events_.wall() - 6s;
    if (stage(file) == Stage::stopping && !file.publish_ordered && this_stop) {
      laws_.break_law("P9", transfer.submit.handle + " is still stopping");
    }
    if (file.status != Status::user_stop_partial_trans || laws_.line_trouble() >= since) return;
    if (servers_.sends_for(task_of(file))) {
      laws_.break_law("P9", transfer.submit.handle + " is stopped and still sent");
    }
  });
}

// P8: nothing waits without a reason that can be read, nor for its turn where nobody goes first.
// P11: what waits behind a save is bounded.
void World::look_why() {
  events_.in(weather_.fair() ? 20s : Duration(1'500), [this] { look_why(); });
  if (!daemon_ || !daemon_->is_open()) return;
  const Engine::Totals totals = daemon_->engine().totals();
  if (totals.mail > mail_max) laws_.break_law("P11", fmt::format("{} mails wait", totals.mail));
  const auto waits = std::make_shared<bool>(false);  // an answer may come later, from the store
  for (const UserTransfer& transfer : transfers_) {
    daemon_->engine().why(transfer.caller.owner, transfer.submit.handle,
                          [this, waits](Result<Why> why) {
                            if (!why || why->status != Status::committed) return;
                            *waits = *waits || (why->hold == Hold::turn && why->ahead);
                            if (why->hold == Hold::none || why->sentence.empty()) {
                              laws_.break_law("P8", "something waits without a reason");
                            }
                          });
  }
  const bool idles = *waits && totals.active == 0;
  if (!idles)
    idle_since_.reset();
  else if (!idle_since_)
    idle_since_ = events_.now();
  if (!idles || laws_.last_trouble() >= *idle_since_) return;
  if (events_.now() - *idle_since_ >= Duration(3'000)) {
    laws_.break_law("P8", "something waits for its turn and nothing is active");
  }
}

}  // namespace rft::sim
