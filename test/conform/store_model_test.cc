// Random operations on SQLite and on the model side by side: they never differ.
#include <gtest/gtest.h>

#include <random>

#include "store_disk.h"
#include "store_subjects.h"

namespace rft::conform {
namespace {

constexpr int worlds = 12;
constexpr int operations = 100;
constexpr std::uint64_t outstanding_max = 5;  // that share a commit

// Draws savings for a handful of handles; often they fit, sometimes they are stale or collide.
class Player {
 public:
  explicit Player(unsigned seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t bound) {
    return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(random_);
  }
  bool once_in(std::uint64_t times) { return below(times) == 0; }
  std::string owner() { return once_in(3) ? bob : alice; }
  std::string handle() { return "h" + std::to_string(below(4)); }
  std::string key() { return "k" + std::to_string(below(5)); }

  Saving draw(const MemoryTables& tables) {
    Saving saving;
    const std::uint64_t count = once_in(6) ? 2 : 1;
    for (std::uint64_t n = 0; n < count; ++n) saving.changes.push_back(draw_change(tables));
    if (once_in(4)) saving.kept = kept(owner(), key(), Yes{handle()}, at(seconds()));
    if (once_in(5)) saving.endpoints.push_back(endpoint_row(once_in(2) ? "a" : "b"));
    if (once_in(5)) saving.limits.push_back(limit(once_in(2) ? "all" : "owner:uid:7"));
    if (once_in(9)) saving.removed_limits.push_back(limit("all").scope);
    if (once_in(5) && !tables.ledger.empty()) {
      saving.removed_parts.push_back(tables.ledger.begin()->first);
    }
    return saving;
  }
  long long seconds() { return static_cast<long long>(below(200)) * 3600; }

 private:
  Change draw_change(const MemoryTables& tables) {
    const std::string who = owner(), name = handle();
    const auto id_there = tables.handles.find({who, name});
    const bool there = id_there != tables.handles.end();
    Change change = !there || once_in(12) ? submission(++number_, who, name)
                                          : next(tables.transfers.at(id_there->second), status());
    File& file = change.next.file;
    if (!change.created && once_in(5)) change.erased = true;
    if (once_in(12)) file.version += below(3);  // a stale one, mostly
    file.rank = static_cast<std::int64_t>(below(1000));
    file.epoch = static_cast<std::uint32_t>(below(5));
    file.part.confirmed.add({below(1000), 1000 + below(1000)});
    if (is_final(file.status)) file.finished_at = at(seconds());
    if (once_in(3)) change.drop_orders = true;
    if (once_in(2))
      change.orders.push_back(once_in(2) ? move_order(change.next) : stop_order(change.next));
    if (once_in(2)) change.attempt = attempt(change.next, file.epoch);
    if (once_in(4)) change.discarded.push_back(ledger_part(5000 + 10 * ++ledger_, change.next));
    change.events.push_back(event(once_in(20) ? 1 : ++seq_, change.next, "x"));
    return change;
  }
  Status status() { return static_cast<Status>(below(6)); }

