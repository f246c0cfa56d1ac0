#include "ftp/control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace rft::ftp {
namespace {

// Counts records as a security context does: a token out of turn cannot be read.
class CountingProtection : public Protection {
 public:
  Result<std::string, Fault> protect(std::string_view line) override {
    return "ENC " + base64(line) + "\r\n";
  }
  Result<std::string, Fault> unprotect(std::string_view token) override {
    const std::optional<std::string> bytes = base64_decode(token);
    if (!bytes || bytes->empty() || bytes->front() != static_cast<char>('0' + count_)) {
      return tl::unexpected(
          Fault{FaultCode::protocol_broken, Side::none, Doing::nothing, "", "record"});
    }
    ++count_;
    return bytes->substr(1);
  }

 private:
  int count_ = 0;
};

std::vector<Answer> answers(ControlChannel& channel, std::string_view bytes) {
  std::vector<Answer> all;
  channel.receive(bytes);
  while (true) {
    const auto answer = channel.next();
    if (!answer) {
      ADD_FAILURE() << sentence(answer.error());
      return all;
    }
    if (!*answer) return all;
    all.push_back(**answer);
  }
}

ControlChannel greeted() {
  ControlChannel channel(Side::source);
  answers(channel, "220 ready\r\n");
  return channel;
}

ControlChannel protected_channel() {
  ControlChannel channel = greeted();
  EXPECT_TRUE(channel.protect_with(std::make_unique<CountingProtection>()));
  return channel;
}

FaultCode broken_by(ControlChannel& channel, std::string_view bytes) {
  channel.receive(bytes);
  while (true) {
    const auto answer = channel.next();
    if (!answer) return answer.error().code;
    if (!*answer) return FaultCode::internal;
  }
}

TEST(Control, the_greeting_answers_ticket_zero) {
  ControlChannel channel(Side::source);
  const auto all = answers(channel, "120 soon\r\n220 ready\r\n");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0], (Answer{greeting, {120, {"soon"}}, false}));
  EXPECT_EQ(all[1], (Answer{greeting, {220, {"ready"}}, true}));
  EXPECT_TRUE(channel.is_idle());
}

TEST(Control, replies_answer_commands_first_in_first_out) {
  ControlChannel channel = greeted();
  const Ticket first = *channel.send(size("/a")), second = *channel.send(size("/b"));
  EXPECT_EQ(channel.output(), "SIZE /a\r\nSIZE /b\r\n");
  channel.consume(9);
  EXPECT_EQ(channel.output(), "SIZE /b\r\n");
  const auto all = answers(channel, "213 1\r\n550 no\r\n");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].ticket, first);
  EXPECT_EQ(all[1].ticket, second);
}

TEST(Control, markers_belong_to_the_command_that_runs) {
  ControlChannel channel = greeted();
  const Ticket first = *channel.send(stor("/a"));
  const Ticket second = *channel.send(stor("/b"));
  const auto all = answers(channel, "150 x\r\n111 Range Marker 0-5\r\n226 done\r\n125 again\r\n");
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[1], (Answer{first, {111, {"Range Marker 0-5"}}, false}));
  EXPECT_TRUE(all[2].final);
  EXPECT_EQ(all[3].ticket, second);
  EXPECT_EQ(channel.unanswered(), 1U);
}

TEST(Control, a_reply_that_nobody_asked_for_has_no_ticket) {
  ControlChannel channel = greeted();
  const auto all = answers(channel, "421 idle too long\r\n");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].ticket, std::nullopt);
}

TEST(Control, after_a_final_reply_that_nobody_asked_for_no_answer_is_trusted) {
  ControlChannel channel = greeted();
  ASSERT_TRUE(channel.send(stor("/a")));
  channel.receive("150 x\r\n226 done\r\n226 done\r\n");
  ASSERT_TRUE(channel.next());
  ASSERT_TRUE(channel.next());
  const auto second = channel.next();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, FaultCode::protocol_broken);
  EXPECT_EQ(second.error().reply, "226 done");
  EXPECT_FALSE(channel.next());
}

