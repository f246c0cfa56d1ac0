// A disk that fails when told to and that remembers what was synced: an SQLite VFS over the usual
// one.
#pragma once
#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace rft::conform {

// One at a time: it registers itself under disk_name while it lives. Thread-safe. Nothing is really
// synced; what a sync would have made durable is kept in memory, so that power can be lost at will.
inline constexpr const char* disk_name = "conform-disk";

class Disk {
 public:
  Disk();
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  enum class Op : std::uint8_t { write, sync, truncate };
  // From the nth operation on (1: the next), `times` of them fail; a failed write may have been
  // done
  // (`although_done`), a failed sync always leaves what was written before it.
  void fail_from(std::uint64_t nth, std::uint64_t times, bool although_done);
  // From now on no file grows, until told otherwise.
  void fill(bool full);
  std::uint64_t failed() const;
  // Called before each operation, on the thread that does it.
  void on_operation(std::function<void(std::uint64_t number)> call);

  // What stands on the disk after power was lost: all that was synced, and of what was written
  // since then those writes that `survives` says yes to.
  std::map<std::string, std::string> after_power_loss(const std::function<bool()>& survives) const;

  // ---- for the VFS ----
  int before(Op op, const std::string& path, sqlite3_int64 end, bool& do_it);
  void written(const std::string& path, std::string bytes, sqlite3_int64 at);
  void truncated(const std::string& path, sqlite3_int64 size);
  void synced(const std::string& path);
  void deleted(const std::string& path);
  void opened(const std::string& path);

 private:
  struct Pending {
    std::string bytes;
    sqlite3_int64 at = 0;
    bool truncates = false;  // to `at`
  };
  struct Content {
    std::string synced;
    std::vector<Pending> pending;
    sqlite3_int64 size = 0;
  };
  static void apply(std::string& content, const Pending& pending);

  mutable std::mutex mutex_;
  std::map<std::string, Content> files_;
  std::function<void(std::uint64_t)> call_;
  std::uint64_t operations_ = 0;
  std::uint64_t fail_first_ = 0, fail_last_ = 0, failed_ = 0;
  bool although_done_ = false;
  bool full_ = false;
};

}  // namespace rft::conform
