// One connection to an SQLite database, with its prepared statements kept. One thread at a time.
#pragma once
#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/columns.h"

namespace rft {

struct SqlFailure {
  int code = SQLITE_ERROR;  // SQLite's extended result code
  std::string message;
  bool full() const { return (code & 0xff) == SQLITE_FULL; }
};
template <class T>
using Sql = Result<T, SqlFailure>;

// What a reader of the store is told.
Error error_of(const SqlFailure& failure);

// The columns of one row, taken from left to right. Once one cannot be read, all that follow
// cannot.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  template <class T>
  void take(T& out) {
    good_ = good_ && column::read(statement_, at_, out);
    if (good_) ++at_;
  }
  // A value that was taken makes no sense after all.
  void refuse() { good_ = false; }
  bool good() const { return good_; }
  // "file.part_confirmed": what could not be read.
  std::string place() const;

 private:
  sqlite3_stmt* statement_;
  int at_ = 0;
  bool good_ = true;
};

// Parameters of a statement, bound from left to right.
class Parameters {
 public:
  explicit Parameters(sqlite3_stmt* statement) : statement_(statement) {}
  template <class T>
  void add(const T& value) {
    const int code = column::bind_value(statement_, ++at_, value);
    if (code_ == SQLITE_OK) code_ = code;
  }
  int code() const { return code_; }

 private:
  sqlite3_stmt* statement_;
  int at_ = 0;
  int code_ = SQLITE_OK;
};

class Database {
 public:
  // `vfs`: the name of a registered SQLite VFS; empty for the usual one. The file is made if need
  // be.
  static Sql<Database> open(const std::string& path, const std::string& vfs);

  // Runs one statement to its end; gives how many rows it changed.
  template <class... Values>
  Sql<int> run(std::string_view sql, const Values&... values) {
    const Lease lease(*this, sql);
    if (!lease.statement) return tl::unexpected(failure());
    return finish(lease.statement, bound(lease.statement, values...));
  }

  // All rows of a query, each made by `read(Row&)`.
  template <class T, class Read, class... Values>
  Result<std::vector<T>> rows(std::string_view sql, Read read, const Values&... values) {
    const Lease lease(*this, sql);
    if (!lease.statement) return tl::unexpected(error_of(failure()));
    int code = bound(lease.statement, values...);
    std::vector<T> all;
    while (code == SQLITE_OK && (code = sqlite3_step(lease.statement)) == SQLITE_ROW) {
      Row row(lease.statement);
      all.push_back(read(row));
      if (!row.good()) return unreadable(row);
      code = SQLITE_OK;
    }
    if (code != SQLITE_DONE) return tl::unexpected(error_of(failure()));
    return all;
  }

  // Several statements, as a migration has them.
  Sql<void> script(const std::string& sql);
  // The text of the one value that a PRAGMA or a query gives; empty where it gives none.
  Sql<std::string> value(std::string_view sql);

  bool in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }
  // Closing the last connection leaves the file as it is, its log beside it.
  void leave_untouched();

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  // A prepared statement in use; it is reset and forgets its values afterwards.
  struct Lease {
    Lease(Database& database, std::string_view sql) : statement(database.prepared(sql)) {}
    ~Lease() {
      sqlite3_reset(statement);
      sqlite3_clear_bindings(statement);
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    sqlite3_stmt* statement;
  };

  explicit Database(sqlite3* connection) : connection_(connection) {}
  template <class... Values>
  static int bound(sqlite3_stmt* statement, const Values&... values) {
    Parameters parameters(statement);
    (add_to(parameters, values), ...);
    return parameters.code();
  }
  template <class T>
  static void add_to(Parameters& parameters, const T& value) {
    if constexpr (requires { value.add_to(parameters); }) {
      value.add_to(parameters);  // a value of several columns
    } else {
      parameters.add(value);
    }
  }
  sqlite3_stmt* prepared(std::string_view sql);
  Sql<int> finish(sqlite3_stmt* statement, int bound);
  SqlFailure failure() const;
  static tl::unexpected<Error> unreadable(const Row& row);

  std::unique_ptr<sqlite3, Close> connection_;
  std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, TextHash,
                     std::equal_to<>>
      statements_;  // after the connection: finalised before it closes
};

}  // namespace rft
