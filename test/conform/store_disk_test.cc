// The SQLite store on a disk that fails, fills up or loses its power.
#include <algorithm>
#include <atomic>
#include <fstream>
#include <random>

#include "store/migrate.h"
#include "store_disk.h"
#include "store_subjects.h"

namespace rft::conform {
namespace {

// A store on a given file, over a given VFS.
class DiskSubject {
 public:
  explicit DiskSubject(const std::string& path, const std::string& vfs = "")
      : opened_(SqliteStore::open({path, id(1), {}, vfs}, mailbox_.post())) {}
  bool good() const { return opened_.has_value(); }
  const Error& error() const { return opened_.error(); }
  SqliteStore& store() { return **opened_; }
  Mailbox& mailbox() { return mailbox_; }

 private:
  Mailbox mailbox_;
  Result<std::unique_ptr<SqliteStore>> opened_;
};

// The database as a crash at this moment leaves it: without the shared index, which dies with us.
void copy_database(const std::string& from, const std::string& to) {
  for (const char* suffix : {"", "-wal", "-journal"}) {
    std::filesystem::remove(to + suffix);
    if (std::filesystem::exists(from + suffix))
      std::filesystem::copy_file(from + suffix, to + suffix);
  }
  std::filesystem::remove(to + "-shm");
}

void put_down(const std::map<std::string, std::string>& files, const std::string& from,
              const std::string& to) {
  for (const char* suffix : {"", "-wal", "-journal", "-shm"}) {
    std::filesystem::remove(to + suffix);
    const auto found = files.find(from + suffix);
    if (found == files.end()) continue;
    std::ofstream(to + suffix, std::ios::binary) << found->second;
  }
}

// Version and number of events move together: save n makes version n and event n.
Change step(const Transfer& transfer, std::uint64_t version, std::size_t ranges) {
  Change change = version == 1 ? submission(1, alice, "h") : next(transfer, Status::committed);
  change.next.file.version = version;
  for (std::uint64_t n = 0; n < ranges; ++n) {
    change.next.file.part.confirmed.add({n * 1'000'000 + version, n * 1'000'000 + version + 9});
  }
  change.events = {event(static_cast<std::int64_t>(version), change.next, "x")};
  return change;
}

// Opens a copy that a crash left, sees that it is sound, and gives the version that it has.
std::uint64_t sound_version(const std::string& path) {
  {
    auto database = open_database(path, "", id(1));
    if (!database) {
      ADD_FAILURE() << database.error().detail;
      return 0;
    }
    EXPECT_EQ(database->value("PRAGMA integrity_check").value(), "ok");
    EXPECT_EQ(database->value("PRAGMA foreign_key_check").value(), "");
    EXPECT_EQ(database->value("SELECT count(*) FROM file").value(),
              database->value("SELECT coalesce(sum(files), 0) FROM status_count").value());
  }
  DiskSubject subject(path);
  Calls<DiskSubject> calls(subject);
  const Loaded loaded = calls.load(alice, "h");
  const std::uint64_t version = loaded.transfer ? loaded.transfer->file.version : 0;
  EXPECT_EQ(calls.events_after(alice, 0, 100'000).size(), version);
  EXPECT_EQ(calls.open_work().last_seq, static_cast<std::int64_t>(version));
  return version;
}

// Whether what was answered agrees with what is there.
void agrees(const std::vector<Saved>& answers, Calls<DiskSubject>& calls,
            const std::string& where) {
  for (std::size_t n = 0; n < answers.size(); ++n) {
    const bool there = calls.load(alice, "h" + std::to_string(n)).transfer.has_value();
    if (answers[n] == Saved::yes) {
      EXPECT_TRUE(there) << where << ", save " << n;
    }
    if (answers[n] == Saved::no || answers[n] == Saved::full) {
      EXPECT_FALSE(there) << where << ", save " << n;
    }
    EXPECT_NE(answers[n], Saved::stale) << where << ", save " << n;
  }
}

std::vector<Saved> save_four(DiskSubject& subject) {
  std::vector<Saved> answers;
  for (std::uint64_t n = 0; n < 4; ++n) {
    Change change = submission(10 + n, alice, "h" + std::to_string(n));
    change.events = {event(static_cast<std::int64_t>(n + 1), change.next, "x")};
    subject.store().save(saving(change), [&](Saved saved) { answers.push_back(saved); });
  }
  while (answers.size() < 4) subject.mailbox().run_one();
  return answers;
}

// Fails the nth operation for every n that four saves have, and looks at the store itself, at what
// a crash would leave, and at what the next start finds.
void fail_every_operation(std::uint64_t times, bool although_done) {
  const Folder folder;
  Disk disk;
  { DiskSubject(folder.file("first.db")); }
  bool failing = true;
  for (std::uint64_t n = 1; failing; ++n) {
    const std::string path = folder.file("rft.db");
    const std::string crashed = folder.file("crashed.db");
    disk.deleted(path);
    disk.deleted(path + "-wal");
    copy_database(folder.file("first.db"), path);
    disk.fail_from(n, times, although_done);
    {
      DiskSubject subject(path, disk_name);
      if (!subject.good()) continue;  // refused to start, which is an answer
      Calls<DiskSubject> calls(subject);
      const auto answers = save_four(subject);
      failing = disk.failed() > 0;
      const std::string where = "operation " + std::to_string(n);
      agrees(answers, calls, where);
      copy_database(path, crashed);
      DiskSubject after(crashed);
      ASSERT_TRUE(after.good()) << after.error().detail;
      Calls<DiskSubject> later(after);
      agrees(answers, later, where + " after a crash");
      if (times == 1) {
        EXPECT_EQ(std::count(answers.begin(), answers.end(), Saved::unknown), 0) << where;
      }
      disk.fail_from(1ULL << 60, 1, false);
    }
    DiskSubject again(path);
    EXPECT_TRUE(again.good());
  }
}

TEST(StoreDisk, an_operation_that_fails_once_tells_no_lie) {
  fail_every_operation(1, false);
}
TEST(StoreDisk, an_operation_that_fails_although_it_was_done_tells_no_lie) {
  fail_every_operation(1, true);
}
TEST(StoreDisk, a_disk_that_fails_for_good_tells_no_lie) {
  fail_every_operation(1ULL << 40, false);
}
TEST(StoreDisk, a_disk_that_fails_for_good_although_it_writes_tells_no_lie) {
  fail_every_operation(1ULL << 40, true);
}

TEST(StoreDisk, a_full_disk_changes_nothing_and_saves_go_on_when_there_is_room) {
  const Folder folder;
  Disk disk;
  DiskSubject subject(folder.file("rft.db"), disk_name);
  ASSERT_TRUE(subject.good());
  Calls<DiskSubject> calls(subject);
  Change first = step({}, 1, 0);
  ASSERT_EQ(calls.save(first), Saved::yes);
  disk.fill(true);
  const Change second = step(first.next, 2, 10'000);
  EXPECT_EQ(calls.save(second), Saved::full);
  EXPECT_EQ(calls.load(alice, "h").transfer, first.next);
  EXPECT_EQ(calls.save_credential(credential(50, alice), std::string(100'000, 's')), Saved::full);
  disk.fill(false);
  EXPECT_EQ(calls.save(second), Saved::yes);
  EXPECT_EQ(calls.load(alice, "h").transfer, second.next);
}

TEST(StoreDisk, a_copy_taken_at_any_moment_is_sound_and_has_all_that_was_answered) {
  const Folder folder;
  Disk disk;
  const std::string path = folder.file("rft.db");
  std::atomic<std::uint64_t> acknowledged{0};
  struct Moment {
    std::map<std::string, std::string> files;
    std::uint64_t acknowledged;
  };
  std::vector<Moment> moments;  // written on the store's thread, read once the store is closed
  std::mt19937 random(20261126);
  constexpr std::uint64_t every = 61;
  disk.on_operation([&](std::uint64_t number) {
    if (number % every != 0) return;
    const std::uint64_t by_now = acknowledged;
    const int kind = static_cast<int>(number / every % 3);  // nothing, a part or all of it survives
    moments.push_back({disk.after_power_loss([&] {
                         return kind == 0 ? false : kind == 1 ? random() % 2 == 0 : true;
                       }),
                       by_now});
  });
  constexpr std::uint64_t saves = 90;
  {
    DiskSubject subject(path, disk_name);
    ASSERT_TRUE(subject.good());
    Calls<DiskSubject> calls(subject);
    Transfer transfer;
    for (std::uint64_t version = 1; version <= saves; ++version) {
      const Change change =
          step(transfer, version, 5000);  // so that the log is copied back at times
      ASSERT_EQ(calls.save(change), Saved::yes);
      acknowledged = version;
      transfer = change.next;
      transfer.file.part.confirmed = RangeSet();
    }
    disk.on_operation(nullptr);
  }
  ASSERT_GT(moments.size(), 20U);
  const std::string left = folder.file("left.db");
  for (const Moment& moment : moments) {
    put_down(moment.files, path, left);
    const std::uint64_t version = sound_version(left);
    EXPECT_GE(version, moment.acknowledged);
    EXPECT_LE(version, moment.acknowledged + 1);
  }
}

}  // namespace
}  // namespace rft::conform
