#include "ftp/conversation.h"

#include <gtest/gtest.h>

namespace rft::ftp {
namespace {

using Plan = ftp::Setup;  // testing::Test has a Setup of its own

std::string said(const std::vector<Step>& steps) {
  std::string text;
  for (const Step& step : steps) text += step.command.text() + (step.required ? "\n" : " ?\n");
  return text;
}

TEST(Conversation, a_setup_without_gsi_says_nothing_about_data_security) {
  EXPECT_EQ(said(session_setup(Features{}, Plan{})),
            "SITE CLIENTINFO scheme=gsiftp;appname=\"rft\";appver=\"" RFT_VERSION
            "\"; ?\n"
            "TYPE I\nMODE E\nTREV RESTART 1 ?\nTREV PERF 1 ?\n");
}

TEST(Conversation, a_session_that_was_in_extended_mode_is_put_back_into_stream_mode) {
  Features features;
  features.mode_e = true;
  Plan setup;
  setup.mode_e = false;
  EXPECT_NE(said(session_setup(features, setup)).find("TYPE I\nMODE S\n"), std::string::npos);
}

TEST(Conversation, dcsc_comes_before_the_data_channel_is_secured_and_hides_its_blob) {
  Plan setup;
  setup.gsi = true;
  setup.security = DataSecurity::private_;
  setup.dcsc_blob = Secret("a2V5");
  const std::string text = said(session_setup(Features{}, setup));
  EXPECT_TRUE(text.ends_with("DCSC <hidden>\nDCAU A\nPBSZ 1048576\nPROT P\n")) << text;
}

TEST(Conversation, a_clear_data_channel_is_said_with_dcau_n) {
  Plan setup;
  setup.gsi = true;
  EXPECT_TRUE(said(session_setup(Features{}, setup)).ends_with("DCAU N\n"));
  setup.security = DataSecurity::authenticated;
  setup.subject = "/CN=Bob";
  EXPECT_TRUE(
      said(session_setup(Features{}, setup)).ends_with("DCAU S /CN=Bob\nPBSZ 1048576\nPROT C\n"));
}

TEST(Conversation, a_resumed_file_names_on_both_sides_what_is_there) {
  Leg leg;
  leg.path = "/a";
  leg.size = 100;
  leg.streams = 2;
  leg.there = RangeSet{{0, 10}, {20, 30}};
  EXPECT_EQ(said(receive_file(leg)), "ALLO 100 ?\nREST 0-10,20-30\nSTOR /a\n");
  EXPECT_EQ(said(send_file(leg, {"127.0.0.1", 41035})),
            "OPTS RETR Parallelism=2,2,2;\nPORT 127,0,0,1,160,75\nREST 0-10,20-30\nRETR /a\n");
}

TEST(Conversation, an_open_channel_is_used_again_without_an_address) {
  Leg leg;
  leg.path = "/a";
  leg.channel_is_open = true;
  EXPECT_EQ(said(send_file(leg, {})), "RETR /a\n");
}

TEST(Conversation, stream_mode_goes_on_at_the_first_hole) {
  Leg leg;
  leg.path = "/a";
  leg.mode_e = false;
  leg.there = RangeSet{{0, 10}, {20, 30}};
  EXPECT_EQ(said(receive_file(leg)), "REST 10\nSTOR /a\n");
  leg.there = RangeSet{{20, 30}};
  EXPECT_EQ(said(receive_file(leg)), "STOR /a\n");
}

}  // namespace
}  // namespace rft::ftp
