#include "ftp/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rft::ftp {
namespace {

using testing::ElementsAre;

FaultCode refused(const DataAddress& announced, std::string_view peer,
                  AddressRule rule = AddressRule::own_network) {
  const auto judged = judge_address(announced, peer, rule);
  if (judged) ADD_FAILURE() << judged->text() << " passed";
  return judged ? FaultCode::internal : judged.error().code;
}

TEST(Address, pasv_names_host_and_port) {
  EXPECT_EQ(pasv_address({227, {"Entering Passive Mode (127,0,0,1,160,75)"}}),
            (DataAddress{"127.0.0.1", 41035}));
  EXPECT_EQ(pasv_address({227, {"Entering Passive Mode 10,1,2,3,4,5."}}),
            (DataAddress{"10.1.2.3", 1029}));
}

TEST(Address, a_pasv_reply_without_six_bytes_is_a_fault) {
  for (const char* text :
       {"Entering Passive Mode", "(1,2,3,4,5)", "(256,0,0,1,4,5)", "(1,2,3,4,0,0)",
        "(1,2,3,4,5,999999999999999999999)", "(1,2,3,4,,5)", ""}) {
    EXPECT_FALSE(pasv_address({227, {text}})) << text;
  }
  EXPECT_FALSE(pasv_address({200, {"(1,2,3,4,5,6)"}}));
  EXPECT_FALSE(pasv_address({227, {}}));
}

TEST(Address, epsv_names_a_port_and_sometimes_a_host) {
  EXPECT_EQ(epsv_address({229, {"Entering Extended Passive Mode (|||41042|)"}}),
            (DataAddress{"", 41042}));
  EXPECT_EQ(epsv_address({229, {"x (|2|2001:DB8::1|5000|)"}}), (DataAddress{"2001:db8::1", 5000}));
  EXPECT_EQ(epsv_address({229, {"x (!!!5000!)"}}), (DataAddress{"", 5000}));
  for (const char* text :
       {"x (|||0|)", "x (|||65536|)", "x (|||5000)", "x (", "x |||5|", "x (|2|h|5|)"}) {
    EXPECT_FALSE(epsv_address({229, {text}})) << text;
  }
}

TEST(Address, spas_names_one_address_for_each_stripe) {
  const auto all = spas_addresses(
      {229, {"Entering Striped Passive Mode.", " 127,0,0,1,160,88", " |2|::1|5000|", "End"}});
  ASSERT_TRUE(all);
  EXPECT_THAT(*all, ElementsAre(DataAddress{"127.0.0.1", 41048}, DataAddress{"::1", 5000}));
  EXPECT_FALSE(spas_addresses({229, {"Entering Striped Passive Mode.", "End"}}));
  EXPECT_FALSE(spas_addresses({229, {"x", " nonsense", "End"}}));
  EXPECT_FALSE(
      spas_addresses({229, std::vector<std::string>(stripes_max + 1, " 127,0,0,1,160,88")}));
}

TEST(Address, a_server_may_have_a_data_interface_in_another_network) {
  const DataAddress data{"10.77.2.1", 50000};
  EXPECT_EQ(judge_address(data, "10.77.1.1"), data);
}

TEST(Address, an_absent_or_unspecified_host_is_the_control_peer) {
  const DataAddress peer{"192.0.2.7", 50000};
  EXPECT_EQ(judge_address({"", 50000}, "192.0.2.7"), peer);
  EXPECT_EQ(judge_address({"0.0.0.0", 50000}, "192.0.2.7"), peer);
  EXPECT_EQ(judge_address({"::", 50000}, "192.0.2.7"), peer);
}

TEST(Address, a_server_cannot_aim_its_peer_at_itself_or_its_neighbours) {
  for (const char* host : {"127.0.0.1", "127.8.8.8", "169.254.169.254", "224.0.0.1", "0.1.2.3",
                           "255.255.255.255", "::1", "fe80::1", "ff02::1", "::ffff:127.0.0.1",
                           "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"}) {
    EXPECT_EQ(refused({host, 50000}, "192.0.2.7"), FaultCode::forbidden_address) << host;
  }
}

TEST(Address, a_loopback_peer_may_announce_loopback) {
  EXPECT_TRUE(judge_address({"127.0.0.2", 50000}, "127.0.0.1"));
  EXPECT_TRUE(judge_address({"::1", 50000}, "127.0.0.1"));
  EXPECT_EQ(refused({"169.254.0.1", 50000}, "127.0.0.1"), FaultCode::forbidden_address);
}

TEST(Address, a_reserved_port_is_refused_even_of_the_peer) {
  EXPECT_EQ(refused({"192.0.2.7", 1023}, "192.0.2.7"), FaultCode::forbidden_address);
  EXPECT_TRUE(judge_address({"192.0.2.7", 1024}, "192.0.2.7"));
}

TEST(Address, the_strict_rule_takes_the_peer_alone) {
  EXPECT_TRUE(judge_address({"192.0.2.7", 50000}, "::ffff:192.0.2.7", AddressRule::same_host));
  EXPECT_EQ(refused({"192.0.2.8", 50000}, "192.0.2.7", AddressRule::same_host),
            FaultCode::forbidden_address);
}

TEST(Address, a_host_name_is_no_address) {
  EXPECT_EQ(refused({"localhost", 50000}, "192.0.2.7"), FaultCode::forbidden_address);
  EXPECT_EQ(refused({"192.0.2.7", 50000}, "gridftp.example.org"), FaultCode::internal);
}

TEST(Address, it_is_handed_on_as_port_or_eprt) {
  EXPECT_EQ(port({"127.0.0.1", 41035}), (Command{"PORT", "127,0,0,1,160,75"}));
  EXPECT_EQ(port({"2001:db8::1", 5000}), (Command{"EPRT", "|2|2001:db8::1|5000|"}));
  EXPECT_EQ(spor({{"127.0.0.1", 41035}, {"10.0.0.1", 41036}}),
            (Command{"SPOR", "127,0,0,1,160,75 10,0,0,1,160,76"}));
}

}  // namespace
}  // namespace rft::ftp
