#include "cli/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "client/fake_service_for_tests.h"

namespace rft::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string contents(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

struct Machine {
  fake::Folder folder;
  ServicePlan plan{
      Scope::system, "/usr/bin/rftd", "", folder / "units/rftd.service", folder / "rftd.toml",
      false};
  std::ostringstream says;
};

TEST(Unit, of_the_system_keeps_movers_and_the_socket_folder_through_a_restart) {
  const std::string unit = unit_text(Scope::system, "/usr/bin/rftd", "");
  EXPECT_THAT(unit, HasSubstr("ExecStart=\"/usr/bin/rftd\" --config /etc/rft/rftd.toml\n"));
  for (const char* line :
       {"Type=notify", "KillMode=process", "Restart=always", "RestartSec=1", "RuntimeDirectory=rft",
        "RuntimeDirectoryPreserve=yes", "StateDirectory=rft", "WantedBy=multi-user.target"}) {
    EXPECT_THAT(unit, HasSubstr("\n" + std::string(line) + "\n"));
  }
}

TEST(Unit, of_a_user_names_the_state_folder_that_his_clients_look_in) {
  const std::string unit = unit_text(Scope::user, "/opt/r f/rftd", "/home/u/50%");
  EXPECT_THAT(unit, HasSubstr("ExecStart=\"/opt/r f/rftd\" --state-dir \"/home/u/50%%\"\n"));
  EXPECT_THAT(unit, HasSubstr("\nWantedBy=default.target\n"));
  EXPECT_THAT(unit, Not(HasSubstr("RuntimeDirectory")));
}

TEST(Unit, quotes_what_systemd_would_take_for_its_own) {
  EXPECT_EQ(unit_quoted(R"(a"b\c$d%e)"), R"("a\"b\\c$$d%%e")");
}

TEST(Service, install_writes_unit_and_configuration_and_tells_what_remains) {
  Machine machine;
  ASSERT_TRUE(install_service(machine.plan, machine.says));
  EXPECT_EQ(contents(machine.plan.unit_file), unit_text(Scope::system, "/usr/bin/rftd", ""));
  EXPECT_EQ(contents(machine.plan.config_file), config_text());
  EXPECT_THAT(machine.says.str(), HasSubstr("systemctl enable --now rftd.service"));
}

TEST(Service, install_may_be_repeated_and_keeps_an_edited_configuration) {
  Machine machine;
  ASSERT_TRUE(install_service(machine.plan, machine.says));
  std::ofstream(machine.plan.config_file) << "log_level = \"debug\"\n";
  ASSERT_TRUE(install_service(machine.plan, machine.says));
  EXPECT_EQ(contents(machine.plan.config_file), "log_level = \"debug\"\n");
  EXPECT_THAT(machine.says.str(), HasSubstr(machine.plan.unit_file + " is as it should be"));
}

TEST(Service, remove_undoes_install) {
  Machine machine;
  ASSERT_TRUE(install_service(machine.plan, machine.says));
  ASSERT_TRUE(remove_service(machine.plan, machine.says));
  EXPECT_FALSE(std::filesystem::exists(machine.plan.unit_file));
  EXPECT_FALSE(std::filesystem::exists(machine.plan.config_file));
  EXPECT_TRUE(remove_service(machine.plan, machine.says));
}

TEST(Service, remove_keeps_an_edited_configuration_beside_its_place) {
  Machine machine;
  ASSERT_TRUE(install_service(machine.plan, machine.says));
  std::ofstream(machine.plan.config_file) << "log_level = \"debug\"\n";
  ASSERT_TRUE(remove_service(machine.plan, machine.says));
  EXPECT_FALSE(std::filesystem::exists(machine.plan.config_file));
  EXPECT_EQ(contents(machine.plan.config_file + ".saved"), "log_level = \"debug\"\n");
}

TEST(Service, a_folder_that_cannot_be_written_is_an_error) {
  Machine machine;
  machine.plan.unit_file = "/dev/null/rftd.service";
  EXPECT_EQ(install_service(machine.plan, machine.says).error().code, Code::bad_state);
}

}  // namespace
}  // namespace rft::cli
