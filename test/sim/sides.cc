#include "sim/sides.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "ftp/listing.h"
#include "mover/limits.h"
#include "wire/part_name.h"

namespace rft::sim {

using mover::awaitable;
using mover::Look;
using mover::Outcome;
using mover::Standing;
using namespace boost::asio::experimental::awaitable_operators;

std::string on_disk(Mutants mutants, const std::string& path) {
  const bool one_epoch = mutants.has(Mutant::shared_part_name);
  const bool one_round = mutants.has(Mutant::void_names_again);
  if (!one_epoch && !one_round) return path;
  const std::string name = path.substr(path.rfind('/') + 1);
  if (!is_part_name(name)) return path;
  const std::size_t dash = path.rfind('-');
  const bool of_a_bundle = is_part_name(name.substr(0, name.rfind('-', name.rfind('-') - 1)));
  if (of_a_bundle) return one_round ? path.substr(0, dash) + "-0" : path;
  return one_epoch ? path.substr(0, dash) + "-1" : path;
}

Server& SimSides::server(Side side) const {
  return shore_.servers.at(side == Side::source ? route_.source : route_.destination);
}

awaitable<Outcome<Session*>> SimSides::session(Side side) {
  auto& session = side == Side::source ? source_ : destination_;
  if (session) co_return &*session;
  Session fresh(shore_, task_, side == Side::source ? route_.source : route_.destination, side,
                interrupt_);
  const auto in = co_await fresh.log_in();
  if (!in) co_return mover::failed(in);
  co_return &session.emplace(std::move(fresh));
}

awaitable<Outcome<void>> SimSides::meet() {
  at_moment(Moment::connecting);
  const auto [source, destination] = co_await (session(Side::source) && session(Side::destination));
  if (!source) co_return mover::failed(source);
  if (!destination) co_return mover::failed(destination);
  co_return Outcome<void>();
}

std::optional<std::string> SimSides::common_checksum(const std::string& wish) const {
  return wish.empty() || wish == "ADLER32" ? std::optional<std::string>("ADLER32") : std::nullopt;
}

awaitable<std::vector<Look>> SimSides::look_many(Side side, std::vector<std::string> names,
                                                 Doing doing) {
  note_look(doing);
  const auto here = co_await session(side);
  if (!here) co_return std::vector<Look>(names.size(), mover::failed(here));
  std::vector<std::optional<Standing>> seen(names.size());
  const Session::Each one = [&](std::size_t i) {
    if (server(side).folders.contains(names[i])) {
      seen[i] = Standing{true, shore_.servers.look_at_folder(server(side), names[i])};
    } else if (auto facts = shore_.servers.look(server(side), on_disk(names[i]))) {
      seen[i] = Standing{false, *facts};
    }
    disturb(seen[i], doing);
  };
  const auto asked = co_await (*here)->ask_each(doing, names.size(), one);
  std::vector<Look> looks;
  for (std::size_t i = 0; i < names.size(); ++i) {
    looks.push_back(asked[i] ? Look(seen[i]) : Look(mover::failed(asked[i])));
  }
  co_return looks;
}

void SimSides::disturb(std::optional<Standing>& seen, Doing doing) {
  if (!shore_.mutants.has(Mutant::growing_part_adopted) || doing != Doing::adopt || !seen) return;
  if (!first_) first_ = seen->facts;
  seen->facts = *first_;
}

void SimSides::note_look(Doing doing) {
  const auto now = shore_.moments.of(task_);
  switch (doing) {
    case Doing::look:
      return at_moment(Moment::looking);
    case Doing::list:
      return at_moment(Moment::listing);
    case Doing::adopt:
      return at_moment(Moment::settling);
    case Doing::verify:
      return at_moment(Moment::checking);
    case Doing::publish:
      if (now == Moment::renamed) return;
      return at_moment(now == Moment::proven || now == Moment::publishing ? Moment::publishing
                                                                          : Moment::looking_back);
    default:
      return;
  }
}

awaitable<std::vector<Outcome<void>>> SimSides::make_folders(std::vector<std::string> names) {
  const auto here = co_await session(Side::destination);
  if (!here) co_return std::vector<Outcome<void>>(names.size(), mover::failed(here));
  const Session::Each one = [&](std::size_t i) {
    server(Side::destination).folders.insert(names[i]);
  };
  co_return co_await (*here)->ask_each(Doing::make_parents, names.size(), one);
}

// A trial is one more look; what arrived is about to be proven.
void SimSides::note_traits() {
  const auto now = shore_.moments.of(task_);
  const bool flowed = now == Moment::piping || (now >= Moment::opening && now <= Moment::aborting);
  if (now == Moment::connecting) at_moment(Moment::looking);
  if (flowed) at_moment(Moment::checking);
}

// Times alone: nothing in a world has a mode.
awaitable<std::vector<Outcome<void>>> SimSides::set_traits(std::vector<mover::Traits> files) {
  const auto here = co_await session(Side::destination);
  if (!here) co_return std::vector<Outcome<void>>(files.size(), mover::failed(here));
  note_traits();
  std::vector<Outcome<void>> told(files.size());
  const Session::Each one = [&](std::size_t i) {
    Server& server = this->server(Side::destination);
    const auto found = server.files.find(on_disk(files[i].name));
    const auto modified = ftp::time_value(files[i].modify);
    if (server.folders.contains(files[i].name)) {
      if (modified) server.folder_times[files[i].name] = *modified;
    } else if (found == server.files.end()) {
      told[i] = mover::fault(FaultCode::no_such_file, Side::destination, Doing::preserve);
    } else if (modified) {
      found->second->modified = *modified;
    }
  };
  const auto asked = co_await (*here)->ask_each(Doing::preserve, files.size(), one);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!asked[i]) told[i] = mover::failed(asked[i]);
  }
  co_return told;
}

awaitable<Outcome<void>> SimSides::keep_alive() {
  const auto here = co_await session(Side::destination);
  if (!here) co_return mover::failed(here);
  co_return co_await (*here)->ask(Doing::publish);
}

awaitable<std::vector<Outcome<void>>> SimSides::list_each(std::size_t count, const ListOne& one) {
  const auto here = co_await session(Side::source);
  if (!here) co_return std::vector<Outcome<void>>(count, mover::failed(here));
  at_moment(Moment::listing);
  const Session::Each each = [&](std::size_t i) { one(server(Side::source), i); };
  co_return co_await (*here)->ask_each(Doing::list, count, each);
}

// A server that renames no part at all for a while, or none onto a final name ever.
bool SimSides::is_barred(const std::string& new_path) {
  const Server& server = this->server(Side::destination);
  const bool to_final = !is_part_name(new_path.substr(new_path.rfind('/') + 1));
  const bool never = server.never_publishes && to_final;
  if (server.refuses_rename) shore_.weather.hits(FaultKind::rename_barred, task_);
  if (never) shore_.weather.hits(FaultKind::rename_never, task_);
  return server.refuses_rename || never;
}

void SimSides::rename_later(const std::string& from, const std::string& to, Duration after) {
  const std::uint64_t life = server(Side::destination).life;
  if (is_barred(to) || from == to) return;
  shore_.events.in(after,
                   [&servers = shore_.servers, endpoint = route_.destination, life, from, to] {
                     Server& server = servers.at(endpoint);
                     if (server.up && server.life == life) servers.rename(server, from, to);
                   });
}

}  // namespace rft::sim
