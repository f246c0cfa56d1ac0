#include "daemon/mover_processes.h"

#include <gmock/gmock.h>

#include <boost/asio/post.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "daemon/clock.h"
#include "daemon/folder_for_tests.h"

namespace rft {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Uuid proxy = *Uuid::parse("019358a0-0000-7000-8000-00000000000a");
const Uuid file_id = *Uuid::parse("019358a0-0000-7000-8000-00000000000f");

class SecretsForTests : public CredentialSource {
 public:
  explicit SecretsForTests(boost::asio::io_context& io) : io_(io) {}
  std::optional<std::uint64_t> version(const std::string&, const Uuid& id) const override {
    const auto found = kept.find(id);
    return found == kept.end() ? std::nullopt : std::optional(found->second);
  }
  void open(const std::string&, const Uuid& id, std::function<void(Result<Opened>)> then) override {
    boost::asio::post(io_, [this, id, then] {
      const auto found = kept.find(id);
      if (found == kept.end()) return then(fail(Code::no_such_credential, "it was removed"));
      then(Opened{found->second, Secret("secret" + std::to_string(found->second))});
    });
  }
  std::map<Uuid, std::uint64_t> kept;

 private:
  boost::asio::io_context& io_;
};

// An rftd without its engine: what would be reported to it is written down.
class Daemon {
 public:
  explicit Daemon(const std::string& state, MoverSettings settings = {})
      : processes(io, clock, *MoverFolder::open(state), with_program(std::move(settings)), secrets,
                  {[this](const std::string&, std::uint32_t epoch) { named = epoch; },
                   [this](std::uint32_t epoch) { granted = epoch; }}) {}

  void open(const std::vector<std::string>& with_work = {}) {
    bool taken_back = false;
    processes.take_back([&] { taken_back = true; });
    until([&] { return taken_back; });
    processes.report_to(
        {[this](const std::string& mover, const std::string& owner,
                const std::vector<Task>& tasks) {
           told.push_back("up " + mover + " " + owner + " " + std::to_string(tasks.size()));
         },
         [this](const std::string& mover, const Word& word) { hear(mover, word); },
         [this](const std::string& mover, bool with_us, Duration silent) {
           told.push_back("gone " + mover + (with_us ? " with us" : ""));
           last_silent = silent;
         }},
        with_work);
  }

  template <class Done>
  void until(Done done) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!done() && std::chrono::steady_clock::now() < limit) {
      io.restart();
      io.run_one_for(std::chrono::milliseconds(100));
    }
    ASSERT_TRUE(done()) << "not within 10 s";
  }
  void until_told(const std::string& what) {
    until([&] { return std::ranges::find(told, what) != told.end(); });
  }

  void hear(const std::string& mover, const Word& word) {
    const auto& said = std::get<TaskWord>(word);
    last_said = said.says;
    told.push_back(mover + " said " + std::to_string(said.says.index()) + " as " +
                   std::to_string(said.seq));
    if (acknowledges) processes.acknowledge(mover, said.task, said.seq);
  }

  boost::asio::io_context io;
  SystemClock clock;
  SecretsForTests secrets{io};
  std::vector<std::string> told;
  std::optional<TaskSays> last_said;
  Duration last_silent{0};
  std::uint32_t named = 0, granted = 0;
  bool acknowledges = true;
  MoverProcesses processes;

 private:
  static MoverSettings with_program(MoverSettings settings) {
    if (settings.program.empty()) settings.program = RFT_FAKE_MOVER;
    settings.cert_dir = "/trusted";
    return settings;
  }
};

MoveOrder move_order(const std::string& path, std::uint32_t epoch = 1) {
  MoveOrder order;
  order.task = {file_id, epoch};
  order.source = *parse_url("gsiftp://a.example" + path);
  order.destination = *parse_url("gsiftp://b.example/d");
  return order;
}

struct MoverProcessesTest : testing::Test {
  FolderForTests state;
  MoverFolder folder = *MoverFolder::open(state.path());
  void TearDown() override { ASSERT_TRUE(folder.end_all()); }
};

TEST_F(MoverProcessesTest, a_started_mover_comes_up_for_its_owner_and_obeys) {
  Daemon daemon(state.path());
  daemon.open();
  daemon.processes.start("m1", "uid:7");
  daemon.until_told("up m1 uid:7 0");
  daemon.processes.order("m1", move_order("/done", 5));
  daemon.until_told("m1 said 3 as 2");
  EXPECT_THAT(daemon.told, ElementsAre("up m1 uid:7 0", "m1 said 0 as 1", "m1 said 3 as 2"));
  EXPECT_EQ(daemon.granted, 5U);
}

