// What a world begins with: its servers, files, credentials and what its users want.
#include <fmt/format.h>

#include "sim/world.h"

namespace rft::sim {
namespace {

Endpoint endpoint_of(std::size_t number, bool gsi) {
  return {gsi ? Scheme::gsiftp : Scheme::ftp, fmt::format("host{}", number),
          default_port(gsi ? Scheme::gsiftp : Scheme::ftp)};
}

}  // namespace

void World::draw_size() {
  const std::uint64_t kind = dice_.below(100);
  if (kind < 65) {
    size_ = {dice_.between(12s, 45s), 6, 15s};
  } else if (kind < 92) {
    size_ = {dice_.between(45s, 150s), 18, 60s};
  } else {
    size_ = {dice_.between(150s, 500s), 40, 60s};
  }
  // Some moments are long in coming.
  const auto& aim = weather_.aim();
  if (!aim) return;
  const bool late = aim->kind == FaultKind::writes_late;
  const bool doubtful = aim->moment == Moment::in_doubt || aim->moment == Moment::looking_back;
  if (late || doubtful) size_.trouble = std::max<Duration>(size_.trouble, late ? 120s : 60s);
}

// How many requests are of many files.
std::size_t World::draw_many() {
  const auto& aim = weather_.aim();
  const bool aimed_at = aim && (aim->moment >= Moment::listing || aim->moment == Moment::proven);
  if (aimed_at) return 2;
  if (shares_ && shared_dice_.chance(500'000)) return 2;
  return dice_.chance(450'000) ? dice_.between(1, 2) : 0;
}

void World::set_up() {
  draw_size();
  moments_.watch([this](const Uuid& what, Moment moment) { entered(what, moment); });
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
  draw_width();
  draw_sharing();
  const std::size_t many = draw_many();
  const std::size_t count = dice_.between(4, 8) - 2 * many;
  for (std::size_t i = 0; i < count; ++i) set_up_transfer(i);
  for (std::size_t i = 0; i < many; ++i) set_up_many(count + i);
  set_up_sharers();
  set_up_limits();
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
  if (dice_.chance(70'000)) options.act = Act::plan;
  if (dice_.chance(150'000)) options.resume = Resume::strict;
  if (dice_.chance(100'000)) options.max_tries = static_cast<std::uint32_t>(dice_.between(3, 30));
  if (dice_.chance(80'000)) {
    options.finish_by = events_.wall() + dice_.between(Duration(5'000), Duration(600'000));
  }
  options.preserve.times = submit.handle.ends_with('3');
  if (dice_.chance(300'000)) submit.priority = static_cast<int>(dice_.below(101));
}

void World::set_up_transfer(std::size_t number) {
  UserTransfer transfer;
  const std::string owner = dice_.chance(600'000) ? "uid:1" : "uid:2";
  transfer.caller = {owner, owner};
  Submit& submit = transfer.submit;
  submit.handle = fmt::format("t{}", number);
  const std::size_t from = dice_.below(endpoints_.size());
  const std::size_t to = (from + dice_.between(1, endpoints_.size() - 1)) % endpoints_.size();
  submit.source = {endpoints_[from], fmt::format("/data/s{}", number)};
  submit.destination = {endpoints_[to], fmt::format("/data/d{}", number)};
  draw_options(submit);
  const std::uint64_t size = dice_.chance(60'000) ? 0 : dice_.between(1, size_.blocks * block_size);
  set_up_file(transfer, submit.source, submit.destination, size);
  transfers_.push_back(std::move(transfer));
  events_.in(dice_.between(Duration(200), Duration(8'000)), [this, number] { user_acts(number); });
}

// A source, and perhaps what stands under its destination's name.
void World::set_up_file(UserTransfer& transfer, const Url& source, const Url& destination,
                        std::uint64_t size) {
  const std::uint64_t id = ++last_source_;
  transfer.sources.push_back(id);
  const Content content = content_of(id, 1, size);
  servers_.put(servers_.at(source.endpoint), source.path, content);
  sources_[id] = {source.endpoint, source.path};
  source_versions_[id] = 1;
  laws_.source_written(id, content);
  laws_.stands(source.endpoint, source.path, id);
  const Options& options = transfer.submit.options;
  Expected expected = expected_of(options, id);
  const bool first = !laws_.expects(destination.endpoint, destination.path);
  if (first && dice_.chance(transfer.submit.what == Submit::What::file ? 150'000 : 60'000)) {
    const bool same = dice_.chance(400'000);
    expected.before = same ? content : content_of(10'000 + id, 1, size);
    servers_.put(servers_.at(destination.endpoint), destination.path, *expected.before);
  }
  laws_.expect(destination.endpoint, destination.path, expected);
  if (options.act == Act::move) names_.push_back({source, destination, id});
}

Expected World::expected_of(const Options& options, std::uint64_t source) const {
  Expected expected;
  expected.sources = {source};
  expected.in_place = options.publish == Publish::in_place;
  expected.unproven = options.verify != Verify::checksum;
  expected.untouched = options.act == Act::plan;
  return expected;
}

}  // namespace rft::sim
