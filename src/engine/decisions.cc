// What the core is asked for the first mail of a strand.
#include <fmt/format.h>

#include "core/credential.h"
#include "core/extras.h"
#include "engine/world.h"

namespace rft {
namespace {

// Answers that say "not now" are not kept (design, section 2).
bool is_kept(const Answer& answer) {
  if (answer) return true;
  const int http = entry(answer.error().code).http;
  return http < 500 && http != 429;
}

// The call as the core takes it: of AddFiles what the list does not have yet.
Result<Call> asked_of_core(const Call& call, const std::optional<KnownContents>& known) {
  const auto* more = std::get_if<AddFiles>(&call);
  if (more == nullptr || !known) return call;
  auto fresh = new_files(*more, *known);
  if (!fresh) return tl::unexpected(std::move(fresh.error()));
  return Call(std::move(*fresh));
}

}  // namespace

// Of a whole that is open, and of its parts.
Whole* Engine::World::numbers_of(const Strand& strand) {
  if (!strand.transfer) return nullptr;
  if (is_part(*strand.transfer)) return whole_of(*strand.transfer);
  const auto found = wholes.find(strand.transfer->request.id);
  return found == wholes.end() ? nullptr : &found->second;
}

// A number is never given twice, whatever becomes of the save.
void Engine::World::note_numbers(const Strand& strand, const Change& change) {
  Whole* whole = numbers_of(strand);
  if (whole == nullptr) return;
  for (const Transfer& part : change.born) {
    whole->numbered = std::max(whole->numbered, numbered_by(part.request.number));
  }
}

Engine::World::Outcome Engine::World::decide(Strand& strand) {
  Outcome outcome = decide_first_mail(strand);
  if (outcome.change) note_numbers(strand, *outcome.change);
  return outcome;
}

Engine::World::Outcome Engine::World::decide_first_mail(Strand& strand) {
  const Now now = clock.now();
  const Mail& mail = strand.mail.front();
  if (const auto* call = std::get_if<CallMail>(&mail)) return decide_call(strand, *call);
  if (!strand.transfer) return {};
  const Transfer& transfer = *strand.transfer;
  Outcome outcome;
  if (const auto* grant = std::get_if<GrantMail>(&mail)) {
    outcome.change = decide_grant(strand, *grant);
  } else if (const auto* said = std::get_if<WordMail>(&mail)) {
    outcome.change = on_word(transfer, said->word, now, draws(strand));
  } else if (const auto* lost = std::get_if<LostMail>(&mail)) {
    if (transfer.file.mover == lost->mover) {
      outcome.change = on_mover_lost(transfer, lost->because, lost->silent, now, draws(strand));
    }
  } else if (std::holds_alternative<TimeMail>(mail)) {
    outcome.change = on_time(transfer, memory_of(transfer), now, draws(strand));
  } else if (std::holds_alternative<SpaceMail>(mail)) {
    outcome.change = on_give_space(transfer, now, draws(strand));
  } else if (std::holds_alternative<GiveUpMail>(mail)) {
    outcome.change = on_give_up(transfer, now, draws(strand));
  } else if (std::holds_alternative<PartsEndedMail>(mail) && parts_ended(strand)) {
    const Whole& whole = wholes.at(transfer.request.id);
    outcome.change = on_parts_ended(transfer, whole.sums, !whole.lost, now, draws(strand));
  }
  return outcome;
}

// What is open is in memory, so it has a bound (P11). A list has any number of files. What is about
// to be saved counts already.
void Engine::World::hold_open_max(Strand& strand, CallOutcome& called) {
  if (!called.change || strand.is_open) return;
  const Transfer& next = called.change->next;
  if (is_part(next) || next.file.status != Status::committed) return;
  const auto mine = open_of_owner.find(strand.owner);
  const std::size_t own = mine == open_of_owner.end() ? 0 : mine->second;
  const bool has_room = open_requests < limits.open_max;
  // Nobody takes the last quarter from the others (P10).
  if (has_room && own < limits.open_max - limits.open_max / 4) return count_open(strand, &next);
  called = {fail(Code::busy,
                 fmt::format("{} transfers are committed or active, as many as {}; hand over many "
                             "files as one list ('rft copy --from'), or try again when some have "
                             "ended",
                             has_room ? own : open_requests,
                             has_room ? "one owner may have" : "the service takes")),
            std::nullopt};
}

Engine::World::Outcome Engine::World::decide_call(Strand& strand, const CallMail& mail) {
  const std::string digest = mail.key.empty() ? std::string() : digest_of(mail.call);
  if (strand.kept && !strand.kept->key.empty()) {
    if (strand.kept->digest == digest) return {std::nullopt, strand.kept->answer, std::nullopt};
    return {std::nullopt,
            fail(Code::idempotency_key_reused, "give each call an Idempotency-Key of its own"),
            std::nullopt};
  }
  Outcome outcome;
  const auto* submit = std::get_if<Submit>(&mail.call);
  if (submit && !strand.transfer) {
    for (const auto& id :
         {submit->options.source_credential, submit->options.destination_credential}) {
      const auto found = id ? credentials.find(*id) : credentials.end();
      if (id && (found == credentials.end() || found->second.owner != mail.caller.owner)) {
        outcome.answer =
            fail(Code::no_such_credential,
                 fmt::format("there is no credential {}; see 'rft cred ls'", id->text()));
      }
    }
  }
  const Result<Call> asked = asked_of_core(mail.call, strand.known_lines);
  if (!asked) outcome.answer = tl::unexpected(asked.error());
  if (!outcome.answer) {
    CallOutcome called = on_call(strand.transfer ? &*strand.transfer : nullptr, *asked, mail.caller,
                                 clock.now(), draws(strand));
    hold_open_max(strand, called);
    outcome.answer = std::move(called.answer);
    outcome.change = std::move(called.change);
  }
  if (!mail.key.empty() && is_kept(*outcome.answer)) {
    outcome.keep =
        KeptAnswer{mail.caller.owner, mail.key, digest, *outcome.answer, clock.now().wall};
  }
  return outcome;
}

std::optional<Change> Engine::World::decide_grant(Strand& strand, const GrantMail& mail) {
  const Now now = clock.now();
  const Transfer& transfer = *strand.transfer;
  if (is_whole(transfer.file)) return on_start(transfer, now);
  const Whole* whole = whole_of(transfer);
  const bool stops = whole && whole->stopping && !needs_look(transfer.file);
  if (stops) return std::nullopt;  // its own order to stop comes next
  const bool may = transfer.file.status == Status::committed || needs_look(transfer.file);
  if (!may || movers.find(mail.mover) == movers.end()) return std::nullopt;
  const auto mine = credentials_of(strand.owner);
  const Options& options = transfer.request.options;
  const auto source = choose_credential(mine, transfer.request.source.endpoint,
                                        options.source_credential, Side::source, now.wall);
  const auto destination =
      choose_credential(mine, transfer.request.destination.endpoint, options.destination_credential,
                        Side::destination, now.wall);
  if (source && destination) {
    return on_grant(transfer,
                    {mail.mover, *source, *destination, mail.streams, !may_publish(strand),
                     marker_seconds_for(active)},
                    now, draws(strand));
  }
  const Fault& fault = source ? destination.error() : source.error();
  const LaneKey lane = lane_of(transfer);
  if (const auto key = gate_of(fault, lane.source, lane.destination, lane.owner,
                               lane.source_credential, lane.destination_credential)) {
    close(*key, fault);
  }
  return on_hold(transfer, fault, now);
}

Draws Engine::World::draws(const Strand& strand) {
  Draws draws;
  draws.request = clock.fresh_id();
  draws.file = clock.fresh_id();
  draws.part = clock.fresh_id();
  draws.ledger = clock.fresh_id();
  draws.rank = ++last_rank;
  const auto mine = ranks.find(strand.owner);
  draws.front_rank = (mine == ranks.end() || mine->second.empty() ? 0 : *mine->second.begin()) - 1;
  draws.may_publish = may_publish(strand);
  draws.all_wait = strand.transfer && all_wait(*strand.transfer);
  if (const Whole* whole = numbers_of(strand)) draws.numbered = whole->numbered;
  for (const auto& known : strand.known_lines.value_or(KnownContents{})) {
    draws.known.push_back(known.has_value());
  }
  return draws;
}

std::vector<CredentialFacts> Engine::World::credentials_of(const std::string& owner) const {
  std::vector<CredentialFacts> mine;
  for (const auto& [id, facts] : credentials) {
    if (facts.owner == owner) mine.push_back(facts);
  }
  return mine;
}

}  // namespace rft
