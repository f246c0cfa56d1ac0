#include "store/migrate.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/text.h"

namespace rft {
namespace {

// The first bytes of an SQLite file: https://sqlite.org/fileformat2.html, 1.3.
constexpr std::string_view magic{"SQLite format 3\0", 16};
constexpr std::size_t header_size = 100;
constexpr std::size_t application_id_at = 68;

tl::unexpected<Error> refused(const std::string& path, std::string_view why) {
  return fail(Code::bad_state, fmt::format("{} {}", path, why));
}

tl::unexpected<Error> failed(const std::string& path, const SqlFailure& failure) {
  return fail(failure.full() ? Code::storage_full : Code::bad_state,
              fmt::format("{} cannot be opened as rftd's database: {}", path, failure.message));
}

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// Reads the file's own header before SQLite sees it, for SQLite would already write beside it.
// An empty file is one whose making was interrupted, or that is made here, readable by us alone.
Result<void> look(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600));
  if (file.get() < 0) return refused(path, fmt::format("cannot be opened: {}", strerror(errno)));
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    return refused(path, "is not a regular file");
  }
  if (facts.st_size == 0) return {};
  std::array<char, header_size> header{};
  const ssize_t size = ::pread(file.get(), header.data(), header.size(), 0);
  const std::string_view seen(header.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
  if (seen.size() < header_size || !seen.starts_with(magic)) {
    return refused(path, "is not a database; move it away or name another state folder");
  }
  if (big_endian(seen.substr(application_id_at, 4)) != application_id) {
    return refused(path, "is the database of another program; name another state folder");
  }
  return {};
}

Result<int> schema_version(Database& database, const std::string& path) {
  const auto text = database.value("PRAGMA user_version");
  if (!text) return failed(path, text.error());
  return static_cast<int>(parse_number(*text).value_or(0));
}

// One migration with its version number, in one transaction: a crash leaves the old schema or the
// new.
Sql<void> step_up(Database& database, const Migration& migration, const Uuid& fresh) {
  std::string all = "BEGIN IMMEDIATE;\n";
  all += migration.sql;
  all += fmt::format("\n;PRAGMA user_version = {};\n", migration.version);
  if (migration.version == 1) {
    all += fmt::format("PRAGMA application_id = {};\n", application_id);
    all += fmt::format("INSERT INTO meta (one, instance) VALUES (1, x'{}');\n", hex(fresh.raw()));
  }
  auto done = database.script(all + "COMMIT;");
  if (!done && database.in_transaction()) (void)database.script("ROLLBACK");
  return done;
}

Result<void> must_be(Database& database, const std::string& path, std::string_view pragma,
                     std::string_view wanted) {
  const auto found = database.value(fmt::format("PRAGMA {}", pragma));
  if (!found) return failed(path, found.error());
  if (*found == wanted) return {};
  return refused(path, fmt::format("cannot keep what it is given: SQLite's {} is {} and must be {}",
                                   pragma, *found, wanted));
}

Result<void> configure(Database& database, const std::string& path) {
  // WAL comes after the first migration: so the header names rftd even if the log is lost.
  for (const std::string& pragma :
       {std::string("PRAGMA journal_mode = WAL"), std::string("PRAGMA synchronous = FULL"),
        std::string("PRAGMA foreign_keys = ON"), std::string("PRAGMA temp_store = MEMORY"),
        fmt::format("PRAGMA journal_size_limit = {}", log_size_kept),
        fmt::format("PRAGMA cache_size = -{}", cache_size >> 10)}) {
    if (const auto done = database.script(pragma); !done) return failed(path, done.error());
  }
  return must_be(database, path, "journal_mode", "wal")
      .and_then([&] { return must_be(database, path, "synchronous", "2"); })
      .and_then([&] { return must_be(database, path, "foreign_keys", "1"); });
}

}  // namespace

Result<Database> open_database(const std::string& path, const std::string& vfs, const Uuid& fresh,
                               std::span<const Migration> known) {
  if (const auto looked = look(path); !looked) return tl::unexpected(looked.error());
  auto database = Database::open(path, vfs);
  if (!database) return failed(path, database.error());
  const auto waits = fmt::format("PRAGMA busy_timeout = {}", busy_timeout.count());
  if (const auto done = database->script(waits); !done) return failed(path, done.error());
  const auto found = schema_version(*database, path);
  const int newest = known.back().version;
  if (!found || *found > newest) {
    database->leave_untouched();
    if (!found) return tl::unexpected(found.error());
    return refused(path, fmt::format("has schema version {}, this rftd knows up to {}; start a "
                                     "newer rftd, or restore a backup made before the upgrade",
                                     *found, newest));
  }
  for (const Migration& migration : known.subspan(static_cast<std::size_t>(*found))) {
    const auto done = step_up(*database, migration, fresh);
    if (!done) return failed(path, done.error());
  }
  if (const auto done = configure(*database, path); !done) return tl::unexpected(done.error());
  return std::move(*database);
}

}  // namespace rft
