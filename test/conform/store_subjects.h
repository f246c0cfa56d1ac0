// The stores under test, each with the queue through which it calls back.
#pragma once
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>

#include "store/memory.h"
#include "store/sqlite.h"
#include "store_values.h"

namespace rft::conform {

// Stands for the engine's loop: runs what is posted, in order, on the test's thread.
class Mailbox {
 public:
  Post post() {
    return [this](std::function<void()> work) {
      {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(work));
      }
      arrived_.notify_one();
    };
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, std::chrono::minutes(1), [this] { return !queue_.empty(); })) {
      throw std::runtime_error("a callback never came");
    }
    const auto work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
  }
  // Calls `call(then)` and runs until `then` was called with a T.
  template <class T, class Call>
  T answer(Call call) {
    std::optional<T> said;
    call([&said](T value) { said = std::move(value); });
    while (!said) run_one();
    return std::move(*said);
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> queue_;
};

// A folder of the running test, empty at its start and gone at its end.
class Folder {
 public:
  Folder() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(test->test_suite_name()) + "." + test->name();
    for (char& c : name) c = c == '/' ? '_' : c;
    path_ = std::filesystem::current_path() / "store_conform" / name;
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

class MemorySubject {
 public:
  MemoryStore& store() { return store_; }
  Mailbox& mailbox() { return mailbox_; }
  void restart() {}  // memory is its disk

 private:
  Mailbox mailbox_;
  MemoryStore store_{id(1), mailbox_.post()};
};

class SqliteSubject {
 public:
  explicit SqliteSubject(std::string vfs = "") : vfs_(std::move(vfs)) { restart(); }
  SqliteStore& store() { return *store_; }
  Mailbox& mailbox() { return mailbox_; }
  void restart() {
    store_.reset();
    store_ = SqliteStore::open({folder_.file("rft.db"), id(1), {}, vfs_}, mailbox_.post()).value();
  }

 private:
  std::string vfs_;
  Folder folder_;
  Mailbox mailbox_;
  std::unique_ptr<SqliteStore> store_;
};

// A store's calls as a test likes them: each waits for its answer.
template <class Subject>
class Calls {
 public:
  explicit Calls(Subject& subject) : subject_(subject) {}
  auto& store() { return subject_.store(); }

  Saved save(Saving saving) {
    return wait<Saved>([&](auto then) { store().save(std::move(saving), then); });
  }
  Saved save(Change change) { return save(saving(std::move(change))); }
  OpenWork open_work() {
    return wait<Result<OpenWork>>([&](auto then) { store().open_work(then); }).value();
  }
  Loaded load(const std::string& owner, const std::string& handle, const std::string& key = "") {
    return wait<Result<Loaded>>([&](auto then) { store().load(owner, handle, key, then); }).value();
  }
  std::vector<Transfer> parts(const PartsQuery& query) {
    return wait<Result<std::vector<Transfer>>>([&](auto then) { store().parts(query, then); })
        .value();
  }
  std::vector<LaneNumber> lanes(const Uuid& whole) {
    return wait<Result<std::vector<LaneNumber>>>([&](auto then) { store().lanes(whole, then); })
        .value();
  }
  Result<ListPage> list(const ListQuery& query) {
    return wait<Result<ListPage>>([&](auto then) { store().list(query, then); });
  }
  Result<History> history(const std::string& owner, const std::string& handle) {
    return wait<Result<History>>([&](auto then) { store().history(owner, handle, then); });
  }
  Result<History> history_of(const std::string& owner, const Uuid& request) {
    return wait<Result<History>>([&](auto then) { store().history_of(owner, request, then); });
  }
  std::vector<Event> events_after(const std::string& owner, std::int64_t after,
                                  std::uint32_t limit = 100) {
    return wait<Result<std::vector<Event>>>(
               [&](auto then) { store().events_after(owner, after, limit, then); })
        .value();
  }
  KnownContents known_lines(const Uuid& whole, const std::vector<std::string>& digests) {
    return wait<Result<KnownContents>>(
               [&](auto then) { store().known_lines(whole, digests, then); })
        .value();
  }
  std::map<Status, std::uint64_t> counts() {
    return wait<Result<std::map<Status, std::uint64_t>>>([&](auto then) { store().counts(then); })
        .value();
  }
  Saved save_credential(const CredentialFacts& facts, const std::string& sealed) {
    return wait<Saved>([&](auto then) { store().save_credential(facts, sealed, then); });
  }
  Result<std::string> sealed_credential(const Uuid& id) {
    return wait<Result<std::string>>([&](auto then) { store().sealed_credential(id, then); });
  }
  Saved remove_credential(const std::string& owner, const Uuid& id) {
    return wait<Saved>([&](auto then) { store().remove_credential(owner, id, then); });
  }
  Identity identity() {
    return wait<Result<Identity>>([&](auto then) { store().identity(then); }).value();
  }
  Saved renew_instance(const Uuid& fresh) {
    return wait<Saved>([&](auto then) { store().renew_instance(fresh, then); });
  }
  Pruned prune(WallTime now) {
    return wait<Result<Pruned>>([&](auto then) { store().prune(now, then); }).value();
  }

 private:
  template <class T, class Call>
  T wait(Call call) {
    return subject_.mailbox().template answer<T>(call);
  }
  Subject& subject_;
};

}  // namespace rft::conform
