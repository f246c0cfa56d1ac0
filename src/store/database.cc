#include "store/database.h"

#include <fmt/format.h>

namespace rft {

Error error_of(const SqlFailure& failure) {
  const int primary = failure.code & 0xff;
  const bool damaged = primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
  return {damaged ? Code::bad_state : Code::unavailable,
          fmt::format("the database cannot be read: {}", failure.message)};
}

std::string Row::place() const {
  const char* table = sqlite3_column_table_name(statement_, at_);
  const char* name = sqlite3_column_name(statement_, at_);
  return fmt::format("{}.{}", table ? table : "?", name ? name : "?");
}

Sql<Database> Database::open(const std::string& path, const std::string& vfs) {
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, vfs.empty() ? nullptr : vfs.c_str());
  Database database(raw);
  if (code != SQLITE_OK) {
    return tl::unexpected(raw ? database.failure() : SqlFailure{code, sqlite3_errstr(code)});
  }
  sqlite3_extended_result_codes(raw, 1);
  return database;
}

Sql<void> Database::script(const std::string& sql) {
  if (sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return tl::unexpected(failure());
  }
  return {};
}

Sql<std::string> Database::value(std::string_view sql) {
  const Lease lease(*this, sql);
  if (!lease.statement) return tl::unexpected(failure());
  std::string text;
  const int code = sqlite3_step(lease.statement);
  if (code == SQLITE_ROW) {
    text = column::octets(lease.statement, 0);
  } else if (code != SQLITE_DONE) {
    return tl::unexpected(failure());
  }
  return text;
}

void Database::leave_untouched() {
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

sqlite3_stmt* Database::prepared(std::string_view sql) {
  if (const auto known = statements_.find(sql); known != statements_.end()) {
    return known->second.get();
  }
  sqlite3_stmt* made = nullptr;
  sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                     SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  if (made) statements_.emplace(sql, made);
  return made;
}

Sql<int> Database::finish(sqlite3_stmt* statement, int bound) {
  if (bound != SQLITE_OK) return tl::unexpected(failure());
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = sqlite3_step(statement);
  if (code != SQLITE_DONE) return tl::unexpected(failure());
  return sqlite3_changes(connection_.get());
}

SqlFailure Database::failure() const {
  return {sqlite3_extended_errcode(connection_.get()), sqlite3_errmsg(connection_.get())};
}

tl::unexpected<Error> Database::unreadable(const Row& row) {
  return fail(Code::bad_state,
              fmt::format("the database holds a value that cannot be read in {}; restore a backup",
                          row.place()));
}

}  // namespace rft
