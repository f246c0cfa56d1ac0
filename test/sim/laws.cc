#include "sim/laws.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/retry.h"
#include "mover/word_queue.h"
#include "sim/session.h"

namespace rft::sim {

namespace {

constexpr Duration echo_of_faults = std::chrono::minutes(5);  // tries that began under them
// Of a try: to look, move, verify and publish; and while something is waited for.
constexpr std::uint64_t commands_most = 60, commands_a_second_most = 3;
constexpr std::uint64_t commands_of_a_file_most = 24;
constexpr Duration facts_are_of{1'000};  // Modify has whole seconds
constexpr Duration look_to_rename{500};  // what is written in between nobody can see

bool changes_something(Doing doing) {
  return doing == Doing::make_parents || doing == Doing::adopt || doing == Doing::move ||
         doing == Doing::publish || doing == Doing::remove;
}

}  // namespace

void Laws::break_law(std::string law, std::string how) {
  if (!broken_) broken_ = Broken{std::move(law), std::move(how)};
}

void Laws::source_written(std::uint64_t source, Content content) {
  versions_[source].push_back(std::move(content));
}

void Laws::expect(const Endpoint& endpoint, const std::string& path, Expected expected) {
  const auto [at, is_first] = expected_.emplace(std::pair(endpoint, path), expected);
  if (is_first) return;
  Expected& known = at->second;
  known.sources.insert(known.sources.end(), expected.sources.begin(), expected.sources.end());
  known.in_place = known.in_place || expected.in_place;
  known.unproven = known.unproven || expected.unproven;
  known.untouched = known.untouched && expected.untouched;
}

void Laws::stands(const Endpoint& endpoint, const std::string& path, std::uint64_t source) {
  source_at_[{endpoint, path}] = source;
}

// 0: nothing that stands there ever.
std::uint64_t Laws::source_of(const Url& source) const {
  const auto found = source_at_.find({source.endpoint, source.wire_path()});
  return found == source_at_.end() ? 0 : found->second;
}

bool Laws::is_whole(std::uint64_t source, const Content& content) const {
  const auto versions = versions_.find(source);
  return versions != versions_.end() && std::find(versions->second.begin(), versions->second.end(),
                                                  content) != versions->second.end();
}

std::string Laws::name_of(const Transfer& transfer) const {
  return fmt::format("{} of {} (epoch {}, {})", transfer.request.handle, transfer.request.owner,
                     transfer.file.epoch, word(transfer.file.status));
}

// P3: absent, as it was, or whole.
void Laws::changed(const Server& server, const std::string& path) {
  const auto expected = expected_.find({server.endpoint, path});
  const auto file = server.files.find(path);
  if (expected != expected_.end() && expected->second.untouched) {
    break_law("P3", server.endpoint.text() + path + " changed and is only planned");
  }
  if (expected == expected_.end() || file == server.files.end()) return;
  if (expected->second.in_place || expected->second.unproven) return;
  const Inode& inode = *file->second;
  if (inode.presumption_broken || inode.content == expected->second.before) return;
  const auto& sources = expected->second.sources;
  const bool whole = std::any_of(sources.begin(), sources.end(), [&](std::uint64_t source) {
    return is_whole(source, inode.content);
  });
  if (whole) return;
  const auto holes = std::count(inode.content.blocks.begin(), inode.content.blocks.end(), 0U);
  break_law("P3", fmt::format("{}{} is neither absent, as it was, nor whole: {} bytes, {} holes",
                              server.endpoint.text(), path, inode.content.size, holes));
}

void Laws::said(const std::string&, const Task& task, const TaskSays& says) {
  const auto* failed = std::get_if<Failed>(&says);
  const auto* stopped = std::get_if<Stopped>(&says);
  const FlowEnd end = failed ? failed->end : stopped ? stopped->end : FlowEnd::no_flow;
  if (end == FlowEnd::known && servers_.lives_for(task)) {
    break_law("P3", "a flow is said to be over and lives");
  }
  if (std::holds_alternative<Done>(says)) said_done_.insert(task);
  if (mover::is_final(says)) said_last_.insert(task);
  if (const auto* told = std::get_if<Outcomes>(&says)) {
    Carried& carried = carried_[task];
    for (const ItemOutcome& one : told->outcomes) {
      carried.settled.insert(carried.sources[one.number]);
      if (!said_outcomes_.emplace(task, one.number).second) {
        break_law("P5", fmt::format("file {} has two outcomes in one try", one.number));
      }
    }
  }
}

// P11: what a try asks of servers is bounded.
void Laws::commanded(const Task& task, Doing doing) {
  const auto seen = seen_.find(task.file);
  if (seen != seen_.end() && is_plan(seen->second.request) && changes_something(doing)) {
    break_law("P3", fmt::format("{} is only planned: {}", name_of(seen->second), word(doing)));
  }
  Commands& commands = commands_[task];
  if (commands.count++ == 0) commands.first = events_.now();
  // A part is looked for under one name an epoch, at most.
  const auto seconds = static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::seconds>(events_.now() - commands.first).count());
  const auto carried = carried_.find(task);
  const std::size_t items = carried == carried_.end() ? 0 : carried->second.items;
  const std::uint64_t of_files = items * (commands_of_a_file_most + 6 * task.epoch);
  if (commands.count >
      commands_most + 3 * task.epoch + of_files + commands_a_second_most * seconds) {
    break_law("P11", fmt::format("epoch {} has sent {} commands", task.epoch, commands.count));
  }
}

void Laws::ordered(const Order& order, const MemoryTables& tables) {
  const auto* move = std::get_if<MoveOrder>(&order);
  const auto* bundle = std::get_if<BundleOrder>(&order);
  const auto* list = std::get_if<ListOrder>(&order);
  if (!move && !bundle && !list) return;
  const Task& task = move ? move->task : bundle ? bundle->task : list->task;
  const auto request = tables.requests.find(task.file);
  const bool saved = request != tables.requests.end() &&
                     tables.transfers.at(request->second).file.epoch >= task.epoch;
  if (!saved) break_law("P5", fmt::format("epoch {} was ordered and not saved", task.epoch));
}

void Laws::adopted(const Task& task, const Server& server, const std::string& path) {
  const auto seen = seen_.find(task.file);
  const auto file = server.files.find(on_disk(mutants_, path));
  if (seen == seen_.end() || file == server.files.end()) return;
  if (seen->second.file.part.end != FlowEnd::presumed) return;
  if (seen->second.file.publish_ordered) return;  // named before anything, and settled afterwards
  if (line_trouble_ >= events_.now() - settle_least) return;  // its mover may have slept in between
  const Instant since = events_.now() - settle_least + facts_are_of;
  if (servers_.is_written(*file->second, since, events_.now() - look_to_rename)) {
    break_law("P3", path + " was adopted while it was still written");
  }
}

void Laws::stored(const MemoryTables& tables) {
  for (auto event = tables.events.upper_bound(told_); event != tables.events.end(); ++event) {
    told_ = event->first;
    if (tell_) tell_(event->second);
  }
  limits_are(tables.limits);
  for (const auto& [id, transfer] : tables.transfers) {
    const auto before = seen_.find(transfer.file.id);
    if (before == seen_.end()) {
      seen_.emplace(transfer.file.id, transfer);
      if (is_part(transfer)) check_born(transfer);
      if (is_part(transfer)) check_born_listing(transfer, tables);
    } else if (before->second.file.version != transfer.file.version) {
      compare(before->second, transfer, tables);
      before->second = transfer;
    }
  }
  check_promises(tables);
}

void Laws::compare(const Transfer& before, const Transfer& after, const MemoryTables& tables) {
  const File& old = before.file;
  const File& next = after.file;
  if (next.version != old.version + 1) {
    break_law("P13", fmt::format("{} jumped from version {} to {}", name_of(after), old.version,
                                 next.version));
  }
  const bool moved = is_final(old.status) && next.status != old.status;
  if (moved && !is_revived(before, after, tables)) {
    break_law("P6", fmt::format("{} was {} and its user did not move it", name_of(after),
                                word(old.status)));
  }
  if (next.epoch < old.epoch || next.epoch > old.epoch + 1) {
    break_law("P5", fmt::format("{}: its epoch was {}", name_of(after), old.epoch));
  }
  if (next.kind == Kind::bundle) check_fates(before, after);
  if (next.kind == Kind::listing) check_listing(before, after);
  if (rft::is_whole(next)) {
    if (is_final(next.status) && next.status != old.status) check_whole(after, tables);
    return;
  }
  if (next.status == Status::done && old.status != Status::done) check_done(after);
  if (next.status == Status::failed && old.status != Status::failed) check_failure(after);
  const bool stops = next.status == Status::user_stop_partial_trans && next.status != old.status;
  if (stops) check_stop(after);
  if (next.afresh > old.afresh) check_proof(after);
  check_budget(before, after);
  check_mover(before, after);
  measures(after, false);  // also where the answer to its save was lost
  check_admission(before, after, tables);
  check_names(before, after, tables);
}

// Its user committed it again; a part rises with its whole, once.
bool Laws::is_revived(const Transfer& before, const Transfer& after,
                      const MemoryTables& tables) const {
  const bool rises = after.file.status == Status::committed && before.file.status != Status::done;
  if (!rises) return false;
  if (is_part(after)) {
    const auto whole = tables.transfers.find(*after.request.whole);
    return whole != tables.transfers.end() && after.file.life == whole->second.file.life &&
           before.file.life < after.file.life;
  }
  return std::any_of(tables.events.rbegin(), tables.events.rend(), [&](const auto& one) {
    const Event& event = one.second;
    return event.request == after.request.id && event.who == after.request.owner &&
           event.what == "committed" && event.at == *after.file.committed_at;
  });
}

// P4: what was proven stands there; P5: the mover of this epoch, and no other, said so.
void Laws::check_done(const Transfer& transfer) {
  if (!said_done_.contains(task_of(transfer.file))) {
    break_law("P5", name_of(transfer) + ": no mover of this epoch said that it is done");
  }
  if (transfer.file.kind != Kind::file) return;
  if (is_plan(transfer.request) && !transfer.file.adopted) {
    return check_plan(transfer, transfer.request.destination);
  }
  check_stands(transfer, transfer.request.source, transfer.request.destination,
               transfer.file.verdict);
}

// P4: that a plan would be moved is true.
void Laws::check_plan(const Transfer& transfer, const Url& destination) {
  const auto expected = expected_.find({destination.endpoint, destination.wire_path()});
  const bool is_free = expected == expected_.end() || !expected->second.before;
  if (is_free || transfer.request.options.existing == Existing::overwrite) return;
  break_law("P4", name_of(transfer) + ": what stands there would not be replaced");
}

void Laws::check_stands(const Transfer& transfer, const Url& source, const Url& destination,
                        Verdict verdict) {
  const Server& server = servers_.at(destination.endpoint);
  const auto file = server.files.find(destination.wire_path());
  if (file == server.files.end()) {
    return break_law("P4", name_of(transfer) + ": nothing stands under its final name");
  }
  const Inode& inode = *file->second;
  const Expected& expected = expected_.at({server.endpoint, file->first});
  claim(source, destination);
  if (expected.unproven || inode.presumption_broken) return;
  if (!is_whole(source_of(source), inode.content)) {
    break_law("P4", name_of(transfer) + ": other bytes stand under its final name");
  }
  if (verdict != Verdict::verified) {
    break_law("P4", name_of(transfer) + ": done without the proof that was asked for");
  }
}

// Bytes that a flow of this transfer brought stand under its final name, and nobody spoiled them.
bool Laws::is_published(const Transfer& transfer) const {
  const Request& request = transfer.request;
  const bool elsewhere = transfer.file.kind != Kind::file;  // a bundle's files have their own
  if (elsewhere || request.options.publish == Publish::in_place) return false;
  const Server& server = servers_.at(request.destination.endpoint);
  const auto file = server.files.find(request.destination.wire_path());
  return file != server.files.end() && file->second->made_by == transfer.file.id &&
         !file->second->presumption_broken;
}

// P9: a stop wins over any fault, but not over the truth.
void Laws::check_stop(const Transfer& transfer) {
  if (is_published(transfer)) break_law("P9", name_of(transfer) + ": it is stopped and published");
}

// P4: nobody takes our own file for another's. P8: where nothing goes wrong any more, nothing fails
// of what passes by itself.
void Laws::check_failure(const Transfer& transfer) {
  if (transfer.file.fault->code == FaultCode::destination_exists && is_published(transfer)) {
    break_law("P4", name_of(transfer) + ": our own file was taken for another's");
  }
  if (!fair_since_ || events_.now() < *fair_since_ + echo_of_faults) return;
  const Remedy remedy = entry(transfer.file.fault->code).remedy;
  if (remedy != Remedy::again && remedy != Remedy::hold) return;
  if (servers_.at(transfer.request.destination.endpoint).never_publishes) return;
  break_law("P8", fmt::format("{} failed though nothing goes wrong any more: {}", name_of(transfer),
                              sentence(*transfer.file.fault)));
}

// P7: nothing of ours spoils a part, so that a proof fails only where something else did.
void Laws::check_proof(const Transfer& transfer) {
  constexpr std::array spoilers{FaultKind::block_rots, FaultKind::marker_lies,
                                FaultKind::server_loses_blocks, FaultKind::source_changes};
  // A look alone does not hold up a rename that is on its way.
  const bool moved_away =
      weather_.count(FaultKind::rename_late) > 0 || weather_.count(FaultKind::command_cut) > 0;
  const FaultCode code = transfer.file.fault->code;
  const bool spoiled = std::any_of(spoilers.begin(), spoilers.end(),
                                   [&](FaultKind kind) { return weather_.count(kind) > 0; });
  const bool in_place = transfer.request.options.publish == Publish::in_place;
  // Design 5.3: what no checksum will prove is not gone on with.
  const bool unproven = transfer.request.options.verify != Verify::checksum;
  if (unproven && code == FaultCode::no_restart) return;
  if (spoiled || in_place || code == FaultCode::changed_after_verify) return;
  if (moved_away && code == FaultCode::part_missing) return;
  break_law("P7", fmt::format("{} begins afresh and nothing spoiled it: {}", name_of(transfer),
                              sentence(*transfer.file.fault)));
}

// Design 5.12: what a try costs, and what costs nothing.
void Laws::check_budget(const Transfer& before, const Transfer& after) {
  const File& old = before.file;
  const File& next = after.file;
  if (next.tries > old.tries + 1 || next.tries > tries_in_a_row_max) {
    break_law("budget",
              fmt::format("{}: tries went from {} to {}", name_of(after), old.tries, next.tries));
  }
  if (next.afresh > afresh_max) break_law("budget", name_of(after) + ": afresh too often");
  if (next.tries <= old.tries || !next.fault || next.stop_asked) return;
  const FaultCode code = next.fault->code;
  if (entry(code).remedy == Remedy::hold || code == FaultCode::lease_ended ||
      code == FaultCode::server_busy) {
    break_law("budget", fmt::format("{}: {} cost a try", name_of(after), word(code)));
  }
}

// P5: an epoch ends by a word of its own mover, or with it; only a stop does not wait for more than
// 5 s.
void Laws::check_mover(const Transfer& before, const Transfer& after) {
  const std::string& mover = before.file.mover;
  const Task task = task_of(before.file);
  if (mover.empty() || after.file.mover == mover) return;
  if (after.file.status == Status::user_stop_partial_trans) {
    if (after.file.heard == before.file.heard)
      servers_.excuse(task);  // nothing more is heard of it
    return;
  }
  if (said_last_.contains(task) || !works_(mover, task)) return;
  break_law("P5", fmt::format("{}: mover {} works on epoch {}, and it was taken from it",
                              name_of(after), mover, task.epoch));
}

void Laws::answered(const std::string& owner, const Call& call, const Answer& answer,
                    Instant asked_at) {
  Promise& promise = promises_[{owner, handle_of(call)}];
  if (std::holds_alternative<Clear>(call)) {
    if (answer && answer->status != Status::user_stop) {
      break_law("P2", handle_of(call) + ": clear was answered with another call's answer");
    }
    // Whatever is answered, an earlier asking of it may have been heard.
    promise = Promise{false, promise.clears - 1, events_.now(), std::nullopt, {}};
    return;
  }
  if (const auto* more = std::get_if<AddFiles>(&call); more && answer) {
    if (asked_at <= promise.last_clear || promise.clears > 0) return;
    for (const NewFile& file : more->files) promise.added.insert(file.destination.wire_path());
    return;
  }
  const auto* submit = std::get_if<Submit>(&call);
  const Status told = answer ? answer->status : Status::inactive;
  const bool stops = std::holds_alternative<Stop>(call);
  if (answer && (told == Status::user_stop ||
                 (stops && told != Status::user_stop_partial_trans && !answer->stopping))) {
    break_law("P2", fmt::format("{} of {} was answered with {}", rft::name_of(call),
                                handle_of(call), word(told)));
  }
  const bool commits = std::holds_alternative<Commit>(call) || (submit && submit->commit);
  if (answer && commits && asked_at > promise.last_clear) promise.committed = true;
}

void Laws::clear_asked(const std::string& owner, const std::string& handle) {
  Promise& promise = promises_[{owner, handle}];
  ++promise.clears;
  promise.last_clear = events_.now();
}

// P1: what was committed is there. P2: and it is the same.
void Laws::check_promises(const MemoryTables& tables) {
  for (auto& [key, promise] : promises_) {
    if (promise.clears > 0) continue;
    const auto found = tables.handles.find(key);
    if (found == tables.handles.end()) {
      if (promise.committed) break_law("P1", key.second + " was committed and is not there");
      continue;
    }
    if (promise.request && *promise.request != found->second) {
      break_law("P2", key.second + " became another transfer");
    }
    promise.request = found->second;
    if (promise.committed && tables.transfers.at(found->second).file.status == Status::inactive) {
      break_law("P1", key.second + " was committed and is inactive");
    }
  }
}

}  // namespace rft::sim
