#include "ftp/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rft::ftp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Reply> replies(ReplyReader& reader, std::string_view bytes) {
  std::vector<Reply> all;
  reader.feed(bytes);
  while (true) {
    Result<std::optional<Reply>, Fault> reply = reader.next();
    if (!reply) {
      ADD_FAILURE() << sentence(reply.error());
      return all;
    }
    if (!*reply) return all;
    all.push_back(**reply);
  }
}

std::vector<Reply> replies(std::string_view bytes) {
  ReplyReader reader;
  return replies(reader, bytes);
}

Result<std::optional<Reply>, Fault> first(std::string_view bytes) {
  ReplyReader reader;
  reader.feed(bytes);
  return reader.next();
}

TEST(Reply, one_line_is_one_reply) {
  EXPECT_THAT(replies("226 Transfer Complete.\r\n"),
              ElementsAre(Reply{226, {"Transfer Complete."}}));
  EXPECT_THAT(replies("200\r\n"), ElementsAre(Reply{200, {""}}));
}

TEST(Reply, a_reply_of_many_lines_ends_with_its_own_code_and_a_blank) {
  EXPECT_THAT(
      replies("211-Extensions\r\n 211 not the end\r\n226 nor this\r\n211-x\r\n\r\n211 End\r\n"),
      ElementsAre(Reply{211, {"Extensions", " 211 not the end", "226 nor this", "x", "", "End"}}));
}

TEST(Reply, it_does_not_matter_where_the_bytes_are_cut) {
  const std::string_view bytes =
      "150 Beginning.\r\n112-Perf Marker\r\n Stripe Index: 0\r\n112 End.\r\n226 Done\xFF\xFF\r\n";
  ReplyReader reader;
  std::vector<Reply> all;
  for (const char byte : bytes) {
    for (Reply& reply : replies(reader, {&byte, 1})) all.push_back(std::move(reply));
  }
  EXPECT_EQ(all, replies(bytes));
  EXPECT_EQ(all.size(), 3U);
  EXPECT_TRUE(reader.is_between_replies());
}

TEST(Reply, a_bare_line_feed_ends_a_line_and_nul_is_dropped) {
  EXPECT_THAT(replies(std::string_view("220 a\0b\n221 c\r\0\n", 17)),
              ElementsAre(Reply{220, {"ab"}}, Reply{221, {"c"}}));
}

TEST(Reply, telnet_commands_are_skipped_and_a_doubled_0xff_is_one) {
  EXPECT_THAT(replies("\xFF\xFB\x01\xFF\xF1"
                      "220 a\xFF\xFF"
                      "b\xFF\xFA\x18\x01z\xFF\xF0\r\n"),
              ElementsAre(Reply{220,
                                {"a\xFF"
                                 "b"}}));
}

TEST(Reply, a_0xff_that_the_server_did_not_double_stands_for_itself) {
  EXPECT_THAT(replies("250 a\xFF"
                      "b\r\n"),
              ElementsAre(Reply{250,
                                {"a\xFF"
                                 "b"}}));
}

TEST(Reply, what_is_no_reply_is_a_fault_and_the_reader_stays_failed) {
  for (const std::string_view junk :
       {"SSH-2.0-x\r\n", "99 x\r\n", "099 x\r\n", "700 x\r\n", "\r\n", "2260 x\r\n", "226_x\r\n"}) {
    ReplyReader reader;
    reader.feed(junk);
    const auto reply = reader.next();
    ASSERT_FALSE(reply) << junk;
    EXPECT_EQ(reply.error().code, FaultCode::protocol_broken);
    reader.feed("226 fine\r\n");
    EXPECT_FALSE(reader.next()) << junk;
  }
}

TEST(Reply, a_line_beyond_its_limit_is_refused_before_its_end_comes) {
  EXPECT_TRUE(first("220 " + std::string(reply_line_max - 4, 'x')));
  EXPECT_FALSE(first("220 " + std::string(reply_line_max - 3, 'x')));
  EXPECT_FALSE(first("220 " + std::string(reply_line_max, '\xFF') +
                     std::string(reply_line_max, '\xFF') + "x"));
  std::string undoubled = "220 ";
  for (std::size_t i = 0; i < reply_line_max; ++i) undoubled += std::string("\xFF\0", 2);
  EXPECT_FALSE(first(undoubled));
}

TEST(Reply, a_security_token_may_be_longer_than_other_lines) {
  EXPECT_TRUE(first("335 ADAT=" + std::string(2 * reply_line_max, 'A') + "\r\n"));
  EXPECT_TRUE(first("632 " + std::string(2 * reply_line_max, 'A') + "\r\n"));
  EXPECT_FALSE(first("632 " + std::string(reply_size_max, 'A') + "\r\n"));
}

TEST(Reply, a_reply_beyond_its_limits_is_refused_before_its_end_comes) {
  std::string lines = "211-a\r\n";
  for (std::size_t i = 1; i < reply_lines_max; ++i) lines += " b\r\n";
  EXPECT_TRUE(first(lines));
  EXPECT_FALSE(first(lines + " one more\r\n"));
  std::string bytes = "211-a\r\n";
  for (int i = 0; i < 9; ++i) bytes += std::string(reply_line_max, ' ') + "\r\n";
  EXPECT_FALSE(first(bytes));
}

TEST(Reply, the_fault_holds_what_the_server_said_within_bounds) {
  const auto words = [](const std::string& bytes) {
    ReplyReader reader;
    reader.feed(bytes);
    const auto reply = reader.next();
    return reply ? std::string("no fault") : reply.error().reply;
  };
  EXPECT_EQ(words("SSH-2.0-x\r\n"), "SSH-2.0-x");
  EXPECT_EQ(words("\x1B[2J\r\n"), "\\x1b[2J");
  const std::string endless = words("220 " + std::string(reply_line_max, 'x'));
  EXPECT_TRUE(endless.starts_with("220 xxx"));
  EXPECT_LE(endless.size(), reply_text_max);
}

TEST(Reply, its_text_is_printable_bounded_and_on_one_line) {
  const Reply reply{550, {"a\x1B[2J", "End."}};
  EXPECT_EQ(reply.text(), "550 a\\x1b[2J | End.");
  EXPECT_LE((Reply{550, {std::string(60000, 'x')}}).text().size(), reply_text_max + 3);
}

}  // namespace
}  // namespace rft::ftp
