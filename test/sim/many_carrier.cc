#include "sim/many_carrier.h"

#include "mover/flow_rules.h"
#include "mover/limits.h"

namespace rft::sim {

using mover::awaitable;
using mover::boot_now;
using mover::Outcome;
using mover::Pipelined;
using mover::Renamed;
using mover::wait_any;

namespace {

constexpr Duration flow_ends_within{100};  // after its client's kernel closed the connection
constexpr std::size_t depth = 32;          // files that are ordered ahead, at most

Fault cut() {
  return {FaultCode::cut, Side::none, Doing::move, "", ""};
}

}  // namespace

SimManyCarrier::SimManyCarrier(Shore& shore, const BundleOrder& order, mover::Interrupt* interrupt)
    : SimSides(shore, {order.task, order.source, order.destination}, interrupt) {
  shore.laws.carries(order);
}

SimManyCarrier::~SimManyCarrier() {
  if (flow_) {
    shore_.servers.close(*flow_, shore_.dice.between(Duration(0), flow_ends_within));
  }
}

std::size_t SimManyCarrier::moved() const {
  return std::min(news_->source.arrived, news_->destination.arrived);
}

awaitable<Outcome<Pipelined>> SimManyCarrier::move_many(
    const std::vector<mover::Consignment>& files, const std::function<void(std::size_t)>& arrived) {
  for (const Side side : {Side::destination, Side::source}) {
    const auto here = co_await session(side);
    if (!here) co_return mover::failed(here);
    at_moment(Moment::opening);
    const auto ready = co_await (*here)->ask(Doing::move);
    if (!ready) co_return mover::failed(ready);
  }
  for (const Side side : {Side::destination, Side::source}) {  // the other's answer took its time
    if (!at(side).is_good()) co_return mover::fault(FaultCode::cut, side, Doing::move);
  }
  FlowOrder order{task_, route_.source, route_.destination, "", "", {}, 0, files};
  for (auto& file : order.files) file.destination = on_disk(file.destination);
  shore_.laws.piped(order);
  ordered_ = 0;
  consequences_.reset();
  moved_at_ = boot_now();
  news_ = std::make_shared<FlowNews>();
  flow_ = shore_.servers.open(std::move(order), news_);
  const auto why = co_await watch(files.size(), arrived);
  Pipelined said;
  if (why) {
    said = told(files.size(), *why);
    said.end = co_await end_flow();
    source_.reset();
    destination_.reset();
  } else {
    said.moved = said.ordered = files.size();
  }
  flow_.reset();
  for (std::size_t i = 0; i < said.moved; ++i) shore_.laws.arrived(task_, files[i].source);
  co_return said;
}

awaitable<std::optional<Fault>> SimManyCarrier::watch(
    std::size_t files, const std::function<void(std::size_t)>& arrived) {
  std::size_t before = 0;
  while (moved() < files) {
    if (!news_->source.fault && !news_->destination.fault) {
      ordered_ = std::min(files, moved() + depth);
      shore_.servers.order_up_to(*flow_, ordered_);
    }
    if (moved() > before) {
      before = moved();
      moved_at_ = boot_now();
      arrived(before);
    }
    if (const auto why = over(boot_now())) co_return why;
    const Instant silent = moved_at_ + mover::silence_limit;
    co_await wait_any(consequences_ ? std::min(*consequences_, silent) : silent, &news_->changed,
                      &interrupt_->changed);
  }
  arrived(files);
  co_return std::nullopt;
}

// As the real pipeline does: what was ordered ahead of a refused file may still arrive.
std::optional<Fault> SimManyCarrier::over(Instant now) {
  const Leg& source = news_->source;
  const Leg& destination = news_->destination;
  const Leg* bad = mover::telling(source, destination);
  if (bad != nullptr) {
    const bool both = source.fault && destination.fault;
    if (both || mover::has_own_reason(*bad->fault)) return bad->fault;
    if (!consequences_) consequences_ = now + mover::consequence_limit;
    if (now >= *consequences_) return bad->fault;
  }
  if (*interrupt_) return cut();
  if (now - moved_at_ < mover::silence_limit) return std::nullopt;
  return bad != nullptr ? *bad->fault : Fault{FaultCode::stalled, Side::both, Doing::move, "", ""};
}

Pipelined SimManyCarrier::told(std::size_t files, const Fault& why) const {
  const Leg& stored = news_->destination;
  const Leg* bad = mover::telling(news_->source, stored);
  Pipelined said;
  said.moved = moved();
  said.ordered = ordered_;
  said.refused = bad != nullptr && bad->refused;
  said.written = ordered_ > said.moved && !(stored.refused && stored.arrived == said.moved);
  said.silent = boot_now() - news_->heard;
  if (shore_.mutants.has(Mutant::pipeline_not_voided) && said.refused) {
    said.moved = files;
    return said;
  }
  said.fault = why;
  return said;
}

// Both sessions are ended, and read to their end, or patience ends.
awaitable<FlowEnd> SimManyCarrier::end_flow() {
  at_moment(Moment::aborting);
  const Instant due = boot_now() + (*interrupt_ ? mover::stop_end_limit : mover::end_limit);
  const bool heard = !shore_.servers.is_cut(*flow_) && destination_->is_good();
  shore_.servers.close(*flow_, shore_.dice.between(Duration(0), Duration(10)));
  while (heard && shore_.servers.lives(*flow_) && boot_now() < due) {
    co_await wait_any(boot_now() + 10ms);
  }
  const bool ended = heard && !shore_.servers.lives(*flow_);
  while (!ended && boot_now() < due) co_await wait_any(due);
  const bool pretends = shore_.mutants.has(Mutant::void_names_again);
  co_return ended || pretends ? FlowEnd::known : FlowEnd::presumed;
}

awaitable<std::vector<Outcome<std::string>>> SimManyCarrier::checksum_many(
    Side side, std::vector<mover::Summand> files) {
  const auto here = co_await session(side);
  if (!here) co_return std::vector<Outcome<std::string>>(files.size(), mover::failed(here));
  if (shore_.moments.of(task_) == Moment::connecting) at_moment(Moment::checking);
  std::vector<Outcome<std::string>> sums(files.size());
  const bool blind = shore_.mutants.has(Mutant::no_checksum);
  const Session::Each sum = [&](std::size_t i) {
    const auto found = server(side).files.find(on_disk(files[i].name));
    if (blind) {
      sums[i] = "0000000000000000";
    } else if (found == server(side).files.end()) {
      sums[i] = mover::fault(FaultCode::part_missing, side, Doing::verify);
    } else {
      sums[i] = checksum_of(found->second->content);
    }
  };
  const auto asked = co_await (*here)->ask_each(Doing::verify, files.size(), sum);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!asked[i]) sums[i] = mover::failed(asked[i]);
  }
  co_return sums;
}

