// What every store promises, one suite for all of them.
#include <gmock/gmock.h>

#include "store_subjects.h"

namespace rft::conform {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

template <class Subject>
class StoreTest : public testing::Test {
 protected:
  // Submits a transfer and gives it as it is stored.
  Transfer submitted(std::uint64_t number, const std::string& owner, const std::string& handle) {
    Change change = submission(number, owner, handle);
    EXPECT_EQ(calls.save(change), Saved::yes);
    return change.next;
  }
  Transfer moved(const Transfer& from, Status status) {
    Change change = next(from, status);
    EXPECT_EQ(calls.save(change), Saved::yes);
    return change.next;
  }
  Subject subject;
  Calls<Subject> calls{subject};
};
using Subjects = testing::Types<MemorySubject, SqliteSubject>;
TYPED_TEST_SUITE(StoreTest, Subjects);

std::vector<std::string> handles_of(const std::vector<Transfer>& transfers) {
  std::vector<std::string> handles;
  for (const Transfer& transfer : transfers) handles.push_back(transfer.request.handle);
  return handles;
}
std::vector<std::int64_t> seqs_of(const std::vector<Event>& events) {
  std::vector<std::int64_t> seqs;
  for (const Event& event : events) seqs.push_back(event.seq);
  return seqs;
}

TYPED_TEST(StoreTest, a_transfer_comes_back_as_it_was_saved) {
  Change change = submission(1, alice, "h");
  change.next = whole_transfer(1, alice, "h");
  ASSERT_EQ(this->calls.save(change), Saved::yes);
  EXPECT_EQ(this->calls.load(alice, "h").transfer, change.next);
  this->subject.restart();
  EXPECT_EQ(this->calls.load(alice, "h").transfer, change.next);
}

TYPED_TEST(StoreTest, a_change_replaces_the_whole_file_and_never_the_request) {
  const Transfer first = this->submitted(1, alice, "h");
  Change change = next(first, Status::active);
  const std::uint64_t version = change.next.file.version;
  change.next.file = whole_transfer(1, alice, "h").file;
  change.next.file.version = version;
  change.next.request.digest = "other";
  ASSERT_EQ(this->calls.save(change), Saved::yes);
  const Loaded loaded = this->calls.load(alice, "h");
  EXPECT_EQ(loaded.transfer->request, first.request);
  EXPECT_EQ(loaded.transfer->file, change.next.file);
}

TYPED_TEST(StoreTest, what_is_not_there_loads_as_nothing) {
  const Loaded loaded = this->calls.load(alice, "h", "key");
  EXPECT_FALSE(loaded.transfer);
  EXPECT_FALSE(loaded.kept);
}

TYPED_TEST(StoreTest, another_owners_handle_does_not_exist) {
  const Transfer mine = this->submitted(1, alice, "h");
  EXPECT_FALSE(this->calls.load(bob, "h").transfer);
  EXPECT_EQ(this->calls.history(bob, "h").error().code, Code::no_such_transfer);
  EXPECT_EQ(this->calls.history_of(bob, mine.request.id).error().code, Code::no_such_transfer);
  EXPECT_THAT(this->calls.list({bob, {}, "", 10})->transfers, IsEmpty());
  Change theft = next(mine, Status::committed);
  theft.next.request.owner = bob;
  EXPECT_EQ(this->calls.save(theft), Saved::stale);
  theft.erased = true;
  EXPECT_EQ(this->calls.save(theft), Saved::stale);
  EXPECT_EQ(this->calls.load(alice, "h").transfer, mine);
}

TYPED_TEST(StoreTest, two_owners_may_use_one_handle) {
  this->submitted(1, alice, "h");
  const Transfer other = this->submitted(2, bob, "h");
  EXPECT_EQ(this->calls.load(bob, "h").transfer, other);
}

TYPED_TEST(StoreTest, a_stale_version_saves_nothing) {
  const Transfer first = this->submitted(1, alice, "h");
  const Transfer second = this->moved(first, Status::committed);
  Change late = next(first, Status::failed);
  late.events.push_back(event(5, first, "failed"));
  late.orders.push_back(stop_order(first));
  late.discarded.push_back(ledger_part(900, first));
  late.attempt = attempt(first, 1);
  Saving all = saving(late);
  all.kept = kept(alice, "key", Yes{"h"}, at(0));
  EXPECT_EQ(this->calls.save(all), Saved::stale);
  EXPECT_EQ(this->calls.load(alice, "h", "key").transfer, second);
  EXPECT_FALSE(this->calls.load(alice, "h", "key").kept);
  EXPECT_THAT(this->calls.events_after(alice, 0), IsEmpty());
  EXPECT_THAT(this->calls.open_work().outbox, IsEmpty());
  EXPECT_THAT(this->calls.open_work().ledger, IsEmpty());
  EXPECT_THAT(this->calls.history(alice, "h")->attempts, IsEmpty());
}

TYPED_TEST(StoreTest, a_version_from_the_future_is_stale_too) {
  const Transfer first = this->submitted(1, alice, "h");
  Change early = next(first, Status::committed);
  ++early.next.file.version;
  EXPECT_EQ(this->calls.save(early), Saved::stale);
}

TYPED_TEST(StoreTest, a_change_of_what_is_not_there_is_stale) {
  EXPECT_EQ(this->calls.save(next(submission(1, alice, "h").next, Status::done)), Saved::stale);
  EXPECT_EQ(this->calls.save(erasure(submission(1, alice, "h").next)), Saved::stale);
}

TYPED_TEST(StoreTest, a_handle_in_use_cannot_be_made_again) {
  const Transfer first = this->submitted(1, alice, "h");
  EXPECT_EQ(this->calls.save(submission(2, alice, "h")), Saved::stale);
  EXPECT_EQ(this->calls.save(submission(1, alice, "other")), Saved::stale);
  EXPECT_EQ(this->calls.load(alice, "h").transfer, first);
  EXPECT_FALSE(this->calls.load(alice, "other").transfer);
}

TYPED_TEST(StoreTest, one_stale_change_undoes_the_whole_save) {
  const Transfer first = this->submitted(1, alice, "a");
  Saving both;
  both.changes = {submission(2, alice, "b"), next(first, Status::committed)};
  both.changes[1].next.file.version = 9;
  EXPECT_EQ(this->calls.save(both), Saved::stale);
  EXPECT_FALSE(this->calls.load(alice, "b").transfer);
}

TYPED_TEST(StoreTest, a_save_may_change_one_transfer_twice) {
  Saving both;
  both.changes = {submission(1, alice, "h")};
  both.changes.push_back(next(both.changes[0].next, Status::committed));
  EXPECT_EQ(this->calls.save(both), Saved::yes);
  EXPECT_EQ(this->calls.load(alice, "h").transfer, both.changes[1].next);
}

TYPED_TEST(StoreTest, an_event_number_used_twice_saves_nothing) {
  Change first = submission(1, alice, "a");
  first.events.push_back(event(1, first.next, "submitted"));
  ASSERT_EQ(this->calls.save(first), Saved::yes);
  Change second = submission(2, alice, "b");
  second.events.push_back(event(1, second.next, "submitted"));
  EXPECT_EQ(this->calls.save(second), Saved::no);
  EXPECT_FALSE(this->calls.load(alice, "b").transfer);
}

TYPED_TEST(StoreTest, saves_asked_at_once_are_answered_in_their_order_and_fail_alone) {
  Saving good = saving(submission(1, alice, "a"));
  Saving stale = saving(submission(2, alice, "a"));
  Saving bad = saving(submission(3, alice, "c"));
  bad.events = {event(1, bad.changes[0].next, "x"), event(1, bad.changes[0].next, "y")};
  Saving last = saving(submission(4, alice, "d"));
  std::vector<std::pair<int, Saved>> said;
  int number = 0;
  for (Saving* one : {&good, &stale, &bad, &last}) {
    this->calls.store().save(*one, [&said, n = ++number](Saved saved) {
      said.push_back({n, saved});
    });
  }
  while (said.size() < 4) this->subject.mailbox().run_one();
  EXPECT_THAT(said, ElementsAre(std::pair(1, Saved::yes), std::pair(2, Saved::stale),
                                std::pair(3, Saved::no), std::pair(4, Saved::yes)));
  EXPECT_FALSE(this->calls.load(alice, "c").transfer);
}

TYPED_TEST(StoreTest, a_read_asked_after_a_save_sees_it_and_is_answered_after_it) {
  std::vector<std::string> order;
  this->calls.store().save(saving(submission(1, alice, "a")),
                           [&](Saved) { order.push_back("save"); });
  this->calls.store().load(alice, "a", "", [&](const Result<Loaded>& loaded) {
    order.push_back(loaded->transfer ? "seen" : "missed");
  });
  EXPECT_THAT(order, IsEmpty());  // never from inside the call
  while (order.size() < 2) this->subject.mailbox().run_one();
  EXPECT_THAT(order, ElementsAre("save", "seen"));
}

TYPED_TEST(StoreTest, an_answer_is_kept_with_its_refusal_or_its_yes) {
  Saving one;
  one.kept = kept(alice, "yes", Yes{"h", Status::committed, true, true, 70}, at(1));
  ASSERT_EQ(this->calls.save(one), Saved::yes);
  one.kept = kept(alice, "no", fail(Code::wrong_state, "it is \"done\""), at(2));
  ASSERT_EQ(this->calls.save(one), Saved::yes);
  this->subject.restart();
  const Loaded yes = this->calls.load(alice, "h", "yes");
  EXPECT_EQ(yes.kept->answer, (Answer(Yes{"h", Status::committed, true, true, 70})));
  EXPECT_EQ(yes.kept->digest, std::string("\x01\0\x02", 3));
  EXPECT_EQ(yes.kept->at, at(1));
  const Loaded no = this->calls.load(alice, "h", "no");
  EXPECT_EQ(no.kept->answer, Answer(fail(Code::wrong_state, "it is \"done\"")));
  EXPECT_FALSE(this->calls.load(bob, "h", "yes").kept);
}

TYPED_TEST(StoreTest, the_first_answer_under_a_key_stays_for_its_day) {
  Saving one;
  one.kept = kept(alice, "key", Yes{"first"}, at(0));
  ASSERT_EQ(this->calls.save(one), Saved::yes);
  const long long day = 24 * 3600;
  Saving other = saving(submission(1, alice, "h"));
  other.kept = kept(alice, "key", Yes{"second"}, at(day - 1));
  EXPECT_EQ(this->calls.save(other), Saved::stale);
  EXPECT_FALSE(this->calls.load(alice, "h").transfer);
  other.kept->at = at(day);
  EXPECT_EQ(this->calls.save(other), Saved::yes);
  EXPECT_EQ(this->calls.load(alice, "h", "key").kept->answer->handle, "second");
}

TYPED_TEST(StoreTest, clear_erases_the_record_but_not_history_ledger_or_answer) {
  Change made = submission(1, alice, "h");
  made.events.push_back(event(1, made.next, "submitted"));
  made.orders.push_back(move_order(made.next));
  made.attempt = attempt(made.next, 1);
  ASSERT_EQ(this->calls.save(made), Saved::yes);
  Change gone = erasure(made.next);
  gone.events.push_back(event(2, made.next, "cleared"));
  gone.discarded.push_back(ledger_part(900, made.next));
  Saving all = saving(gone);
  all.kept = kept(alice, "key", Yes{"h", Status::user_stop}, at(0));
  ASSERT_EQ(this->calls.save(all), Saved::yes);

  const Loaded loaded = this->calls.load(alice, "h", "key");
  EXPECT_FALSE(loaded.transfer);
  EXPECT_EQ(loaded.kept->answer->status, Status::user_stop);
  EXPECT_EQ(this->calls.history(alice, "h").error().code, Code::no_such_transfer);
  const auto earlier = this->calls.history_of(alice, made.next.request.id);
  EXPECT_THAT(seqs_of(earlier->events), ElementsAre(1, 2));
  EXPECT_THAT(earlier->attempts, IsEmpty());
  const OpenWork work = this->calls.open_work();
  EXPECT_THAT(work.outbox, IsEmpty());
  EXPECT_THAT(work.ledger, SizeIs(1));
}

TYPED_TEST(StoreTest, history_by_handle_tells_the_present_life_alone) {
  Change first = submission(1, alice, "h");
  first.events.push_back(event(1, first.next, "submitted"));
  ASSERT_EQ(this->calls.save(first), Saved::yes);
  Change gone = erasure(first.next);
  gone.events.push_back(event(2, first.next, "cleared"));
  ASSERT_EQ(this->calls.save(gone), Saved::yes);
  Change second = submission(2, alice, "h");
  second.events.push_back(event(3, second.next, "submitted"));
  second.attempt = attempt(second.next, 1);
  ASSERT_EQ(this->calls.save(second), Saved::yes);
  const auto history = this->calls.history(alice, "h");
  EXPECT_EQ(text(history->events), text(second.events));
  EXPECT_EQ(text(history->attempts), text(std::vector{*second.attempt}));
  EXPECT_THAT(seqs_of(this->calls.history_of(alice, first.next.request.id)->events),
              ElementsAre(1, 2));
}

TYPED_TEST(StoreTest, the_end_of_an_attempt_keeps_its_beginning) {
  Change begun = submission(1, alice, "h");
  begun.attempt = attempt(begun.next, 3);
  ASSERT_EQ(this->calls.save(begun), Saved::yes);
  Change ended = next(begun.next, Status::committed);
  ended.attempt = Attempt{begun.next.file.id,
                          3,
                          "",
                          {},
                          at(60),
                          0,
                          500,
                          FlowEnd::presumed,
                          Fault{FaultCode::cut, Side::both, Doing::move, "", ""}};
  ASSERT_EQ(this->calls.save(ended), Saved::yes);
  Attempt wanted = *ended.attempt;
  wanted.mover = begun.attempt->mover;
  wanted.started_at = begun.attempt->started_at;
  wanted.bytes_resumed = begun.attempt->bytes_resumed;
  EXPECT_EQ(text(this->calls.history(alice, "h")->attempts), text(std::vector{wanted}));
}

TYPED_TEST(StoreTest, orders_stay_in_the_outbox_until_they_are_dropped) {
  const Transfer other = this->submitted(2, alice, "other");
  Change kept_order = next(other, Status::active);
  kept_order.orders.push_back(move_order(other));
  ASSERT_EQ(this->calls.save(kept_order), Saved::yes);
  Change change = submission(1, alice, "h");
  change.orders = {move_order(change.next), stop_order(change.next)};
  ASSERT_EQ(this->calls.save(change), Saved::yes);
  this->subject.restart();
  EXPECT_THAT(this->calls.open_work().outbox, SizeIs(3));

  change = next(change.next, Status::active);
  change.orders.push_back(stop_order(change.next));
  ASSERT_EQ(this->calls.save(change), Saved::yes);  // without drop_orders they add up
  EXPECT_THAT(this->calls.open_work().outbox, SizeIs(4));

  change = next(change.next, Status::active);
  change.drop_orders = true;
  change.orders = {stop_order(change.next)};  // of the same save: it stays
  ASSERT_EQ(this->calls.save(change), Saved::yes);
  const OpenWork work = this->calls.open_work();
  ASSERT_THAT(work.outbox, SizeIs(2));
  EXPECT_EQ(work.outbox[0].task.file, other.file.id);
  EXPECT_TRUE(std::holds_alternative<StopOrder>(work.outbox[1].order));
}

TYPED_TEST(StoreTest, open_work_is_all_that_is_committed_or_active_with_what_belongs_to_it) {
  this->submitted(1, alice, "held");
  const Transfer queued = this->moved(this->submitted(2, alice, "queued"), Status::committed);
  const Transfer active = this->moved(this->submitted(3, bob, "active"), Status::active);
  for (const Status status : {Status::done, Status::failed, Status::user_stop_partial_trans}) {
    const std::string name(word(status));
    this->moved(this->submitted(4 + static_cast<std::uint64_t>(status), bob, name), status);
  }
  Saving more;
  more.endpoints = {endpoint_row("a.example"), endpoint_row("b.example")};
  more.endpoints[1] = {more.endpoints[1].endpoint, {}, {}, {}};
  ASSERT_EQ(this->calls.save(more), Saved::yes);
  Change discarding = next(active, Status::active);
  discarding.discarded = {ledger_part(900, active), ledger_part(910, active)};
  ASSERT_EQ(this->calls.save(discarding), Saved::yes);
  ASSERT_EQ(this->calls.save_credential(credential(50, alice), "sealed"), Saved::yes);
  this->subject.restart();

  const OpenWork work = this->calls.open_work();
  EXPECT_EQ(text(work.transfers), text(std::vector{queued, discarding.next}));
  OpenWork wanted;
  wanted.transfers = {queued, discarding.next};
  wanted.endpoints = more.endpoints;
  wanted.ledger = discarding.discarded;
  wanted.credentials = {credential(50, alice)};
  EXPECT_EQ(text(work), text(wanted));
}

TYPED_TEST(StoreTest, an_answered_part_leaves_the_ledger) {
  Change change = submission(1, alice, "h");
  change.discarded = {ledger_part(900, change.next), ledger_part(910, change.next)};
  ASSERT_EQ(this->calls.save(change), Saved::yes);
  Saving removed;
  removed.removed_parts = {id(900), id(12345)};
  ASSERT_EQ(this->calls.save(removed), Saved::yes);
  const OpenWork work = this->calls.open_work();
  ASSERT_THAT(work.ledger, SizeIs(1));
  EXPECT_EQ(work.ledger[0].id, id(910));
}

TYPED_TEST(StoreTest, an_endpoint_is_remembered_as_last_saved) {
  Saving one;
  one.endpoints = {endpoint_row("a.example")};
  ASSERT_EQ(this->calls.save(one), Saved::yes);
  one.endpoints[0].down_since.reset();
  one.endpoints[0].fault.reset();
  ASSERT_EQ(this->calls.save(one), Saved::yes);
  OpenWork wanted;
  wanted.endpoints = one.endpoints;
  EXPECT_EQ(text(this->calls.open_work()), text(wanted));
}

TYPED_TEST(StoreTest, drawn_numbers_never_come_again_even_when_their_rows_are_gone) {
  Change change = submission(1, alice, "h");
  change.next.file.epoch = 9;
  change.next.file.rank = 77;
  change.events.push_back(event(1000, change.next, "submitted"));
  ASSERT_EQ(this->calls.save(change), Saved::yes);
  ASSERT_EQ(this->calls.save(erasure(change.next)), Saved::yes);
  const long long years = 3600LL * 24 * 365 * 2;
  EXPECT_EQ(this->calls.prune(at(years)).events, 1U);
  this->subject.restart();
  const OpenWork work = this->calls.open_work();
  EXPECT_EQ(work.last_seq, 1000);
  EXPECT_EQ(work.last_rank, 77);
  EXPECT_EQ(work.newest_epoch, 9U);
  EXPECT_EQ(this->calls.identity(), (Identity{id(1), 9}));
}

TYPED_TEST(StoreTest, a_page_begins_with_the_newest_and_the_cursor_goes_on) {
  for (std::uint64_t n = 1; n <= 5; ++n) this->submitted(n, alice, "h" + std::to_string(n));
  this->submitted(6, bob, "b");
  const auto first = this->calls.list({alice, {}, "", 2});
  EXPECT_THAT(handles_of(first->transfers), ElementsAre("h5", "h4"));
  const auto second = this->calls.list({alice, {}, first->next, 2});
  EXPECT_THAT(handles_of(second->transfers), ElementsAre("h3", "h2"));
  this->submitted(7, alice, "h7");  // what is new does not disturb the pages that follow
  const auto third = this->calls.list({alice, {}, second->next, 2});
  EXPECT_THAT(handles_of(third->transfers), ElementsAre("h1"));
  EXPECT_EQ(third->next, "");
}

TYPED_TEST(StoreTest, a_page_that_just_fits_has_no_next) {
  for (std::uint64_t n = 1; n <= 2; ++n) this->submitted(n, alice, "h" + std::to_string(n));
  EXPECT_EQ(this->calls.list({alice, {}, "", 2})->next, "");
}

TYPED_TEST(StoreTest, a_list_by_status_has_that_status_alone) {
  for (std::uint64_t n = 1; n <= 4; ++n) {
    const Transfer transfer = this->submitted(n, alice, "h" + std::to_string(n));
    if (n != 2) this->moved(transfer, Status::done);
  }
  const auto first = this->calls.list({alice, Status::done, "", 2});
  EXPECT_THAT(handles_of(first->transfers), ElementsAre("h4", "h3"));
  const auto second = this->calls.list({alice, Status::done, first->next, 2});
  EXPECT_THAT(handles_of(second->transfers), ElementsAre("h1"));
  EXPECT_THAT(handles_of(this->calls.list({alice, Status::inactive, "", 2})->transfers),
              ElementsAre("h2"));
}

TYPED_TEST(StoreTest, a_cursor_that_is_none_is_refused) {
  EXPECT_EQ(this->calls.list({alice, {}, "2", 2}).error().code, Code::invalid_request);
}

TYPED_TEST(StoreTest, a_page_is_never_larger_than_its_limit_allows) {
  this->submitted(1, alice, "a");
  this->submitted(2, alice, "b");
  EXPECT_THAT(this->calls.list({alice, {}, "", 0})->transfers, SizeIs(1));
  EXPECT_THAT(this->calls.list({alice, {}, "", 4'000'000'000})->transfers, SizeIs(2));
}

TYPED_TEST(StoreTest, events_come_in_order_after_a_number_for_one_owner) {
  const Transfer mine = this->submitted(1, alice, "a");
  const Transfer other = this->submitted(2, bob, "b");
  Saving told;
  told.events = {event(1, mine, "one"), event(2, other, "two"), event(3, mine, "three"),
                 event(4, mine, "four")};
  ASSERT_EQ(this->calls.save(told), Saved::yes);
  EXPECT_THAT(seqs_of(this->calls.events_after(alice, 0)), ElementsAre(1, 3, 4));
  EXPECT_THAT(seqs_of(this->calls.events_after(alice, 1, 1)), ElementsAre(3));
  EXPECT_EQ(text(this->calls.events_after(bob, 0)), text(std::vector{told.events[1]}));
  EXPECT_THAT(this->calls.events_after(alice, 4), IsEmpty());
}

TYPED_TEST(StoreTest, counts_follow_every_change) {
  const Transfer a = this->submitted(1, alice, "a");
  const Transfer b = this->submitted(2, bob, "b");
  this->moved(a, Status::committed);
  ASSERT_EQ(this->calls.save(next(a, Status::done)), Saved::stale);
  using Counts = std::map<Status, std::uint64_t>;
  EXPECT_EQ(this->calls.counts(), (Counts{{Status::inactive, 1}, {Status::committed, 1}}));
  ASSERT_EQ(this->calls.save(erasure(b)), Saved::yes);
  this->subject.restart();
  EXPECT_EQ(this->calls.counts(), (Counts{{Status::committed, 1}}));
}

TYPED_TEST(StoreTest, a_credential_is_renewed_and_removed_by_its_owner_alone) {
  CredentialFacts mine = credential(50, alice);
  const std::string sealed("\0sealed\xff", 8);
  ASSERT_EQ(this->calls.save_credential(mine, sealed), Saved::yes);
  EXPECT_EQ(this->calls.sealed_credential(mine.id), sealed);
  EXPECT_EQ(this->calls.save_credential(credential(50, bob), "other"), Saved::stale);
  EXPECT_EQ(this->calls.remove_credential(bob, mine.id), Saved::stale);
  EXPECT_EQ(this->calls.sealed_credential(mine.id), sealed);
  ++mine.version;
  mine.endpoint.reset();
  mine.not_after.reset();
  mine.kind = CredentialKind::x509_proxy;
  ASSERT_EQ(this->calls.save_credential(mine, "renewed"), Saved::yes);
  this->subject.restart();
  EXPECT_EQ(this->calls.sealed_credential(mine.id), "renewed");
  OpenWork wanted;
  wanted.credentials = {mine};
  EXPECT_EQ(text(this->calls.open_work()), text(wanted));
  ASSERT_EQ(this->calls.remove_credential(alice, mine.id), Saved::yes);
  EXPECT_EQ(this->calls.sealed_credential(mine.id).error().code, Code::no_such_credential);
  EXPECT_EQ(this->calls.remove_credential(alice, mine.id), Saved::stale);
}

TYPED_TEST(StoreTest, pruning_takes_what_is_old_and_nothing_else) {
  const long long day = 24 * 3600;
  Transfer old = this->submitted(1, alice, "old");
  Change ended = next(old, Status::failed);
  ended.next.file.finished_at = at(0);
  ended.next.file.part.id = id(700);
  ended.next.file.part.epochs = {2};
  ended.events = {event(1, old, "failed")};
  ASSERT_EQ(this->calls.save(ended), Saved::yes);
  Change young = next(this->submitted(2, alice, "young"), Status::done);
  young.next.file.finished_at = at(30 * day);
  ASSERT_EQ(this->calls.save(young), Saved::yes);
  this->submitted(3, alice, "held");
  Saving answered;
  answered.kept = kept(alice, "key", Yes{"h"}, at(90 * day));
  ASSERT_EQ(this->calls.save(answered), Saved::yes);

  const Pruned nothing = this->calls.prune(at(90 * day));
  EXPECT_EQ(nothing.records + nothing.events + nothing.answers, 0U);
  const Pruned pruned = this->calls.prune(at(91 * day));
  EXPECT_EQ(pruned.records, 1U);
  EXPECT_EQ(pruned.answers, 1U);
  EXPECT_EQ(pruned.events, 0U);
  EXPECT_FALSE(pruned.more);
  EXPECT_FALSE(this->calls.load(alice, "old", "key").transfer);
  EXPECT_FALSE(this->calls.load(alice, "old", "key").kept);
  EXPECT_TRUE(this->calls.load(alice, "young").transfer);
  EXPECT_TRUE(this->calls.load(alice, "held").transfer);
  EXPECT_THAT(this->calls.history_of(alice, old.request.id)->events, SizeIs(1));
  EXPECT_EQ(this->calls.prune(at(401 * day)).events, 1U);
}

TYPED_TEST(StoreTest, the_part_of_a_pruned_record_goes_to_the_ledger) {
  Change ended = next(this->submitted(1, alice, "h"), Status::user_stop_partial_trans);
  ended.next.file.finished_at = at(0);
  ended.next.file.part.id = id(700);
  ended.next.file.part.epochs = {2, 1};
  ASSERT_EQ(this->calls.save(ended), Saved::yes);
  const Pruned pruned = this->calls.prune(at(3600 * 24 * 91));
  ASSERT_THAT(pruned.discarded, SizeIs(1));
  EXPECT_EQ(pruned.discarded[0].part, id(700));
  EXPECT_THAT(pruned.discarded[0].epochs, ElementsAre(2U, 1U));
  const OpenWork work = this->calls.open_work();
  ASSERT_THAT(work.ledger, SizeIs(1));
  EXPECT_EQ(work.ledger[0].id, pruned.discarded[0].id);
}

TYPED_TEST(StoreTest, pruning_stops_at_its_step_and_says_that_there_is_more) {
  const Transfer transfer = this->submitted(1, alice, "h");
  Saving many;
  for (std::int64_t n = 1; n <= prune_step_max + 1; ++n)
    many.events.push_back(event(n, transfer, "x"));
  ASSERT_EQ(this->calls.save(many), Saved::yes);
  const WallTime late = at(3600LL * 24 * 365 * 2);
  const Pruned first = this->calls.prune(late);
  EXPECT_EQ(first.events, prune_step_max);
  EXPECT_TRUE(first.more);
  const Pruned second = this->calls.prune(late);
  EXPECT_EQ(second.events, 1U);
  EXPECT_FALSE(second.more);
}

TYPED_TEST(StoreTest, a_restored_store_goes_on_under_a_new_name) {
  EXPECT_EQ(this->calls.identity().instance, id(1));
  ASSERT_EQ(this->calls.renew_instance(id(2)), Saved::yes);
  this->subject.restart();
  EXPECT_EQ(this->calls.identity().instance, id(2));
}

}  // namespace
}  // namespace rft::conform
