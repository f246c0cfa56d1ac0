// What every store promises about what can be asked of it, credentials and pruning.
#include "store_suite.h"

namespace rft::conform {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

template <class Subject>
class StoreQueries : public StoreSuite<Subject> {};
TYPED_TEST_SUITE(StoreQueries, Subjects);

std::vector<std::string> handles_of(const std::vector<Transfer>& transfers) {
  std::vector<std::string> handles;
  for (const Transfer& transfer : transfers) handles.push_back(transfer.request.handle);
  return handles;
}
TYPED_TEST(StoreQueries, open_work_is_all_that_is_committed_or_active_with_what_belongs_to_it) {
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

TYPED_TEST(StoreQueries, open_work_has_the_waiting_parts_of_which_a_rename_may_be_done_yet) {
  Change change = submission(1, alice, "h");
  change.next.file.kind = Kind::list;
  for (std::uint64_t i = 0; i < 3; ++i) {
    Transfer part = submission(100 + 10 * i, alice, "h/" + std::to_string(i + 1)).next;
    part.request.whole = change.next.request.id;
    part.request.number = i + 1;
    part.file.kind = Kind::bundle;
    part.file.status = i == 2 ? Status::failed : Status::committed;
    part.file.publish_ordered = i > 0;
    change.born.push_back(part);
  }
  ASSERT_EQ(this->calls.save(change), Saved::yes);
  this->subject.restart();
  EXPECT_EQ(text(this->calls.open_work().transfers), text(std::vector{change.born[1]}));
}

TYPED_TEST(StoreQueries, each_lane_of_a_whole_is_read_by_itself) {
  Change change = submission(1, alice, "h");
  change.next.file.kind = Kind::list;
  const std::array<const char*, 3> sources{"ftp://a/", "ftp://c/", "ftp://a/"};
  for (std::uint64_t i = 0; i < 2 * sources.size(); ++i) {
    Transfer part = submission(100 + 10 * i, alice, "h/" + std::to_string(i + 1)).next;
    part.request.whole = change.next.request.id;
    part.request.number = i + 1;
    part.request.source = parse_folder_url(sources[i % sources.size()]).value();
    part.file.kind = Kind::bundle;
    part.file.status = i == 0 ? Status::done : i == 3 ? Status::failed : Status::committed;
    change.born.push_back(part);
  }
  ASSERT_EQ(this->calls.save(change), Saved::yes);
  const Uuid whole = change.next.request.id;
  const LaneNumber a = lane_number(change.born[0]), c = lane_number(change.born[1]);
  EXPECT_THAT(this->calls.lanes(whole), testing::UnorderedElementsAre(a, c));
  EXPECT_THAT(this->calls.lanes(id(999)), testing::IsEmpty());
  const auto open = [&](LaneNumber lane, std::uint32_t life, std::uint64_t after) {
    return handles_of(this->calls.parts({whole, after, 10, {}, PartsQuery::Open{lane, life}}));
  };
  EXPECT_THAT(open(a, 0, 0), ElementsAre("h/3", "h/6"));
  EXPECT_THAT(open(a, 1, 0), ElementsAre("h/3", "h/4", "h/6")) << "what failed in an earlier life";
  EXPECT_THAT(open(a, 1, 4), ElementsAre("h/6"));
  EXPECT_THAT(open(c, 0, 0), ElementsAre("h/2", "h/5"));
}

TYPED_TEST(StoreQueries, of_parts_those_are_found_that_have_a_file_of_the_kind_asked_for) {
  Change change = submission(1, alice, "h");
  change.next.file.kind = Kind::list;
  const std::vector<std::pair<Counted, Tally>> tallies{{Counted::waiting, {9, 4, 2, 1, 0, 0, 1}},
                                                       {Counted::done, {3, 1, 1, 1, 0, 0, 0}},
                                                       {Counted::failed, {2, 0, 1, 1, 0, 0, 0}},
                                                       {Counted::skipped, {1, 0, 0, 1, 0, 0, 0}},
                                                       {Counted::deleted, {1, 0, 0, 0, 0, 0, 1}}};
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    const std::uint64_t number = i + 1;
    Transfer part = submission(100 + 10 * number, alice, "h/" + std::to_string(number)).next;
    part.request.whole = change.next.request.id;
    part.request.number = number;
    part.file.kind = Kind::bundle;
    part.file.status = Status::done;
    part.file.tally = tallies[i].second;
    change.born.push_back(part);
  }
  ASSERT_EQ(this->calls.save(change), Saved::yes);
  const auto found = [&](std::optional<Counted> with, std::uint32_t limit = 100) {
    return handles_of(this->calls.parts({change.next.request.id, 0, limit, with}));
  };
  EXPECT_THAT(found({}), SizeIs(5));
  EXPECT_THAT(found(Counted::waiting), ElementsAre("h/1"));
  EXPECT_THAT(found(Counted::done), ElementsAre("h/1", "h/2"));
  EXPECT_THAT(found(Counted::failed), ElementsAre("h/1", "h/2", "h/3"));
  EXPECT_THAT(found(Counted::skipped), ElementsAre("h/1", "h/2", "h/3", "h/4"));
  EXPECT_THAT(found(Counted::skipped, 2), ElementsAre("h/1", "h/2"));
  EXPECT_THAT(found(Counted::deleted), ElementsAre("h/1", "h/5"));
}

TYPED_TEST(StoreQueries, an_answered_part_leaves_the_ledger) {
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

TYPED_TEST(StoreQueries, an_endpoint_is_remembered_as_last_saved) {
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

TYPED_TEST(StoreQueries, a_limit_is_as_it_was_set_last_until_it_is_removed) {
  Saving one;
  one.limits = {limit("all"), limit("owner:uid:7"), limit("ftp://a:21->ftp://b:21")};
  ASSERT_EQ(this->calls.save(one), Saved::yes);
  Saving two;
  two.limits = {{one.limits[1].scope, {}, {}, LimitZone::utc, 3, at(50), alice}};
  two.removed_limits = {one.limits[0].scope, LimitScope::parse("ftp://none:21").value()};
  ASSERT_EQ(this->calls.save(two), Saved::yes);
  this->subject.restart();
  std::map<std::string, Limit> found;
  for (const Limit& limit : this->calls.open_work().limits) found[limit.scope.text()] = limit;
  EXPECT_EQ(found, (std::map<std::string, Limit>{{"owner:uid:7", two.limits[0]},
                                                 {"ftp://a:21->ftp://b:21", one.limits[2]}}));
}

TYPED_TEST(StoreQueries, drawn_numbers_never_come_again_even_when_their_rows_are_gone) {
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

TYPED_TEST(StoreQueries, a_page_begins_with_the_newest_and_the_cursor_goes_on) {
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

TYPED_TEST(StoreQueries, a_page_that_just_fits_has_no_next) {
  for (std::uint64_t n = 1; n <= 2; ++n) this->submitted(n, alice, "h" + std::to_string(n));
  EXPECT_EQ(this->calls.list({alice, {}, "", 2})->next, "");
}

TYPED_TEST(StoreQueries, a_list_by_status_has_that_status_alone) {
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

TYPED_TEST(StoreQueries, a_cursor_that_is_none_is_refused) {
  EXPECT_EQ(this->calls.list({alice, {}, "2", 2}).error().code, Code::invalid_request);
}

TYPED_TEST(StoreQueries, a_page_is_never_larger_than_its_limit_allows) {
  this->submitted(1, alice, "a");
  this->submitted(2, alice, "b");
  EXPECT_THAT(this->calls.list({alice, {}, "", 0})->transfers, SizeIs(1));
  EXPECT_THAT(this->calls.list({alice, {}, "", 4'000'000'000})->transfers, SizeIs(2));
}

TYPED_TEST(StoreQueries, events_come_in_order_after_a_number_for_one_owner) {
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

TYPED_TEST(StoreQueries, counts_follow_every_change) {
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

TYPED_TEST(StoreQueries, a_credential_is_renewed_and_removed_by_its_owner_alone) {
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

TYPED_TEST(StoreQueries, pruning_takes_what_is_old_and_nothing_else) {
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

TYPED_TEST(StoreQueries, the_part_of_a_pruned_record_goes_to_the_ledger) {
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

TYPED_TEST(StoreQueries, pruning_stops_at_its_step_and_says_that_there_is_more) {
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

TYPED_TEST(StoreQueries, a_restored_store_goes_on_under_a_new_name) {
  EXPECT_EQ(this->calls.identity().instance, id(1));
  ASSERT_EQ(this->calls.renew_instance(id(2)), Saved::yes);
  this->subject.restart();
  EXPECT_EQ(this->calls.identity().instance, id(2));
}

}  // namespace
}  // namespace rft::conform