TEST_F(MoverProcessesTest, a_program_that_cannot_run_is_a_mover_that_is_gone) {
  MoverSettings settings;
  settings.program = "/nowhere/rft-mover";
  Daemon daemon(state.path(), settings);
  daemon.open();
  daemon.processes.start("m1", "uid:7");
  EXPECT_TRUE(daemon.told.empty());  // never from inside the call
  daemon.until_told("gone m1");
  EXPECT_TRUE(folder.movers().empty());
}

TEST_F(MoverProcessesTest, a_credential_goes_ahead_of_its_order_once_for_each_version) {
  Daemon daemon(state.path());
  daemon.open();
  daemon.secrets.kept[proxy] = 1;
  daemon.processes.start("m1", "uid:7");
  daemon.until_told("up m1 uid:7 0");
  MoveOrder order = move_order("/done", 1);
  order.source_credential = order.destination_credential = proxy;
  daemon.processes.order("m1", order);
  daemon.until_told("m1 said 3 as 2");
  EXPECT_EQ(std::get<Done>(*daemon.last_said).checksum->value, "secret1");

  daemon.secrets.kept[proxy] = 2;
  daemon.processes.order("m1", order);
  daemon.until_told("m1 said 3 as 4");
  daemon.processes.order("m1", order);
  daemon.until_told("m1 said 3 as 6");
  EXPECT_EQ(std::get<Done>(*daemon.last_said).checksum->value, "secret1secret2");
}

TEST_F(MoverProcessesTest, a_renewed_credential_reaches_the_movers_that_had_the_old_one) {
  Daemon daemon(state.path());
  daemon.open();
  daemon.secrets.kept[proxy] = 1;
  daemon.processes.start("m1", "uid:7");
  daemon.until_told("up m1 uid:7 0");
  MoveOrder order = move_order("/done");
  order.source_credential = proxy;
  daemon.processes.order("m1", order);
  daemon.until_told("m1 said 3 as 2");
  daemon.secrets.kept[proxy] = 2;
  daemon.processes.credential_renewed("uid:7", proxy);
  daemon.processes.credential_renewed("uid:8", proxy);
  daemon.io.poll();
  daemon.processes.order("m1", order);
  daemon.until_told("m1 said 3 as 4");
  EXPECT_EQ(std::get<Done>(*daemon.last_said).checksum->value, "secret1secret2");
}

TEST_F(MoverProcessesTest, an_order_whose_credential_is_gone_is_answered_for_the_mover) {
  Daemon daemon(state.path());
  daemon.open();
  daemon.processes.start("m1", "uid:7");
  daemon.until_told("up m1 uid:7 0");
  MoveOrder order = move_order("/hold");
  order.destination_credential = proxy;
  daemon.processes.order("m1", order);
  daemon.processes.order("m1", move_order("/done", 2));
  daemon.until_told("m1 said 3 as 2");
  EXPECT_EQ(daemon.told[1], "m1 said 4 as 1");  // Failed, before the next order was sent
  EXPECT_EQ(daemon.granted, 2U);
}