TEST(Control, a_late_marker_is_let_pass_but_not_any_number) {
  ControlChannel channel = greeted();
  const std::string late = "112 late\r\n";
  for (std::size_t i = 0; i < unasked_markers_max; ++i)
    EXPECT_EQ(answers(channel, late).size(), 1U);
  ASSERT_TRUE(channel.send(noop()));
  EXPECT_EQ(answers(channel, "200 ok\r\n").size(), 1U);
  for (std::size_t i = 0; i < unasked_markers_max; ++i)
    EXPECT_EQ(answers(channel, late).size(), 1U);
  channel.receive(late);
  EXPECT_FALSE(channel.next());
}

TEST(Control, after_abor_replies_come_in_any_number) {
  ControlChannel channel = greeted();
  ASSERT_TRUE(channel.send(abor()));
  EXPECT_EQ(answers(channel, "226 done\r\n226 abor\r\n226 again\r\n").size(), 3U);
}

TEST(Control, more_commands_than_the_depth_are_refused_but_not_the_end) {
  ControlChannel channel = greeted();
  for (std::size_t i = 0; i < depth_max; ++i) ASSERT_TRUE(channel.send(noop()));
  EXPECT_FALSE(channel.can_send());
  EXPECT_FALSE(channel.send(noop()));
  EXPECT_FALSE(channel.is_aborted());
  EXPECT_TRUE(channel.send(abor()));
  EXPECT_TRUE(channel.is_aborted());
}

TEST(Control, a_bad_name_is_refused_with_the_side_and_nothing_goes_out) {
  ControlChannel channel = greeted();
  const auto ticket = channel.send(stor("/a\r\nDELE /b"));
  ASSERT_FALSE(ticket);
  EXPECT_EQ(ticket.error().code, FaultCode::bad_name);
  EXPECT_EQ(ticket.error().side, Side::source);
  EXPECT_TRUE(channel.is_idle());
}

TEST(Control, an_end_with_an_answer_due_is_a_cut) {
  ControlChannel channel = greeted();
  EXPECT_EQ(channel.at_end(), std::nullopt);
  ASSERT_TRUE(channel.send(noop()));
  ASSERT_TRUE(channel.at_end());
  EXPECT_EQ(channel.at_end()->code, FaultCode::cut);
  EXPECT_EQ(channel.at_end()->side, Side::source);
  EXPECT_TRUE(ControlChannel(Side::source).at_end());
  answers(channel, "200 ok\r\n421-half");
  EXPECT_TRUE(channel.at_end());
}

TEST(Control, junk_breaks_the_channel_for_good) {
  ControlChannel channel = greeted();
  EXPECT_EQ(broken_by(channel, "hello\r\n"), FaultCode::protocol_broken);
  EXPECT_EQ(broken_by(channel, "200 ok\r\n"), FaultCode::protocol_broken);
}

TEST(Control, protected_lines_go_out_wrapped_and_replies_come_unwrapped_in_order) {
  ControlChannel channel = protected_channel();
  const Ticket ticket = *channel.send(feat());
  EXPECT_EQ(channel.output(), "ENC " + base64("FEAT\r\n") + "\r\n");
  const auto all =
      answers(channel, "632-" + base64("0211-F\r\n") + "\r\n632-" + base64("1 SIZE\r\n") +
                           "\r\n632 " + base64("2211 End\r\n") + "\r\n");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0], (Answer{ticket, {211, {"F", " SIZE", "End"}}, true}));
}

TEST(Control, a_protected_name_goes_out_with_its_bytes_and_a_clear_one_as_telnet) {
  ControlChannel guarded = protected_channel();
  ASSERT_TRUE(guarded.send(mlst("/a\xFF")));
  EXPECT_EQ(guarded.output(), "ENC " + base64("MLST /a\xFF\r\n") + "\r\n");
  ControlChannel clear = greeted();
  ASSERT_TRUE(clear.send(mlst("/a\xFF")));
  EXPECT_EQ(clear.output(), "MLST /a\xFF\xFF\r\n");
}

TEST(Control, an_inner_line_may_lack_its_end_or_count_a_nul) {
  ControlChannel channel = protected_channel();
  ASSERT_TRUE(channel.send(noop()));
  ASSERT_TRUE(channel.send(noop()));
  const auto all = answers(channel, "632 " + base64("0200 a") + "\r\n632 " +
                                        base64(std::string_view("1200 b\r\n\0", 9)) + "\r\n");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].reply, (Reply{200, {"b"}}));
}

