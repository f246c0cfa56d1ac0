#include "client/start.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "client/fake_service_for_tests.h"

namespace rft::client {
namespace {

TEST(StartDaemon, gives_it_the_state_folder_a_session_of_its_own_and_no_terminal) {
  const fake::Folder folder;
  const std::string program = folder / "rftd";
  // What a test can see of a started program is what it writes.
  std::ofstream(program) << "#!/bin/sh\nexec > \"$2/out.new\"\necho \"$@\"; pwd; readlink "
                            "/proc/self/fd/0; ps -o sid= -p $$ | tr -d ' '; echo $$\n"
                            "mv \"$2/out.new\" \"$2/out\"\n";
  ASSERT_EQ(::chmod(program.c_str(), 0700), 0);
  const auto child = start_daemon(program, folder / "");
  ASSERT_TRUE(child);
  std::optional<int> status;
  while (!(status = ended(*child))) std::this_thread::yield();
  EXPECT_EQ(*status, 0);
  std::ifstream in(folder / "out");
  std::string arguments, where, input, session, process;
  std::getline(in, arguments);
  std::getline(in, where);
  std::getline(in, input);
  in >> session >> process;
  EXPECT_EQ(arguments, "--state-dir " + (folder / "") + " --self-started");
  EXPECT_EQ(where, "/");
  EXPECT_EQ(input, "/dev/null");
  EXPECT_EQ(session, process);
}

TEST(StartDaemon, of_a_program_that_is_not_there_says_so) {
  const auto child = start_daemon("/nonexistent/rftd", "/tmp");
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().code, Code::unreachable);
}

}  // namespace
}  // namespace rft::client
