// Which files the SQLite store takes for its own, and how it brings them up to date.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "store/migrate.h"
#include "store/queries.h"
#include "store/save.h"
#include "store_subjects.h"

namespace rft::conform {
namespace {

using testing::HasSubstr;

std::string content_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Error refusal_of(const std::string& path) {
  auto opened = open_database(path, "", id(1));
  return opened ? Error{Code::internal, "it was opened"} : opened.error();
}

std::string value(Database& database, std::string_view sql) {
  return database.value(sql).value();
}

TEST(StoreOpen, a_new_database_is_readable_by_its_owner_alone) {
  const Folder folder;
  const std::string path = folder.file("rft.db");
  auto database = open_database(path, "", id(1));
  ASSERT_TRUE(database.has_value());
  ASSERT_TRUE(database->script("UPDATE meta SET settled = 1").has_value());  // the log is there
  struct stat facts {};
  for (const char* suffix : {"", "-wal", "-shm"}) {
    ASSERT_EQ(::stat((path + suffix).c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600U) << suffix;
  }
}

TEST(StoreOpen, what_durability_rests_on_is_in_force) {
  const Folder folder;
  auto database = open_database(folder.file("rft.db"), "", id(1));
  ASSERT_TRUE(database.has_value());
  EXPECT_EQ(value(*database, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(value(*database, "PRAGMA synchronous"), "2");
  EXPECT_EQ(value(*database, "PRAGMA foreign_keys"), "1");
  EXPECT_EQ(value(*database, "PRAGMA user_version"), std::to_string(migrations().back().version));
}

TEST(StoreOpen, a_file_that_is_no_database_is_refused_by_name_and_left_alone) {
  const Folder folder;
  const std::string path = folder.file("rft.db");
  const std::string other(5000, 'x');
  std::ofstream(path) << other;
  const Error error = refusal_of(path);
  EXPECT_EQ(error.code, Code::bad_state);
  EXPECT_THAT(error.detail, HasSubstr(path + " is not a database"));
  EXPECT_EQ(content_of(path), other);
  EXPECT_FALSE(std::filesystem::exists(path + "-wal"));
}

TEST(StoreOpen, a_few_bytes_are_no_database) {
  const Folder folder;
  const std::string path = folder.file("rft.db");
  std::ofstream(path) << "SQLite format 3";
  EXPECT_EQ(refusal_of(path).code, Code::bad_state);
}

TEST(StoreOpen, another_programs_database_is_refused_and_left_alone) {
  const Folder folder;
  const std::string path = folder.file("rft.db");
  ASSERT_TRUE(Database::open(path, "")->script("CREATE TABLE t (x)").has_value());
  const std::string before = content_of(path);
  const Error error = refusal_of(path);
  EXPECT_EQ(error.code, Code::bad_state);
  EXPECT_THAT(error.detail, HasSubstr("another program"));
  EXPECT_EQ(content_of(path), before);
}

TEST(StoreOpen, a_folder_is_refused) {
  const Folder folder;
  EXPECT_EQ(refusal_of(folder.file("")).code, Code::bad_state);
}

TEST(StoreOpen, a_newer_schema_is_refused_by_its_number_and_left_alone) {
  const Folder folder;
  const std::string path = folder.file("rft.db");
  {
    auto database = open_database(path, "", id(1));
    database->leave_untouched();  // as after a crash: the version stands in the log alone
    ASSERT_TRUE(database->script("PRAGMA user_version = 99").has_value());
  }
  const std::string before = content_of(path);
  const std::string log_before = content_of(path + "-wal");
  const Error error = refusal_of(path);
  EXPECT_EQ(error.code, Code::bad_state);
  EXPECT_THAT(error.detail, HasSubstr("schema version 99"));
  EXPECT_THAT(error.detail, HasSubstr("newer rftd"));
  EXPECT_EQ(content_of(path), before);
  EXPECT_EQ(content_of(path + "-wal"), log_before);
  EXPECT_GT(log_before.size(), 0U);
}

TEST(StoreOpen, a_damaged_database_is_refused) {
  const Folder folder;
  const std::string path = folder.file("rft.db");
  { ASSERT_TRUE(open_database(path, "", id(1)).has_value()); }
  std::string content = content_of(path);
  std::fill(content.begin() + 100, content.end(), '\xee');
  std::ofstream(path, std::ios::binary) << content;
  EXPECT_EQ(refusal_of(path).code, Code::bad_state);
}

TEST(StoreOpen, an_interrupted_making_is_begun_again) {
  const Folder folder;
  const std::string path = folder.file("rft.db");
  std::ofstream(path).close();
  EXPECT_TRUE(open_database(path, "", id(1)).has_value());
}

TEST(StoreOpen, an_older_schema_is_brought_up_to_date_with_its_rows) {
  const Folder folder;
  const std::string path = folder.file("rft.db");
  const Migration first = migrations().front();
  const std::vector<Migration> one{first};
  const std::vector<Migration> two{
      first, {2, "ALTER TABLE meta ADD COLUMN more INTEGER NOT NULL DEFAULT 7"}};
  { ASSERT_TRUE(open_database(path, "", id(1), one).has_value()); }
  auto database = open_database(path, "", id(2), two);
  ASSERT_TRUE(database.has_value());
  EXPECT_EQ(value(*database, "PRAGMA user_version"), "2");
  EXPECT_EQ(value(*database, "SELECT more FROM meta"), "7");
  EXPECT_EQ(value(*database, "SELECT lower(hex(instance)) FROM meta"), hex(id(1).raw()));
}

TEST(StoreOpen, a_database_of_before_there_were_limits_takes_them) {
  const Folder folder;
  const std::string path = folder.file("rft.db");
  { ASSERT_TRUE(open_database(path, "", id(1), migrations().first(2)).has_value()); }
  auto database = open_database(path, "", id(2));
  ASSERT_TRUE(database.has_value());
  EXPECT_EQ(read_open_work(*database).value().limits, std::vector<Limit>{});
  Saving saving;
  saving.limits = {limit("all")};
  ASSERT_TRUE(apply(*database, saving).value());
  EXPECT_EQ(read_open_work(*database).value().limits, std::vector{limit("all")});
}

TEST(StoreOpen, a_migration_that_fails_leaves_the_schema_as_it_was) {
  const Folder folder;
  const std::string path = folder.file("rft.db");
  const std::vector<Migration> bad{migrations().front(),
                                   {2, "CREATE TABLE more (x); CREATE TABLE more (x)"}};
  const auto refused = open_database(path, "", id(1), bad);
  ASSERT_FALSE(refused.has_value());
  const std::vector<Migration> one{migrations().front()};
  auto database = open_database(path, "", id(1), one);
  ASSERT_TRUE(database.has_value());
  EXPECT_EQ(value(*database, "PRAGMA user_version"), "1");
  EXPECT_EQ(value(*database, "SELECT count(*) FROM sqlite_schema WHERE name = 'more'"), "0");
}

// Each query that grows with the number of transfers is answered from an index.
TEST(StoreOpen, no_query_of_the_engine_reads_a_whole_table) {
  const Folder folder;
  auto database = open_database(folder.file("rft.db"), "", id(1));
  const auto plan = [&](const std::string& sql) {
    const auto rows = database->rows<std::string>("EXPLAIN QUERY PLAN " + sql, [](Row& row) {
      std::string detail;
      std::int64_t skipped = 0;
      row.take(skipped);
      row.take(skipped);
      row.take(skipped);
      row.take(detail);
      return detail;
    });
    std::string all;
    for (const std::string& line : rows.value()) all += line + "\n";
    return all;
  };
  for (const char* sql : {
           "SELECT * FROM file f JOIN request r ON r.id = f.request WHERE r.owner = 'a' AND "
           "r.handle = 'h'",
           "SELECT * FROM file f JOIN request r ON r.id = f.request WHERE f.status = 'active' "
           "ORDER BY f.id",
           "SELECT * FROM file f JOIN request r ON r.id = f.request WHERE f.status = 'committed' "
           "AND f.is_part = 0 ORDER BY f.id",
           "SELECT * FROM file f JOIN request r ON r.id = f.request WHERE f.status = 'committed' "
           "AND f.is_part = 1 AND f.publish_ordered = 1 ORDER BY f.id",
           "SELECT * FROM request r CROSS JOIN file f ON f.request = r.id WHERE r.whole = x'01' "
           "AND "
           "r.number > 7 ORDER BY r.number LIMIT 10",
           "SELECT * FROM request r CROSS JOIN file f ON f.request = r.id WHERE r.whole = x'01' "
           "AND r.number > 7 AND f.tally_failed > 0 ORDER BY r.number LIMIT 10",
           "SELECT * FROM request r CROSS JOIN file f ON f.request = r.id WHERE r.whole = x'01' "
           "AND r.number > 7 AND r.lane = 3 ORDER BY r.number LIMIT 2",
           "SELECT min(lane) FROM request WHERE whole = x'01' AND lane > 3",
           "SELECT total(f.tally_files) FROM request r CROSS JOIN file f ON f.request = r.id WHERE "
           "r.whole = x'01'",
           "SELECT 1 FROM line WHERE whole = x'01' AND digest = x'02'",
           "SELECT * FROM request r CROSS JOIN file f ON f.request = r.id WHERE r.owner = 'a' AND "
           "r.id < x'01' ORDER BY r.id DESC LIMIT 10",
           "SELECT * FROM file f CROSS JOIN request r ON r.id = f.request WHERE f.owner = 'a' AND "
           "f.request < x'01' AND f.status = 'done' AND f.is_part = 0 ORDER BY f.request DESC "
           "LIMIT 10",
           "SELECT * FROM event WHERE owner = 'a' AND seq > 5 ORDER BY seq LIMIT 10",
           "SELECT * FROM event WHERE request = x'01' AND owner = 'a' ORDER BY seq",
           "SELECT * FROM file f CROSS JOIN request r ON r.id = f.request WHERE f.is_part = 0 "
           "AND f.finished_at < 5 AND f.status IN ('done') ORDER BY f.finished_at LIMIT 10",
           "DELETE FROM request WHERE id = x'01' AND owner = 'a'",
           "DELETE FROM outbox WHERE file = x'01' AND owner = 'a'",
       }) {
    const std::string steps = plan(sql);
    EXPECT_THAT(steps, testing::Not(HasSubstr("SCAN"))) << sql << "\n" << steps;
    EXPECT_THAT(steps, testing::Not(HasSubstr("TEMP B-TREE"))) << sql << "\n" << steps;
  }
}

}  // namespace
}  // namespace rft::conform
