#include "store_disk.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <new>

namespace rft::conform {
namespace {

sqlite3_vfs* usual() {
  static sqlite3_vfs* vfs = sqlite3_vfs_find("unix");
  return vfs;
}

// SQLite gives us room for this and, behind it, for the usual VFS's own file.
struct File {
  sqlite3_file base;
  Disk* disk;
  std::string* path;  // owned: SQLite's structure has no destructor
};
File* ours(sqlite3_file* file) {
  return reinterpret_cast<File*>(file);
}
sqlite3_file* real(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(ours(file) + 1);
}

int close_file(sqlite3_file* f) {
  delete ours(f)->path;
  ours(f)->path = nullptr;
  return real(f)->pMethods ? real(f)->pMethods->xClose(real(f)) : SQLITE_OK;
}
int read_file(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  return real(f)->pMethods->xRead(real(f), to, size, at);
}
int write_file(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  bool do_it = true;
  const int code = ours(f)->disk->before(Disk::Op::write, *ours(f)->path, at + size, do_it);
  if (!do_it) return code;
  const int done = real(f)->pMethods->xWrite(real(f), from, size, at);
  if (done != SQLITE_OK) return done;
  ours(f)->disk->written(*ours(f)->path,
                         {static_cast<const char*>(from), static_cast<std::size_t>(size)}, at);
  return code;
}
int truncate_file(sqlite3_file* f, sqlite3_int64 size) {
  bool do_it = true;
  const int code = ours(f)->disk->before(Disk::Op::truncate, *ours(f)->path, 0, do_it);
  if (code != SQLITE_OK) return code;
  ours(f)->disk->truncated(*ours(f)->path, size);
  return real(f)->pMethods->xTruncate(real(f), size);
}
int sync_file(sqlite3_file* f, int) {
  bool do_it = true;
  const int code = ours(f)->disk->before(Disk::Op::sync, *ours(f)->path, 0, do_it);
  if (code != SQLITE_OK) return code;
  ours(f)->disk->synced(*ours(f)->path);
  return SQLITE_OK;
}
int file_size(sqlite3_file* f, sqlite3_int64* size) {
  return real(f)->pMethods->xFileSize(real(f), size);
}
int lock_file(sqlite3_file* f, int level) {
  return real(f)->pMethods->xLock(real(f), level);
}
int unlock_file(sqlite3_file* f, int level) {
  return real(f)->pMethods->xUnlock(real(f), level);
}
int check_lock(sqlite3_file* f, int* out) {
  return real(f)->pMethods->xCheckReservedLock(real(f), out);
}
int control_file(sqlite3_file* f, int op, void* arg) {
  return real(f)->pMethods->xFileControl(real(f), op, arg);
}
int sector_size(sqlite3_file* f) {
  return real(f)->pMethods->xSectorSize(real(f));
}
int device_characteristics(sqlite3_file* f) {
  return real(f)->pMethods->xDeviceCharacteristics(real(f));
}
int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
  return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}
int shm_lock(sqlite3_file* f, int offset, int n, int flags) {
  return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}
void shm_barrier(sqlite3_file* f) {
  real(f)->pMethods->xShmBarrier(real(f));
}
int shm_unmap(sqlite3_file* f, int gone) {
  return real(f)->pMethods->xShmUnmap(real(f), gone);
}

const sqlite3_io_methods methods{2,
                                 close_file,
                                 read_file,
                                 write_file,
                                 truncate_file,
                                 sync_file,
                                 file_size,
                                 lock_file,
                                 unlock_file,
                                 check_lock,
                                 control_file,
                                 sector_size,
                                 device_characteristics,
                                 shm_map,
                                 shm_lock,
                                 shm_barrier,
                                 shm_unmap,
                                 nullptr,
                                 nullptr};

Disk* disk_of(sqlite3_vfs* vfs) {
  return static_cast<Disk*>(vfs->pAppData);
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* f, int flags, int* out) {
  std::memset(f, 0, static_cast<std::size_t>(vfs->szOsFile));
  const int code = usual()->xOpen(usual(), name, real(f), flags, out);
  ours(f)->disk = disk_of(vfs);
  ours(f)->path = new std::string(name ? name : "");
  ours(f)->base.pMethods = &methods;
  if (code == SQLITE_OK) disk_of(vfs)->opened(*ours(f)->path);
  return code;
}
int delete_file(sqlite3_vfs* vfs, const char* name, int) {
  disk_of(vfs)->deleted(name);
  return usual()->xDelete(usual(), name, 0);
}

sqlite3_vfs* registered(Disk* disk) {
  static sqlite3_vfs vfs;
  vfs = *usual();
  vfs.szOsFile = static_cast<int>(sizeof(File)) + usual()->szOsFile;
  vfs.pNext = nullptr;
  vfs.zName = disk_name;
  vfs.pAppData = disk;
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  sqlite3_vfs_register(&vfs, 0);
  return &vfs;
}

}  // namespace

