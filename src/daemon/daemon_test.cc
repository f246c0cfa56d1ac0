#include "daemon/daemon.h"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <fstream>

#include "daemon/folder_for_tests.h"

namespace rft {
namespace {

using testing::HasSubstr;

struct DaemonTest : testing::Test {
  FolderForTests root;

  // Starts, and ends at once as SIGTERM would.
  Result<void> start(bool accept_restore = false, const std::string& mover = RFT_FAKE_MOVER) {
    const auto folder = StateFolder::open(root.path());
    if (!folder) return tl::unexpected(folder.error());
    Config config;
    config.mover = mover;
    Daemon daemon(config, *folder, {accept_restore, -1});
    auto started = daemon.start();
    if (!started) return started;
    ::raise(SIGTERM);
    return daemon.run();
  }

  void sql(const std::string& text) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((root.path() + "/rft.db").c_str(), &database), SQLITE_OK);
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(database, text.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error;
    sqlite3_close(database);
  }

  void TearDown() override { ASSERT_TRUE(MoverFolder::open(root.path())->end_all()); }
};

TEST_F(DaemonTest, starts_in_an_empty_folder_ends_on_sigterm_and_starts_again) {
  const auto first = start();
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_TRUE(std::filesystem::exists(root.path() + "/instance"));
  EXPECT_FALSE(std::filesystem::exists(root.path() + "/rftd.sock"));
  EXPECT_TRUE(start());
}

TEST_F(DaemonTest, a_file_that_is_no_database_is_refused_and_left_as_it_is) {
  std::ofstream(root.path() + "/rft.db") << std::string(8192, 'x');
  const auto started = start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Code::bad_state);
  EXPECT_THAT(started.error().detail, HasSubstr("rft.db"));
  EXPECT_EQ(std::filesystem::file_size(root.path() + "/rft.db"), 8192U);
}

TEST_F(DaemonTest, a_database_of_a_newer_schema_is_refused) {
  ASSERT_TRUE(start());
  sql("PRAGMA user_version = 9999");
  const auto started = start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Code::bad_state);
  EXPECT_THAT(started.error().detail, HasSubstr("newer"));
}

TEST_F(DaemonTest,
       a_restored_database_is_refused_until_it_is_accepted_and_goes_on_under_a_new_name) {
  ASSERT_TRUE(start());
  sql("UPDATE meta SET last_seq = 50, newest_epoch = 4");
  ASSERT_TRUE(start());
  sql("UPDATE meta SET last_seq = 49");
  const auto refused = start();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::bad_state);
  EXPECT_THAT(refused.error().detail, HasSubstr("--accept-restore"));
  const auto accepted = start(true);
  ASSERT_TRUE(accepted) << accepted.error().detail;
  EXPECT_TRUE(start());
}

TEST_F(DaemonTest, a_mover_that_knows_a_newer_epoch_than_the_database_stops_the_start) {
  ASSERT_TRUE(start());
  {
    // A mover at work on epoch 9, as an rftd of whom this database knows nothing had ordered.
    boost::asio::io_context io;
    SystemClock clock;
    struct NoCredentials : CredentialSource {
      std::optional<std::uint64_t> version(const std::string&, const Uuid&) const override {
        return std::nullopt;
      }
      void open(const std::string&, const Uuid&, std::function<void(Result<Opened>)>) override {}
    } none;
    MoverSettings settings;
    settings.program = RFT_FAKE_MOVER;
    MoverProcesses movers(io, clock, *MoverFolder::open(root.path()), settings, none,
                          {[](const std::string&, std::uint32_t) {}, [](std::uint32_t) {}});
    bool begun = false;
    movers.report_to({[&](const std::string& mover, const std::string&, const std::vector<Task>&) {
                        MoveOrder order;
                        order.task.epoch = 9;
                        order.source = order.destination = *parse_url("ftp://h/hold");
                        movers.order(mover, order);
                      },
                      [&](const std::string&, const Word&) { begun = true; },
                      [](const std::string&, bool, Duration) {}},
                     {});
    movers.start("m1", "uid:7");
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!begun && std::chrono::steady_clock::now() < limit) {
      io.run_one_for(std::chrono::milliseconds(100));
    }
    ASSERT_TRUE(begun);
  }
  const auto refused = start();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::bad_state);
  EXPECT_THAT(refused.error().detail, HasSubstr("epoch 9"));
}

TEST_F(DaemonTest, does_not_start_without_a_mover_to_run) {
  const auto started = start(false, "/nowhere/rft-mover");
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Code::invalid_config);
  EXPECT_THAT(started.error().detail, HasSubstr("/nowhere/rft-mover"));
}

}  // namespace
}  // namespace rft