  std::mt19937 random_;
  std::uint64_t number_ = 100, ledger_ = 0;
  std::int64_t seq_ = 0;
};

// All that can be asked of a store, as text.
template <class Subject>
std::string everything(Calls<Subject>& calls) {
  std::string all = text(calls.open_work());
  for (const std::string& owner : {alice, bob}) {
    for (int n = 0; n < 4; ++n) {
      const std::string handle = "h" + std::to_string(n);
      all += text(calls.load(owner, handle, "k" + std::to_string(n)));
      const auto history = calls.history(owner, handle);
      all += history ? text(history->events) + text(history->attempts) : history.error().detail;
    }
    ListQuery query{owner, {}, "", 2};
    do {
      const auto page = calls.list(query).value();
      all += text(page.transfers);
      query.after = page.next;
    } while (!query.after.empty());
    all += text(calls.list({owner, Status::done, "", 100})->transfers);
    all += text(calls.events_after(owner, 3, 1000));
  }
  for (const auto& [status, count] : calls.counts()) {
    all += std::string(word(status)) + " " + std::to_string(count) + "\n";
  }
  return all;
}

class StoreModel : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Seeds, StoreModel, testing::Range(0, worlds));

// Asks for all savings before the first is answered.
template <class Subject>
std::vector<Saved> save_all(Subject& subject, const std::vector<Saving>& savings) {
  std::vector<Saved> answers;
  for (const Saving& saving : savings) {
    subject.store().save(saving, [&](Saved saved) { answers.push_back(saved); });
  }
  while (answers.size() < savings.size()) subject.mailbox().run_one();
  return answers;
}

// Prunes, and takes the parts away that were left behind: each store gives them an id of its own.
template <class Subject>
std::vector<std::uint64_t> prune(Calls<Subject>& calls, WallTime now) {
  const Pruned pruned = calls.prune(now);
  Saving saving;
  for (const LedgerPart& part : pruned.discarded) saving.removed_parts.push_back(part.id);
  EXPECT_EQ(calls.save(saving), Saved::yes);
  return {pruned.records, pruned.events, pruned.answers, pruned.discarded.size()};
}

TEST_P(StoreModel, sqlite_answers_as_the_model_does) {
  const Disk disk;  // which does not really sync: that is slow and tested elsewhere
  MemorySubject model_subject;
  SqliteSubject sqlite_subject(disk_name);
  Calls<MemorySubject> model(model_subject);
  Calls<SqliteSubject> sqlite(sqlite_subject);
  Player player(static_cast<unsigned>(GetParam()));
  for (int n = 0; n < operations; ++n) {
    std::vector<Saving> savings(1 + player.below(outstanding_max));
    for (Saving& saving : savings) saving = player.draw(model_subject.store().tables());
    ASSERT_EQ(save_all(sqlite_subject, savings), save_all(model_subject, savings)) << n;
    if (player.once_in(40)) {
      const WallTime now = at(3600 * 24 * 90 + player.seconds());
      ASSERT_EQ(prune(sqlite, now), prune(model, now)) << n;
    }
    if (player.once_in(25)) sqlite_subject.restart();
    if (player.once_in(10)) {
      ASSERT_EQ(everything(sqlite), everything(model)) << n;
    }
  }
  EXPECT_EQ(everything(sqlite), everything(model));
}

// The model's own switches, by which others test.
TEST(StoreMemory, an_unknown_save_was_done_or_not_as_the_test_says) {
  MemorySubject subject;
  Calls<MemorySubject> calls(subject);
  calls.store().disturb(1, Saved::unknown, true);
  calls.store().disturb(2, Saved::unknown, false);
  EXPECT_EQ(calls.save(submission(1, alice, "a")), Saved::unknown);
  EXPECT_EQ(calls.save(submission(2, alice, "b")), Saved::unknown);
  EXPECT_EQ(calls.save(submission(3, alice, "c")), Saved::yes);
  EXPECT_TRUE(calls.load(alice, "a").transfer);
  EXPECT_FALSE(calls.load(alice, "b").transfer);
}

TEST(StoreMemory, the_nth_save_fails_and_changes_nothing) {
  MemorySubject subject;
  Calls<MemorySubject> calls(subject);
  calls.store().disturb(2, Saved::full);
  EXPECT_EQ(calls.save(submission(1, alice, "a")), Saved::yes);
  EXPECT_EQ(calls.save(submission(2, alice, "b")), Saved::full);
  EXPECT_FALSE(calls.load(alice, "b").transfer);
}

TEST(StoreMemory, reads_fail_while_they_are_told_to) {
  MemorySubject subject;
  Calls<MemorySubject> calls(subject);
  calls.store().fail_reads(Error{Code::unavailable, "down"});
  EXPECT_EQ(calls.list({alice, {}, "", 1}).error().code, Code::unavailable);
  calls.store().fail_reads({});
  EXPECT_TRUE(calls.list({alice, {}, "", 1}).has_value());
}

TEST(StoreMemory, a_crash_comes_before_a_save_or_between_it_and_its_answer) {
  std::vector<std::function<void()>> posted;
  MemoryStore store(id(1), [&](std::function<void()> work) { posted.push_back(std::move(work)); });
  bool answered = false;
  store.save(saving(submission(1, alice, "a")), [&](Saved) { answered = true; });
  EXPECT_TRUE(store.tables().transfers.empty());
  ASSERT_EQ(posted.size(), 1U);
  posted[0]();
  EXPECT_EQ(store.tables().transfers.size(), 1U);
  EXPECT_FALSE(answered);
}

TEST(StoreMemory, tables_can_be_put_back_as_a_backup_is) {
  MemorySubject subject;
  Calls<MemorySubject> calls(subject);
  const MemoryTables before = calls.store().tables();
  ASSERT_EQ(calls.save(submission(1, alice, "a")), Saved::yes);
  calls.store().restore(before);
  EXPECT_FALSE(calls.load(alice, "a").transfer);
}

}  // namespace
}  // namespace rft::conform
