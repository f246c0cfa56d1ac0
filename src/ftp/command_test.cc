#include "ftp/command.h"

#include <gtest/gtest.h>

namespace rft::ftp {
namespace {

TEST(Command, it_goes_out_as_one_line) {
  EXPECT_EQ(wire_line(stor("/a b")), "STOR /a b\r\n");
  EXPECT_EQ(wire_line(feat()), "FEAT\r\n");
}

TEST(Command, a_0xff_is_doubled_on_the_wire) {
  EXPECT_EQ(wire_line(retr("/a\xFF")), "RETR /a\xFF\xFF\r\n");
  EXPECT_EQ(wire_line(retr("/a\xFF"), Carriage::protected_), "RETR /a\xFF\r\n");
}

TEST(Command, nothing_in_an_argument_can_begin_another_command) {
  for (const std::string& path : {std::string("/a\r\nDELE /b"), std::string("/a\nx"),
                                  std::string("/a\rx"), std::string("/a\0x", 4)}) {
    const auto line = wire_line(stor(path));
    ASSERT_FALSE(line);
    EXPECT_EQ(line.error().code, FaultCode::bad_name);
  }
}

TEST(Command, a_line_beyond_the_limit_is_refused) {
  const std::size_t room = command_size_max - std::string_view("STOR \r\n").size();
  EXPECT_TRUE(wire_line(stor(std::string(room, 'x'))));
  EXPECT_FALSE(wire_line(stor(std::string(room + 1, 'x'))));
}

TEST(Command, a_secret_never_shows_in_the_text_for_logs) {
  EXPECT_EQ(pass(Secret("hunter2")).text(), "PASS <hidden>");
  EXPECT_EQ(adat("c2VjcmV0").text(), "ADAT <hidden>");
  EXPECT_EQ(dcsc(Secret("a2V5")).text(), "DCSC <hidden>");
  EXPECT_EQ(stor("/a\x1B").text(), "STOR /a\\x1b");
  EXPECT_EQ(wire_line(dcsc(Secret("a2V5"))), "DCSC P a2V5\r\n");
}

TEST(Command, a_restart_names_what_is_already_there) {
  EXPECT_EQ(wire_line(rest(RangeSet{{0, 1000}, {2000, 3000}})), "REST 0-1000,2000-3000\r\n");
  EXPECT_EQ(wire_line(rest(5000)), "REST 5000\r\n");
}

}  // namespace
}  // namespace rft::ftp
