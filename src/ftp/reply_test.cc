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

// What a reply to MLSC of these bytes says, its pieces put together again.
struct Told {
  std::vector<std::string> lines;
  int code = 0;
  std::size_t pieces = 0;
};
Told listing_told(std::string_view bytes, std::size_t step) {
  ReplyReader reader;
  reader.expect(ReplyForm::listing);
  Told told;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    for (const Reply& piece : replies(reader, bytes.substr(at, step))) {
      EXPECT_TRUE(told.pieces == 0 || told.code / 100 < 2 || told.code == piece.code);
      told.lines.insert(told.lines.end(), piece.lines.begin(), piece.lines.end());
      told.code = piece.more ? 0 : piece.code;
      ++told.pieces;
    }
  }
  EXPECT_TRUE(reader.is_between_replies());
  return told;
}

TEST(Reply, a_listing_of_any_length_comes_in_bounded_pieces) {
  std::string bytes = "150-Contents of /d\r\n";
  std::vector<std::string> lines{"Contents of /d"};
  for (int i = 0; i < 20'000; ++i) {
    lines.push_back(" Type=file; name-" + std::to_string(i));
    bytes += lines.back() + "\r\n";
  }
  bytes += "250 End.\r\n";
  lines.push_back("End.");
  for (const std::size_t step : {bytes.size(), std::size_t{7}, std::size_t{16384}}) {
    const Told told = listing_told(bytes, step);
    EXPECT_EQ(told.code, 250) << "a long one that begins as 150- ends as 250";
    EXPECT_EQ(told.lines, lines);
    EXPECT_GT(told.pieces, bytes.size() / listing_piece_size / 2);
  }
}

TEST(Reply, a_name_in_a_listing_keeps_its_bytes) {
  const Told told = listing_told(
      "250-Contents\r\n Type=file; a\n250 End\r\n Type=file; \xFF\xFE\r\n250 End.\r\n", 1);
  EXPECT_EQ(told.lines, (std::vector<std::string>{"Contents", " Type=file; a\n250 End",
                                                  " Type=file; \xFF\xFE", "End."}));
}

TEST(Reply, a_refusal_in_place_of_the_rest_of_a_listing_is_the_answer) {
  const Told told = listing_told("150-Contents\r\n Type=file; a\r\n550-Error\r\n550 End.\r\n", 3);
  EXPECT_EQ(told.code, 550);
  EXPECT_EQ(told.lines, (std::vector<std::string>{"Error", "End."}));
}

TEST(Reply, a_refusal_of_a_listing_and_a_line_of_it_have_their_limits) {
  for (const std::string beginning : {"550-No\r\n", "150-Contents\r\n550-No\r\n"}) {
    ReplyReader reader;
    reader.expect(ReplyForm::listing);
    reader.feed(beginning);
    for (std::size_t i = 0; i <= reply_lines_max; ++i) reader.feed(" no\r\n");
    EXPECT_FALSE(reader.next());
  }
  ReplyReader reader;
  reader.expect(ReplyForm::listing);
  reader.feed("250-Contents\r\n " + std::string(reply_line_max, 'x'));
  EXPECT_FALSE(reader.next());
}

TEST(Reply, each_line_of_tokens_is_a_reply) {
  ReplyReader reader;
  reader.expect(ReplyForm::tokens);
  EXPECT_THAT(replies(reader, "632-AA\r\n632-BB\r\n632 CC\r\n"),
              ElementsAre(Reply{632, {"AA"}}, Reply{632, {"BB"}}, Reply{632, {"CC"}}));
}

}  // namespace
}  // namespace rft::ftp
