// Requests of many files: what becomes of their parts makes what becomes of the whole.
#include <algorithm>

#include "engine/world.h"

namespace rft {

Whole* Engine::World::whole_of(const Transfer& part) {
  if (!is_part(part)) return nullptr;
  const auto found = wholes.find(*part.request.whole);
  return found == wholes.end() ? nullptr : &found->second;
}

// An active whole has its parts worked on; they are forgotten when it is at rest.
void Engine::World::open_whole(const Transfer& whole, const Tally& sums) {
  Whole& open = wholes[whole.request.id];
  open.owner = whole.request.owner;
  open.handle = whole.request.handle;
  open.life = whole.file.life;
  change_order(open, whole.file);
  open.sums = sums;
  open.numbered = whole.file.born;
  open.stopping = whole.file.stop_asked;
  open.holds_back = holds_back(whole);
  open.decided = whole.file.publish_ordered;
  untended.insert(whole.request.id);
}

// Somebody works on it, or will when its turn comes.
bool Engine::World::is_open(const Transfer& transfer) {
  if (awaits_others(transfer.file)) {
    const Whole* whole = whole_of(transfer);
    return whole != nullptr && (whole->decided || whole->gives_up);
  }
  return transfer.file.status == Status::committed || transfer.file.status == Status::active;
}

// Before its whole has decided what is all or none is only proven, and no extra is deleted.
bool Engine::World::may_publish(const Strand& strand) {
  if (!strand.transfer || !is_part(*strand.transfer)) return true;
  const Request& request = strand.transfer->request;
  if (!is_all_or_none(request) && !is_removal(request)) return true;
  const Whole* whole = whole_of(*strand.transfer);
  return whole != nullptr && whole->decided;
}

void Engine::World::follow_priority(Transfer& part) {
  const Whole* whole = whole_of(part);
  if (whole == nullptr) return;
  part.file.priority = whole->priority;
  part.file.pushed = whole->rank.has_value();
  if (whole->rank) part.file.rank = *whole->rank;
}

// Those of its parts that wait for their turn have another at once; the others when they come back.
void Engine::World::change_order(Whole& whole, const File& file) {
  const std::optional<std::int64_t> rank = file.pushed ? std::optional(file.rank) : std::nullopt;
  if (whole.priority == file.priority && whole.rank == rank) return;
  whole.priority = file.priority;
  whole.rank = rank;
  for (const auto& [id, tally] : whole.parts) {
    const auto part = by_file.find(id);
    if (part == by_file.end() || !part->second->transfer || part->second->occupied) continue;
    unindex(*part->second);
    follow_priority(*part->second->transfer);
    index(*part->second);
  }
}

// What a part has of its whole. Ranks are drawn when a part comes into the window: so the parts of
// a large request stand behind what was committed meanwhile, and do not starve it (P10).
void Engine::World::put_under_whole(Transfer& part) {
  const Whole* whole = whole_of(part);
  if (whole == nullptr) return;
  part.file.life = whole->life;
  part.file.rank = ++last_rank;
  follow_priority(part);
}

// A part that waited for the others goes on with its whole: it is in the window from now on.
void Engine::World::go_on_with_whole(Transfer& part) {
  Whole* whole = whole_of(part);
  if (whole == nullptr || !awaits_others(part.file) || !is_open(part)) return;
  whole->parts.try_emplace(part.file.id, part.file.tally);
  if (whole->decided) part = released(std::move(part));
}

void Engine::World::adopt_part(Transfer part) {
  Whole* whole = whole_of(part);
  Strand& strand = this->strand(part.request.owner, part.request.handle);
  // One that has a file is known, or is being loaded again after a save in doubt.
  if (whole == nullptr || strand.file || strand.busy) return;
  if (awaits_others(part.file) && !is_open(part)) return forget_if_idle(strand);
  go_on_with_whole(part);
  const bool rises = !is_open(part);
  const std::string owner = part.request.owner, handle = part.request.handle;
  const Uuid id = *part.request.whole, file = part.file.id;
  put_under_whole(part);
  whole->parts[part.file.id] = part.file.tally;
  strand.loaded = true;
  take(strand, std::move(part));
  index(strand);
  if (!rises) return;
  const auto risen = [this, id, file](const Answer& answer) {
    if (!answer) leave_window(id, file);
  };
  deliver(strand, CallMail{{owner, "service"}, Commit{handle}, "", risen, true});
}

// One that does not rise, as its finish_by has passed, stays as it is.
void Engine::World::leave_window(const Uuid& id, const Uuid& part) {
  const auto found = wholes.find(id);
  if (found == wholes.end()) return;
  found->second.parts.erase(part);
  found->second.lost = true;
  untended.insert(id);
}

// The sums follow what is saved; parts that the window has passed already come into it at once.
void Engine::World::part_changed(const Transfer& part, const std::vector<Transfer>& born) {
  Whole* whole = whole_of(part);
  if (whole == nullptr) return;
  if (const auto summed = whole->parts.find(part.file.id); summed != whole->parts.end()) {
    whole->passes = 0;
    whole->sums -= summed->second;
    whole->sums += part.file.tally;
    summed->second = part.file.tally;
    const bool ends_all = whole->holds_back && !whole->decided && part.file.tally.failed > 0;
    if (ends_all && !std::exchange(whole->gives_up, true)) read_from_the_first(*whole);
    if (!is_open(part)) whole->parts.erase(summed);
  }
  untended.insert(*part.request.whole);
  add_born(*whole, born);
}

void Engine::World::add_born(Whole& whole, const std::vector<Transfer>& born) {
  for (const Transfer& young : born) {
    whole.sums += young.file.tally;
    LaneRead& read = whole.lanes[lane_number(young)];
    if (!is_open(young)) continue;
    if (young.request.number <= read.up_to) {
      newborn.push_back(young);
    } else {
      read.all = false;
    }
  }
}

// What was born in a save that was in doubt may have been read, moved and forgotten since: not what
// was known of it then comes into the window, but what is stored now.
void Engine::World::read_again(const std::vector<Transfer>& born) {
  for (const Transfer& young : born) {
    Whole* whole = whole_of(young);
    if (whole == nullptr) continue;
    LaneRead& read = whole->lanes[lane_number(young)];
    read.up_to = std::min(read.up_to, young.request.number - 1);
  }
}

void Engine::World::whole_changed(const Transfer& whole, const std::vector<Transfer>& born) {
  const auto open = wholes.find(whole.request.id);
  if (whole.file.status != Status::active) {
    if (open != wholes.end()) wholes.erase(open);
  } else if (open == wholes.end()) {
    open_whole(whole, whole.file.tally);
  } else {
    Whole& known = open->second;
    known.stopping = whole.file.stop_asked;
    change_order(known, whole.file);
    known.holds_back = holds_back(whole);
    const bool was_decided = std::exchange(known.decided, whole.file.publish_ordered);
    if (known.decided && !was_decided) read_from_the_first(known);
    add_born(known, born);
    untended.insert(whole.request.id);
  }
}

void Engine::World::tend_wholes() {
  for (Transfer& part : std::exchange(newborn, {})) adopt_part(std::move(part));
  for (const Uuid& id : std::exchange(untended, {})) {
    const auto found = wholes.find(id);
    if (found != wholes.end()) tend(id, found->second);
  }
}

// Of what is held back: parts that are to go on, or to be given up, and were not in the window
// yet. A pass over all of them that changed nothing is made once more, for parts that were being
// read; then what is left does not rise.
bool Engine::World::waits_for_some(const Transfer& transfer, Whole& whole) const {
  constexpr unsigned passes_max = 2;
  const bool may_wait = whole.sums.ended() < whole.sums.files && !whole.stopping;
  if (!may_wait || whole.passes == passes_max) return false;
  if (gives_up_others(transfer, whole.sums) || (whole.lost && !whole.decided)) {
    whole.gives_up = whole.holds_back;
  }
  return whole.decided || whole.gives_up;
}

void Engine::World::tend(const Uuid& id, Whole& whole) {
  Strand& strand = this->strand(whole.owner, whole.handle);
  if (!strand.transfer) return;
  if (whole.stopping) stop_parts(whole);
  if (whole.gives_up) give_up_parts(whole);
  const bool ended = parts_ended(strand);
  if (!whole.stopping) fill_window(id, whole);
  if (ended && waits_for_some(*strand.transfer, whole)) {
    ++whole.passes;
    read_from_the_first(whole);
    return fill_window(id, whole);
  }
  if (ended && strand.mail.empty()) deliver(strand, PartsEndedMail{});
}

bool Engine::World::parts_ended(const Strand& strand) const {
  const auto found = wholes.find(strand.transfer->request.id);
  if (found == wholes.end()) return false;
  const Whole& whole = found->second;
  const bool closed = whole.stopping || (all_read(whole) && !whole.reading);
  return closed && whole.parts.empty();
}

void Engine::World::stop_parts(Whole& whole) {
  std::vector<Strand*> told;
  for (const auto& [file, tally] : whole.parts) {
    const auto part = by_file.find(file);
    if (part == by_file.end() || !whole.told_to_stop.insert(file).second) continue;
    told.push_back(part->second);
  }
  for (Strand* part : told) {
    deliver(*part,
            CallMail{{part->owner, "service"}, Stop{part->handle}, "", [](const Answer&) {}, true});
  }
}

// One that is with a mover ends first.
void Engine::World::give_up_parts(Whole& whole) {
  std::vector<Strand*> told;
  for (const auto& [file, tally] : whole.parts) {
    const auto part = by_file.find(file);
    if (part == by_file.end()) continue;
    Strand& strand = *part->second;
    const bool waits = strand.transfer && strand.transfer->file.status == Status::committed &&
                       strand.mail.empty() && !strand.granting;
    if (waits) told.push_back(&strand);
  }
  for (Strand* part : told) deliver(*part, GiveUpMail{});
}

// What a user sees of an open whole: the sums of the moment, and what moves in it.
void Engine::World::put_sums(Transfer& whole, std::optional<Live>& figures) const {
  const auto found = wholes.find(whole.request.id);
  if (found == wholes.end()) return;
  whole.file.tally = found->second.sums;
  Live& sum = figures.emplace();
  sum.bytes_confirmed = found->second.sums.bytes_done;
  for (const auto& [file, tally] : found->second.parts) {
    const auto strand = by_file.find(file);
    if (strand != by_file.end() && strand->second->occupied) {
      sum.files_active += tally.files - tally.listings - tally.ended();
      sum.bytes_active += tally.bytes - tally.bytes_ended();
    }
    const auto part = live.find(file);
    if (part == live.end()) continue;
    // What it has beyond those of its files that are done.
    if (part->second.bytes_confirmed > tally.bytes_done) {
      sum.bytes_confirmed += part->second.bytes_confirmed - tally.bytes_done;
    }
    sum.rate += part->second.rate;
    sum.streams += part->second.streams;
    sum.doing = Doing::move;
  }
}

bool Engine::World::is_being_listed(const Transfer& transfer) const {
  const File& file = transfer.file;
  if (file.kind != Kind::tree || is_final(file.status) || file.folders_sought) return false;
  const auto whole = wholes.find(transfer.request.id);
  if (whole == wholes.end()) return true;
  return whole->second.sums.listings > 0;
}

// The first of its parts tells why nothing moves; but where one waits for its turn, that is why.
const Strand* Engine::World::telling_part(const Whole& whole) const {
  const Strand* first = nullptr;
  for (const auto& [file, tally] : whole.parts) {
    const auto part = by_file.find(file);
    if (part == by_file.end() || !part->second->transfer) continue;
    const Strand* strand = part->second;
    if (strand->occupied) return strand;
    if (strand->transfer->file.status != Status::committed) continue;
    const LaneKey* lane = queue.lane_of(file);
    const bool ready = lane != nullptr && barred_by(*lane, nullptr, nullptr) == Hold::none;
    if (first == nullptr || ready) first = strand;
    if (ready) break;
  }
  return first;
}

// Design, section 2: what an open whole is to its user is a fold over its parts.
bool Engine::World::all_wait(const Transfer& whole) const {
  const bool is_active =
      is_whole(whole.file) && whole.file.status == Status::active && !whole.file.stop_asked;
  const auto open = is_active ? wholes.find(whole.request.id) : wholes.end();
  if (open == wholes.end()) return false;
  const auto moves = [this](const auto& part) {
    const auto strand = by_file.find(part.first);
    return strand != by_file.end() && strand->second->occupied;
  };
  const auto& parts = open->second.parts;
  return std::none_of(parts.begin(), parts.end(), moves) && telling_part(open->second) != nullptr;
}

}  // namespace rft