// What a pipeline of renames came to; its late ones outlive who asked for them.
struct SimManyCarrier::Renames {
  std::vector<mover::Rename> names;
  std::vector<std::optional<Fault>> fault;
  std::optional<std::size_t> late_from;
};

void SimManyCarrier::rename_one(const std::shared_ptr<Renames>& plan, std::size_t i) {
  const std::string from = on_disk(plan->names[i].from), to = on_disk(plan->names[i].to);
  const auto no = [&](FaultCode code) {
    plan->fault[i] = Fault{code, Side::destination, Doing::publish, "", ""};
  };
  at_moment(Moment::publishing);
  Server& server = this->server(Side::destination);
  if (!server.files.contains(from)) return no(FaultCode::part_missing);
  if (shore_.weather.strikes(FaultKind::rename_late, task_)) {
    plan->late_from = i;
    return destination_->lose();
  }
  if (is_barred(to)) return no(FaultCode::server_refused);
  shore_.servers.rename(server, from, to);
  at_moment(Moment::renamed);
  shore_.laws.published(task_, plan->names[i].to);
  if (shore_.weather.strikes(FaultKind::rename_answer_lost, task_)) destination_->lose();
}

// From the first RNTO on only the answers tell what happened.
awaitable<std::vector<Renamed>> SimManyCarrier::rename_many(std::vector<mover::Rename> renames) {
  const auto here = co_await session(Side::destination);
  if (!here) co_return std::vector<Renamed>(renames.size(), Renamed{here.error(), false});
  at_moment(Moment::publishing);
  const auto plan = std::make_shared<Renames>();
  plan->names = renames;
  plan->fault.resize(renames.size());
  destination_->heed(nullptr);
  const Session::Each one = [&](std::size_t i) { rename_one(plan, i); };
  const Session::Each late = [&servers = shore_.servers, endpoint = route_.destination,
                              mutants = shore_.mutants, plan](std::size_t i) {
    Server& server = servers.at(endpoint);
    if (server.refuses_rename || server.never_publishes) return;
    servers.rename(server, sim::on_disk(mutants, plan->names[i].from),
                   sim::on_disk(mutants, plan->names[i].to));
  };
  const auto asked = co_await destination_->ask_each(Doing::publish, renames.size(), one, late);
  destination_->heed(interrupt_);
  Duration delay{10};
  std::vector<Renamed> told;
  for (std::size_t i = 0; i < renames.size(); ++i) {
    if (asked[i]) {
      told.push_back(Renamed{plan->fault[i], false});
      continue;
    }
    const bool sure = asked[i].error().code == FaultCode::server_refused;
    told.push_back(Renamed{asked[i].error(), !sure});
    if (!plan->late_from || i < *plan->late_from) continue;
    delay += shore_.dice.between(Duration(0), Duration(3'000));
    rename_later(on_disk(renames[i].from), on_disk(renames[i].to), delay);
  }
  co_return told;
}

awaitable<std::vector<Outcome<void>>> SimManyCarrier::remove_many(std::vector<std::string> names) {
  const auto here = co_await session(Side::destination);
  if (!here) co_return std::vector<Outcome<void>>(names.size(), mover::failed(here));
  at_moment(Moment::clearing);
  for (const std::string& name : names) shore_.laws.deletes(task_, name);
  const Session::Each remove = [&servers = shore_.servers, endpoint = route_.destination,
                                mutants = shore_.mutants, names](std::size_t i) {
    servers.remove(servers.at(endpoint), sim::on_disk(mutants, names[i]));
  };
  const Session::Each done = [&](std::size_t i) {
    if (!shore_.weather.strikes(FaultKind::delete_late, task_)) return remove(i);
    const Duration late = shore_.dice.between(Duration(10), Duration(6'000));
    if (late >= settle_least) {
      shore_.laws.deleted_late(route_.destination, sim::on_disk(shore_.mutants, names[i]));
    }
    shore_.events.in(late, [remove, i] { remove(i); });
    destination_->lose();
  };
  co_return co_await (*here)->ask_each(Doing::remove, names.size(), done, remove);
}

awaitable<std::vector<Outcome<void>>> SimManyCarrier::remove_folders(
    std::vector<std::string> names) {
  const auto here = co_await session(Side::destination);
  if (!here) co_return std::vector<Outcome<void>>(names.size(), mover::failed(here));
  const Session::Each remove = [&servers = shore_.servers, endpoint = route_.destination,
                                names](std::size_t i) {
    servers.remove_folder(servers.at(endpoint), names[i]);
  };
  co_return co_await (*here)->ask_each(Doing::remove, names.size(), remove, remove);
}

}  // namespace rft::sim