TEST(Control, a_token_out_of_turn_breaks_the_channel) {
  ControlChannel channel = protected_channel();
  EXPECT_EQ(broken_by(channel, "632 " + base64("1200 a\r\n") + "\r\n"), FaultCode::protocol_broken);
}

TEST(Control, the_fault_of_a_token_that_cannot_be_opened_holds_what_came) {
  ControlChannel channel = protected_channel();
  channel.receive("632 rubbish\r\n");
  const auto answer = channel.next();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reply, "632 rubbish");
}

TEST(Control, a_clear_reply_on_a_protected_channel_is_refused_save_421) {
  ControlChannel channel = protected_channel();
  ASSERT_TRUE(channel.send(noop()));
  const auto busy = answers(channel, "421 shutting down\r\n");
  ASSERT_EQ(busy.size(), 1U);
  EXPECT_EQ(busy[0].reply.code, 421);
  EXPECT_EQ(broken_by(channel, "200 forged\r\n"), FaultCode::protocol_broken);
}

TEST(Control, a_protected_reply_inside_another_or_in_clear_is_refused) {
  ControlChannel clear = greeted();
  EXPECT_EQ(broken_by(clear, "632 AAAA\r\n"), FaultCode::protocol_broken);
}

TEST(Control, protection_begins_only_between_commands) {
  ControlChannel channel = greeted();
  ASSERT_TRUE(channel.send(noop()));
  EXPECT_FALSE(channel.protect_with(std::make_unique<CountingProtection>()));
  answers(channel, "200 ok\r\n2");
  EXPECT_FALSE(channel.protect_with(std::make_unique<CountingProtection>()));
}

TEST(Control, a_listing_is_answered_in_pieces_and_the_next_command_after_its_last) {
  ControlChannel channel = greeted();
  const Ticket listing = *channel.send(mlsc("/d"));
  const Ticket after = *channel.send(noop());
  std::string bytes = "150-Contents of /d\r\n";
  for (int i = 0; i < 2000; ++i) bytes += " Type=file;Size=1; name\r\n";
  bytes += "250 End.\r\n200 ok\r\n";
  const auto all = answers(channel, bytes);
  ASSERT_GT(all.size(), 3U);
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    EXPECT_EQ(all[i].ticket, listing);
    EXPECT_EQ(all[i].final, i + 2 == all.size());
  }
  EXPECT_EQ(all.back(), (Answer{after, {200, {"ok"}}, true}));
}

TEST(Control, a_protected_listing_may_take_more_tokens_than_a_reply_has_lines) {
  class Base64 : public Protection {
   public:
    Result<std::string, Fault> protect(std::string_view line) override { return std::string(line); }
    Result<std::string, Fault> unprotect(std::string_view token) override {
      return base64_decode(token).value_or("");
    }
  };
  ControlChannel channel = greeted();
  ASSERT_TRUE(channel.protect_with(std::make_unique<Base64>()));
  ASSERT_TRUE(channel.send(mlsc("/d")));
  std::string bytes = "632-" + base64("250-Contents\r\n") + "\r\n";
  for (std::size_t i = 0; i < 2 * reply_lines_max; ++i) {
    bytes += "632-" + base64(" Type=file;Size=1; name\r\n") + "\r\n";
  }
  const auto all = answers(channel, bytes + "632 " + base64("250 End.\r\n") + "\r\n");
  std::size_t entries = 0;
  for (const Answer& answer : all) entries += answer.reply.lines.size();
  EXPECT_EQ(entries, 2 * reply_lines_max + 2);
  EXPECT_TRUE(all.back().final);
}

TEST(Control, only_a_listing_may_be_longer_than_a_reply) {
  ControlChannel channel = greeted();
  ASSERT_TRUE(channel.send(mlst("/d")));
  std::string bytes = "250-Contents of /d\r\n";
  for (std::size_t i = 0; i <= reply_lines_max; ++i) bytes += " Type=file; n\r\n";
  EXPECT_EQ(broken_by(channel, bytes), FaultCode::protocol_broken);
}

}  // namespace
}  // namespace rft::ftp
