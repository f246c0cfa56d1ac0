#include "daemon/state_folder.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "daemon/folder_for_tests.h"

namespace rft {
namespace {

using testing::HasSubstr;

TEST(StateFolder, is_made_with_its_parents_and_for_its_owner_alone) {
  const FolderForTests root;
  const std::string path = root.path() + "/a/b";
  const auto folder = StateFolder::open(path);
  ASSERT_TRUE(folder) << folder.error().detail;
  struct stat facts {};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0700U);
}

TEST(StateFolder, a_second_owner_is_refused_and_told_the_pid_of_the_first) {
  const FolderForTests root;
  const auto first = StateFolder::open(root.path());
  ASSERT_TRUE(first) << first.error().detail;
  const auto second = StateFolder::open(root.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::state_in_use);
  EXPECT_THAT(second.error().detail, HasSubstr("pid " + std::to_string(::getpid())));
}

TEST(StateFolder, is_free_again_once_its_owner_is_gone) {
  const FolderForTests root;
  { ASSERT_TRUE(StateFolder::open(root.path())); }
  EXPECT_TRUE(StateFolder::open(root.path()));
}

TEST(StateFolder, one_that_others_may_write_into_is_refused) {
  const FolderForTests root;
  ASSERT_EQ(::chmod(root.path().c_str(), 0770), 0);
  const auto folder = StateFolder::open(root.path());
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().detail, HasSubstr("chmod 700"));
}

TEST(StateFolder, one_of_another_user_is_refused_by_name) {
  if (::geteuid() == 0) GTEST_SKIP() << "every folder that root can make belongs to root";
  const auto folder = StateFolder::open("/tmp");
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().detail, HasSubstr("belongs to user"));
}

TEST(StateFolder, a_file_or_a_relative_path_is_refused) {
  const FolderForTests root;
  std::ofstream(root.path() + "/file") << "x";
  const auto file = StateFolder::open(root.path() + "/file");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, Code::bad_state);
  EXPECT_THAT(StateFolder::open("state").error().detail, HasSubstr("absolute"));
}

TEST(NetworkFileSystem, kernel_network_file_systems_are_told_by_their_magic) {
  EXPECT_EQ(network_file_system(0x6969, ""), "nfs");
  EXPECT_EQ(network_file_system(0xFF534D42, ""), "cifs");
  EXPECT_EQ(network_file_system(0xFFFFFFFFFF534D42, ""), "cifs");
  EXPECT_EQ(network_file_system(0x01021997, ""), "9p");
  EXPECT_EQ(network_file_system(0x0BD00BD0, ""), "lustre");
  EXPECT_EQ(network_file_system(0x47504653, ""), "gpfs");
  EXPECT_EQ(network_file_system(0x00C36400, ""), "ceph");
}

TEST(NetworkFileSystem, local_ones_pass) {
  EXPECT_EQ(network_file_system(0xEF53, "ext4"), std::nullopt);
  EXPECT_EQ(network_file_system(0x58465342, "xfs"), std::nullopt);
  EXPECT_EQ(network_file_system(0x01021994, "tmpfs"), std::nullopt);
}

TEST(NetworkFileSystem, of_fuse_only_what_is_known_to_be_local_passes) {
  EXPECT_EQ(network_file_system(0x65735546, "fuse.sshfs"), "fuse.sshfs");
  EXPECT_EQ(network_file_system(0x65735546, ""), "fuse");
  EXPECT_EQ(network_file_system(0x65735546, "fuse.fuse-overlayfs"), std::nullopt);
}

TEST(NetworkFileSystem, a_mount_s_type_is_found_by_its_device) {
  const std::string_view mountinfo =
      "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
      "40 22 0:45 / /home/u/far rw,nosuid shared:7 - fuse.sshfs u@host:/ rw,user_id=0\n";
  EXPECT_EQ(mount_type_of(mountinfo, "0:45"), "fuse.sshfs");
  EXPECT_EQ(mount_type_of(mountinfo, "254:1"), "ext4");
  EXPECT_EQ(mount_type_of(mountinfo, "0:4"), "");
}

}  // namespace
}  // namespace rft
