#include "daemon/mover_folder.h"

#include <gmock/gmock.h>

#include <fstream>

#include "daemon/folder_for_tests.h"
#include "wire/frame.h"

namespace rft {
namespace {

using testing::ElementsAre;

struct MoverFolderTest : testing::Test {
  FolderForTests root;
  MoverFolder folder = *MoverFolder::open(root.path());
  void write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder.path() + "/" + name, std::ios::binary) << bytes;
  }
};

const Task task{*Uuid::parse("019358a0-0000-7000-8000-000000000001"), 3};

std::string frame(std::uint64_t seq) {
  return encode(ToDaemon(Word(TaskWord{task, seq, Begun{}})));
}

TEST_F(MoverFolderTest, a_lock_is_held_as_long_as_its_descriptor_is_open) {
  {
    const auto lock = folder.make_lock("m1");
    ASSERT_TRUE(lock);
    EXPECT_TRUE(folder.is_held("m1"));
  }
  EXPECT_FALSE(folder.is_held("m1"));
  EXPECT_FALSE(folder.is_held("never"));
}

TEST_F(MoverFolderTest, an_id_is_never_given_a_second_lock) {
  { ASSERT_TRUE(folder.make_lock("m1")); }
  EXPECT_FALSE(folder.make_lock("m1"));
}

TEST_F(MoverFolderTest, who_holds_a_lock_can_be_read_from_it) {
  const auto lock = folder.make_lock("m1");
  folder.write_birth(*lock, {4711, "uid:1000", "b00t"});
  EXPECT_EQ(folder.birth("m1"), (Birth{4711, "uid:1000", "b00t"}));
  EXPECT_EQ(parse_birth("0\nuid:1\n"), std::nullopt);
  EXPECT_EQ(parse_birth("12"), std::nullopt);
}

TEST_F(MoverFolderTest, movers_are_those_with_a_lock_file) {
  write("b.lock", "");
  write("a.lock", "");
  write("c.sock", "");
  write("not an id.lock", "");
  EXPECT_THAT(folder.movers(), ElementsAre("a", "b"));
}

TEST_F(MoverFolderTest, a_spool_gives_its_whole_words_in_order_and_a_torn_end_is_left) {
  write("m1.spool", frame(1) + frame(2) + frame(3).substr(0, 9));
  const auto words = folder.spool("m1");
  ASSERT_EQ(words.size(), 2U);
  EXPECT_EQ(std::get<TaskWord>(words[0]).seq, 1U);
  EXPECT_EQ(std::get<TaskWord>(words[1]).seq, 2U);
}

TEST_F(MoverFolderTest, a_spool_that_is_no_spool_gives_nothing) {
  write("m1.spool", std::string(300000, '\xff'));
  EXPECT_TRUE(folder.spool("m1").empty());
  EXPECT_TRUE(folder.spool("m2").empty());
}

TEST_F(MoverFolderTest, frames_that_are_no_words_are_passed_over) {
  write("m1.spool", encode(ToDaemon(HelloDaemon{})) + std::string("\0\0\0\2{}", 6) + frame(5));
  const auto words = folder.spool("m1");
  ASSERT_EQ(words.size(), 1U);
  EXPECT_EQ(std::get<TaskWord>(words[0]).seq, 5U);
}

TEST_F(MoverFolderTest, removing_leaves_nothing_of_a_mover) {
  { ASSERT_TRUE(folder.make_lock("m1")); }
  write("m1.spool", frame(1));
  write("m1.sock", "");
  folder.remove("m1");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(MoverFolderTest, a_socket_s_address_is_short_however_long_the_folder_is) {
  const std::string deep = root.path() + "/" + std::string(200, 'd');
  ASSERT_TRUE(std::filesystem::create_directory(deep));
  const auto there = MoverFolder::open(deep);
  ASSERT_TRUE(there);
  EXPECT_LT(there->socket_address("0190aaaabbbb").size(), 100U);
}

}  // namespace
}  // namespace rft
