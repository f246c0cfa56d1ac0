// Group commit and the queue before it.
#include <gmock/gmock.h>

#include <future>

#include "store/group_commit.h"
#include "store/migrate.h"
#include "store_disk.h"
#include "store_subjects.h"

namespace rft::conform {
namespace {

using testing::ElementsAre;

Write write_of(Change change) {
  const Saving one = saving(std::move(change));
  return {[one](Database& database) { return apply(database, one); }, marks_of(one)};
}

Change of_size(Change change, std::size_t bytes) {
  change.next.file.hold_detail.assign(bytes, 'x');
  return change;
}

// A database whose log has some room, on a disk that has none left.
class FullDisk {
 public:
  explicit FullDisk(const Folder& folder)
      : database(open_database(folder.file("rft.db"), disk_name, id(1)).value()) {
    // A log that was copied back into the database is room for as much again.
    const Write first = write_of(of_size(submission(1, alice, "first"), 6U << 20));
    EXPECT_THAT(commit({&first}), ElementsAre(Saved::yes));
    disk.fill(true);
  }
  std::vector<Saved> commit(const std::vector<const Write*>& writes) {
    return commit_group(database, writes);
  }
  std::string handles() {
    return database.value("SELECT group_concat(handle) FROM request WHERE handle <> 'first'")
        .value();
  }
  Disk disk;
  Database database;
};

TEST(StoreGroup, a_group_that_the_disk_does_not_take_is_saved_one_by_one) {
  const Folder folder;
  FullDisk full(folder);
  const Write a = write_of(submission(2, alice, "a"));
  const Write huge = write_of(of_size(submission(3, alice, "huge"), 20U << 20));
  const Write b = write_of(submission(4, alice, "b"));
  EXPECT_THAT(full.commit({&a, &huge, &b}), ElementsAre(Saved::yes, Saved::full, Saved::yes));
  EXPECT_EQ(full.handles(), "a,b");
}

TEST(StoreGroup, a_transaction_that_sqlite_gave_up_itself_takes_nobody_along) {
  const Folder folder;
  FullDisk full(folder);
  // So few pages in memory that the disk is found full in the middle of a statement.
  ASSERT_TRUE(full.database.script("PRAGMA cache_size = 10").has_value());
  const Write a = write_of(submission(2, alice, "a"));
  const Write huge = write_of(of_size(submission(3, alice, "huge"), 20U << 20));
  const Write b = write_of(submission(4, alice, "b"));
  EXPECT_THAT(full.commit({&a, &huge, &b}), ElementsAre(Saved::yes, Saved::full, Saved::yes));
  EXPECT_EQ(full.handles(), "a,b");
}

TEST(StoreGroup, the_marks_of_a_save_that_failed_are_not_raised) {
  const Folder folder;
  auto database = open_database(folder.file("rft.db"), "", id(1)).value();
  Change stale = next(submission(1, alice, "a").next, Status::done);
  stale.next.file.epoch = 70;
  Change good = submission(2, alice, "b");
  good.next.file.epoch = 3;
  const Write first = write_of(stale), second = write_of(good);
  const std::vector<const Write*> both{&first, &second};
  EXPECT_THAT(commit_group(database, both), ElementsAre(Saved::stale, Saved::yes));
  EXPECT_EQ(database.value("SELECT newest_epoch FROM meta").value(), "3");
}

TEST(StoreGroup, a_database_that_another_program_has_locked_saves_nothing_and_then_goes_on) {
  const Folder folder;
  const std::string path = folder.file("rft.db");
  auto database = open_database(path, "", id(1)).value();
  auto other = Database::open(path, "").value();
  ASSERT_TRUE(database.script("PRAGMA busy_timeout = 0").has_value());
  ASSERT_TRUE(other.script("BEGIN IMMEDIATE").has_value());
  const Write a = write_of(submission(1, alice, "a")), b = write_of(submission(2, alice, "b"));
  const std::vector<const Write*> both{&a, &b};
  EXPECT_THAT(commit_group(database, both), ElementsAre(Saved::no, Saved::no));
  ASSERT_TRUE(other.script("ROLLBACK").has_value());
  EXPECT_THAT(commit_group(database, both), ElementsAre(Saved::yes, Saved::yes));
}

// A worker that is held up until it is told to go on.
class HeldWorker {
 public:
  explicit HeldWorker(const Folder& folder)
      : worker(open_database(folder.file("rft.db"), "", id(1)).value(), mailbox.post()) {
    worker.read(
        [this](Database&) -> Worker::Answer {
          begun.set_value();
          go_on.get_future().wait();
          return [] {};
        },
        [] {});
    begun.get_future().wait();
  }
  Mailbox mailbox;
  std::promise<void> begun, go_on;
  Worker worker;
};

TEST(StoreQueue, a_job_that_finds_it_full_is_refused_in_its_turn) {
  const Folder folder;
  HeldWorker held(folder);
  std::vector<std::string> answers;
  const auto note = [&](const std::string& what) { return [&, what] { answers.push_back(what); }; };
  for (std::size_t n = 0; n < queue_jobs_max; ++n) {
    held.worker.read([](Database&) -> Worker::Answer { return [] {}; }, note("refused early"));
  }
  held.worker.read([&](Database&) { return note("too much was done"); }, note("refused"));
  held.worker.write(write_of(submission(1, alice, "a")), 1, [&](Saved saved) {
    answers.push_back(saved == Saved::no ? "no" : "too much was saved");
  });
  EXPECT_THAT(answers, testing::IsEmpty());
  held.go_on.set_value();
  while (answers.size() < 2) held.mailbox.run_one();
  EXPECT_THAT(answers, ElementsAre("refused", "no"));
}

TEST(StoreQueue, it_is_bounded_by_bytes_too) {
  const Folder folder;
  HeldWorker held(folder);
  std::vector<Saved> answers;
  const auto note = [&](Saved saved) { answers.push_back(saved); };
  held.worker.write(write_of(submission(1, alice, "a")), queue_bytes_max, note);
  held.worker.write(write_of(submission(2, alice, "b")), 1, note);
  held.go_on.set_value();
  while (answers.size() < 2) held.mailbox.run_one();
  held.worker.write(write_of(submission(3, alice, "c")), 1, note);  // there is room again
  while (answers.size() < 3) held.mailbox.run_one();
  EXPECT_THAT(answers, ElementsAre(Saved::yes, Saved::no, Saved::yes));
}

TEST(StoreQueue, what_was_asked_is_done_before_the_store_goes) {
  const Folder folder;
  const std::string path = folder.file("rft.db");
  {
    Mailbox nobody_reads;
    auto store = SqliteStore::open({path, id(1)}, nobody_reads.post()).value();
    for (std::uint64_t n = 1; n <= 50; ++n) {
      store->save(saving(submission(n, alice, "h" + std::to_string(n))), [](Saved) {});
    }
  }
  auto database = open_database(path, "", id(1)).value();
  EXPECT_EQ(database.value("SELECT count(*) FROM file").value(), "50");
}

}  // namespace
}  // namespace rft::conform
