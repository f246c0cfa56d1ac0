// What every store promises about saves: guards, order, what clear leaves.
#include "store_suite.h"

namespace rft::conform {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

template <class Subject>
class StoreSaves : public StoreSuite<Subject> {};
TYPED_TEST_SUITE(StoreSaves, Subjects);

TYPED_TEST(StoreSaves, a_transfer_comes_back_as_it_was_saved) {
  Change change = submission(1, alice, "h");
  change.next = whole_transfer(1, alice, "h");
  ASSERT_EQ(this->calls.save(change), Saved::yes);
  EXPECT_EQ(this->calls.load(alice, "h").transfer, change.next);
  this->subject.restart();
  EXPECT_EQ(this->calls.load(alice, "h").transfer, change.next);
}

TYPED_TEST(StoreSaves, a_change_replaces_the_whole_file_and_never_the_request) {
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

TYPED_TEST(StoreSaves, a_line_is_known_by_its_digest_with_the_content_of_the_first) {
  const std::string line(16, '\x01'), name(16, '\x02'), other(16, '\x03');
  const Transfer whole = this->submitted(1, alice, "h");
  Change change = next(whole, Status::inactive);
  change.lines = {{line, "content1"}, {name, ""}};
  ASSERT_EQ(this->calls.save(change), Saved::yes);
  change = next(change.next, Status::inactive);
  change.lines = {{line, "content2"}};
  ASSERT_EQ(this->calls.save(change), Saved::yes);
  this->subject.restart();
  EXPECT_THAT(this->calls.known_lines(whole.request.id, {other, line, name}),
              ElementsAre(std::nullopt, "content1", ""));
  EXPECT_THAT(this->calls.known_lines(id(77), {line}), ElementsAre(std::nullopt));
  Change stale = next(whole, Status::inactive);
  stale.lines = {{other, "content3"}};
  ASSERT_EQ(this->calls.save(stale), Saved::stale);
  EXPECT_THAT(this->calls.known_lines(whole.request.id, {other}), ElementsAre(std::nullopt));
}

TYPED_TEST(StoreSaves, what_is_not_there_loads_as_nothing) {
  const Loaded loaded = this->calls.load(alice, "h", "key");
  EXPECT_FALSE(loaded.transfer);
  EXPECT_FALSE(loaded.kept);
}

TYPED_TEST(StoreSaves, another_owners_handle_does_not_exist) {
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

TYPED_TEST(StoreSaves, two_owners_may_use_one_handle) {
  this->submitted(1, alice, "h");
  const Transfer other = this->submitted(2, bob, "h");
  EXPECT_EQ(this->calls.load(bob, "h").transfer, other);
}

TYPED_TEST(StoreSaves, a_stale_version_saves_nothing) {
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

TYPED_TEST(StoreSaves, a_version_from_the_future_is_stale_too) {
  const Transfer first = this->submitted(1, alice, "h");
  Change early = next(first, Status::committed);
  ++early.next.file.version;
  EXPECT_EQ(this->calls.save(early), Saved::stale);
}

TYPED_TEST(StoreSaves, a_change_of_what_is_not_there_is_stale) {
  EXPECT_EQ(this->calls.save(next(submission(1, alice, "h").next, Status::done)), Saved::stale);
  EXPECT_EQ(this->calls.save(erasure(submission(1, alice, "h").next)), Saved::stale);
}

TYPED_TEST(StoreSaves, a_handle_in_use_cannot_be_made_again) {
  const Transfer first = this->submitted(1, alice, "h");
  EXPECT_EQ(this->calls.save(submission(2, alice, "h")), Saved::stale);
  EXPECT_EQ(this->calls.save(submission(1, alice, "other")), Saved::stale);
  EXPECT_EQ(this->calls.load(alice, "h").transfer, first);
  EXPECT_FALSE(this->calls.load(alice, "other").transfer);
}

TYPED_TEST(StoreSaves, one_stale_change_undoes_the_whole_save) {
  const Transfer first = this->submitted(1, alice, "a");
  Saving both;
  both.changes = {submission(2, alice, "b"), next(first, Status::committed)};
  both.changes[1].next.file.version = 9;
  EXPECT_EQ(this->calls.save(both), Saved::stale);
  EXPECT_FALSE(this->calls.load(alice, "b").transfer);
}

TYPED_TEST(StoreSaves, a_save_may_change_one_transfer_twice) {
  Saving both;
  both.changes = {submission(1, alice, "h")};
  both.changes.push_back(next(both.changes[0].next, Status::committed));
  EXPECT_EQ(this->calls.save(both), Saved::yes);
  EXPECT_EQ(this->calls.load(alice, "h").transfer, both.changes[1].next);
}

TYPED_TEST(StoreSaves, an_event_number_used_twice_saves_nothing) {
  Change first = submission(1, alice, "a");
  first.events.push_back(event(1, first.next, "submitted"));
  ASSERT_EQ(this->calls.save(first), Saved::yes);
  Change second = submission(2, alice, "b");
  second.events.push_back(event(1, second.next, "submitted"));
  EXPECT_EQ(this->calls.save(second), Saved::no);
  EXPECT_FALSE(this->calls.load(alice, "b").transfer);
}

TYPED_TEST(StoreSaves, saves_asked_at_once_are_answered_in_their_order_and_fail_alone) {
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

TYPED_TEST(StoreSaves, a_read_asked_after_a_save_sees_it_and_is_answered_after_it) {
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

TYPED_TEST(StoreSaves, an_answer_is_kept_with_its_refusal_or_its_yes) {
  const Answer refusal = tl::unexpected(Error{Code::wrong_state, "it is \"done\"", 7});
  Saving one;
  one.kept = kept(alice, "yes", Yes{"h", Status::committed, true, true, 70}, at(1));
  ASSERT_EQ(this->calls.save(one), Saved::yes);
  one.kept = kept(alice, "no", refusal, at(2));
  ASSERT_EQ(this->calls.save(one), Saved::yes);
  this->subject.restart();
  const Loaded yes = this->calls.load(alice, "h", "yes");
  EXPECT_EQ(yes.kept->answer, (Answer(Yes{"h", Status::committed, true, true, 70})));
  EXPECT_EQ(yes.kept->digest, std::string("\x01\0\x02", 3));
  EXPECT_EQ(yes.kept->at, at(1));
  const Loaded no = this->calls.load(alice, "h", "no");
  EXPECT_EQ(no.kept->answer, refusal);
  EXPECT_FALSE(this->calls.load(bob, "h", "yes").kept);
}

TYPED_TEST(StoreSaves, the_first_answer_under_a_key_stays_for_its_day) {
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

TYPED_TEST(StoreSaves, clear_erases_the_record_but_not_history_ledger_or_answer) {
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

TYPED_TEST(StoreSaves, history_by_handle_tells_the_present_life_alone) {
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

TYPED_TEST(StoreSaves, the_end_of_an_attempt_keeps_its_beginning) {
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

TYPED_TEST(StoreSaves, orders_stay_in_the_outbox_until_they_are_dropped) {
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

}  // namespace
}  // namespace rft::conform