TEST_F(MoverProcessesTest, a_dead_mover_s_spooled_words_come_before_its_death_and_its_files_go) {
  Daemon daemon(state.path());
  daemon.open();
  daemon.processes.start("m1", "uid:7");
  daemon.until_told("up m1 uid:7 0");
  daemon.processes.order("m1", move_order("/spool"));
  daemon.until_told("gone m1");
  EXPECT_THAT(daemon.told,
              ElementsAre("up m1 uid:7 0", "m1 said 0 as 1", "m1 said 3 as 2", "gone m1"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(MoverProcessesTest, a_spool_stays_until_its_words_are_acknowledged) {
  {
    Daemon daemon(state.path());
    daemon.acknowledges = false;
    daemon.open();
    daemon.processes.start("m1", "uid:7");
    daemon.until_told("up m1 uid:7 0");
    daemon.processes.order("m1", move_order("/spool"));
    daemon.until_told("gone m1");
  }
  Daemon next(state.path());
  next.open({"m1"});
  EXPECT_THAT(next.told, ElementsAre("m1 said 0 as 1", "m1 said 3 as 2", "gone m1 with us"));
  EXPECT_TRUE(folder.movers().empty());
}

TEST_F(MoverProcessesTest, a_new_rftd_takes_a_live_mover_back_with_its_tasks_and_unheard_words) {
  pid_t pid = 0;
  {
    Daemon daemon(state.path());
    daemon.acknowledges = false;
    daemon.open();
    daemon.processes.start("m1", "uid:7");
    daemon.until_told("up m1 uid:7 0");
    daemon.processes.order("m1", move_order("/hold", 9));
    daemon.until_told("m1 said 0 as 1");
    pid = folder.birth("m1")->pid;
  }
  Daemon next(state.path());
  next.open({"m1"});
  next.until_told("m1 said 0 as 1");
  EXPECT_THAT(next.told, ElementsAre("up m1 uid:7 1", "m1 said 0 as 1"));
  EXPECT_EQ(next.named, 9U);
  ASSERT_EQ(::kill(pid, SIGKILL), 0);
  next.until_told("gone m1");
}

TEST_F(MoverProcessesTest, only_a_mover_of_an_earlier_boot_left_its_servers_in_silence) {
  const auto folder = MoverFolder::open(state.path());
  ASSERT_TRUE(folder);
  for (const std::string& boot : {boot_id(), std::string("an-earlier-boot")}) {
    folder->write_birth(*folder->make_lock("m1"), {4711, "uid:7", boot});
    folder->note_life("m1");
    std::this_thread::sleep_until(std::chrono::steady_clock::now() + 20ms);
    Daemon daemon(state.path());
    daemon.open({"m1"});
    EXPECT_EQ(daemon.last_silent == 0ms, boot == boot_id()) << boot;
  }
}

TEST_F(MoverProcessesTest, movers_that_left_no_trace_are_gone_with_us) {
  Daemon daemon(state.path());
  daemon.open({"m0"});
  EXPECT_THAT(daemon.told, ElementsAre("gone m0 with us"));
}

TEST_F(MoverProcessesTest, a_mover_that_takes_nothing_it_is_sent_is_killed) {
  MoverSettings settings;
  settings.renew = 50ms;
  settings.mute_max = 500ms;
  Daemon daemon(state.path(), settings);
  daemon.open();
  daemon.processes.start("m1", "uid:7");
  daemon.until_told("up m1 uid:7 0");
  daemon.processes.order("m1", move_order("/mute"));
  daemon.until_told("gone m1");
  EXPECT_EQ(daemon.last_silent, 0ms);
}

TEST_F(MoverProcessesTest, a_quiet_mover_that_still_listens_is_left_alone) {
  MoverSettings settings;
  settings.renew = 20ms;
  settings.mute_max = 200ms;
  Daemon daemon(state.path(), settings);
  daemon.open();
  daemon.processes.start("m1", "uid:7");
  daemon.until_told("up m1 uid:7 0");
  const auto limit = std::chrono::steady_clock::now() + std::chrono::milliseconds(800);
  daemon.until([&] { return std::chrono::steady_clock::now() > limit; });
  daemon.processes.order("m1", move_order("/done"));
  daemon.until_told("m1 said 3 as 2");
}

TEST_F(MoverProcessesTest, a_mover_gets_no_secret_and_no_descriptor_but_its_lock) {
  ::setenv("X509_USER_PROXY", "/tmp/someones-proxy", 1);
  const int leak = ::dup(STDERR_FILENO);  // as a socket that lacks close-on-exec
  Daemon daemon(state.path());
  daemon.open();
  daemon.processes.start("m1", "uid:7");
  daemon.until_told("up m1 uid:7 0");
  daemon.processes.order("m1", move_order("/look"));
  daemon.until_told("m1 said 4 as 1");
  ::close(leak);
  ::unsetenv("X509_USER_PROXY");
  const std::string has = std::get<Failed>(*daemon.last_said).fault.detail;
  EXPECT_THAT(has, HasSubstr("X509_CERT_DIR=/trusted\n"));
  EXPECT_THAT(has, Not(HasSubstr("X509_USER_PROXY")));
  EXPECT_THAT(has, HasSubstr("descriptor 3\n"));
  EXPECT_THAT(has, Not(HasSubstr("descriptor 7\n")));  // 4 to 6: listener, connection, the listing
}

TEST_F(MoverProcessesTest, all_can_be_ended_after_a_restore) {
  Daemon daemon(state.path());
  daemon.open();
  daemon.processes.start("m1", "uid:7");
  daemon.until_told("up m1 uid:7 0");
  ASSERT_TRUE(folder.end_all());
  EXPECT_FALSE(folder.is_held("m1"));
}

}  // namespace
}  // namespace rft