Disk::Disk() {
  registered(this);
}
Disk::~Disk() {
  sqlite3_vfs_unregister(sqlite3_vfs_find(disk_name));
}

void Disk::fail_from(std::uint64_t nth, std::uint64_t times, bool although_done) {
  const std::lock_guard lock(mutex_);
  fail_first_ = operations_ + nth;
  fail_last_ = fail_first_ + (times - 1);
  failed_ = 0;
  although_done_ = although_done;
}

void Disk::fill(bool full) {
  const std::lock_guard lock(mutex_);
  full_ = full;
}

std::uint64_t Disk::failed() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

void Disk::on_operation(std::function<void(std::uint64_t)> call) {
  const std::lock_guard lock(mutex_);
  call_ = std::move(call);
}

int Disk::before(Op op, const std::string& path, sqlite3_int64 end, bool& do_it) {
  std::function<void(std::uint64_t)> call;
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = ++operations_;
    call = call_;
  }
  if (call) call(number);
  const std::lock_guard lock(mutex_);
  const bool write = op == Op::write;
  if (full_ && write && end > files_[path].size) {
    do_it = false;
    return SQLITE_FULL;
  }
  if (number < fail_first_ || number > fail_last_) return SQLITE_OK;
  ++failed_;
  do_it = write && although_done_;
  return write ? SQLITE_IOERR_WRITE : op == Op::sync ? SQLITE_IOERR_FSYNC : SQLITE_IOERR_TRUNCATE;
}

void Disk::apply(std::string& content, const Pending& pending) {
  const auto at = static_cast<std::size_t>(pending.at);
  if (pending.truncates) return content.resize(at);
  if (content.size() < at + pending.bytes.size()) content.resize(at + pending.bytes.size());
  content.replace(at, pending.bytes.size(), pending.bytes);
}

void Disk::written(const std::string& path, std::string bytes, sqlite3_int64 at) {
  const std::lock_guard lock(mutex_);
  Content& file = files_[path];
  file.size = std::max(file.size, at + static_cast<sqlite3_int64>(bytes.size()));
  file.pending.push_back({std::move(bytes), at, false});
}

void Disk::truncated(const std::string& path, sqlite3_int64 size) {
  const std::lock_guard lock(mutex_);
  files_[path].size = size;
  files_[path].pending.push_back({"", size, true});
}

void Disk::synced(const std::string& path) {
  const std::lock_guard lock(mutex_);
  Content& file = files_[path];
  for (const Pending& pending : file.pending) apply(file.synced, pending);
  file.pending.clear();
}

void Disk::deleted(const std::string& path) {
  const std::lock_guard lock(mutex_);
  files_.erase(path);
}

// What stands there when it is opened first is taken as durable.
void Disk::opened(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (files_.contains(path)) return;
  std::ifstream stream(path, std::ios::binary);
  Content& file = files_[path];
  file.synced.assign(std::istreambuf_iterator<char>(stream), {});
  file.size = static_cast<sqlite3_int64>(file.synced.size());
}

std::map<std::string, std::string> Disk::after_power_loss(
    const std::function<bool()>& survives) const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::string> left;
  for (const auto& [path, file] : files_) {
    std::string content = file.synced;
    for (const Pending& pending : file.pending) {
      if (survives()) apply(content, pending);
    }
    left[path] = std::move(content);
  }
  return left;
}

}  // namespace rft::conform
