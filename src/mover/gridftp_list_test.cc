// Listings of a server that says what it is told to say.
#include "mover/gridftp_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <map>

namespace rft::mover {
namespace {

using asio::ip::tcp;
using testing::ElementsAre;
constexpr auto done = asio::as_tuple(asio::use_awaitable);

std::vector<std::string> names(const Listing& listing) {
  if (!listing) return {sentence(listing.error())};
  std::vector<std::string> all;
  for (const Entry& entry : *listing) all.push_back(entry.name);
  return all;
}

class ListingServer : public testing::Test {
 protected:
  ListingServer()
      : control_(io_, {asio::ip::address_v4::loopback(), 0}),
        data_(io_, {asio::ip::address_v4::loopback(), 0}) {
    replies["USER"] = replies["PASS"] = "230 in\r\n";
    replies["TYPE"] = "200 ok\r\n";
    replies["MLSD"] = "150 soon\r\n226 done\r\n";
    offer("MLSC");
    const unsigned port = data_.local_endpoint().port();
    replies["EPSV"] = "229 Entering (|||" + std::to_string(port) + "|)\r\n";
    data_port = std::to_string(port / 256) + "," + std::to_string(port % 256);
  }

  void offer(const std::string& feature) {
    replies["FEAT"] = "211-Features\r\n " + feature + "\r\n211 End\r\n";
  }

  Outcome<std::vector<Listing>> list(std::vector<std::string> folders) {
    Outcome<std::vector<Listing>> told = fault(FaultCode::internal, Side::none, Doing::nothing);
    with_lister([&](Lister& lister) -> awaitable<void> { told = co_await lister.list(folders); });
    return told;
  }
  Outcome<std::vector<Look>> look(std::vector<std::string> names) {
    Outcome<std::vector<Look>> told = fault(FaultCode::internal, Side::none, Doing::nothing);
    with_lister(
        [&](Lister& lister) -> awaitable<void> { told = co_await lister.look_each(names); });
    return told;
  }
  static std::string of_mlst(const std::string& facts_and_name) {
    return "250-Start\r\n " + facts_and_name + "\r\n250 End\r\n";
  }

 private:
  void with_lister(const std::function<awaitable<void>(Lister&)>& use) {
    Credentials credentials;
    Limits limits;
    limits.silence = 500ms;
    Pool pool(credentials, limits, [](const Endpoint&) {});
    Interrupt interrupt;
    const SessionKey key{{Scheme::ftp, "127.0.0.1", control_.local_endpoint().port()}, {}, {}};
    GridFtpLister lister(pool, key, &interrupt);
    asio::co_spawn(io_, serve(), asio::detached);
    asio::co_spawn(io_, ask(lister, use), asio::detached);
    io_.run();
  }

 protected:
  Listing list_one(const std::string& folder) {
    auto told = list({folder});
    if (!told) return failed(told);
    return told->at(0);
  }

  std::map<std::string, std::string> replies;  // by verb, or by verb and argument
  std::string data;                            // what MLSD sends
  std::string data_port;                       // as PASV has it

 private:
  awaitable<void> ask(Lister& lister, const std::function<awaitable<void>(Lister&)>& use) {
    co_await use(lister);
    io_.stop();
  }

  awaitable<void> serve() {
    tcp::socket socket = co_await control_.async_accept(asio::use_awaitable);
    std::string answer = "220 ready\r\n", incoming;
    for (;;) {
      co_await asio::async_write(socket, asio::buffer(answer), done);
      const auto [error, size] =
          co_await asio::async_read_until(socket, asio::dynamic_buffer(incoming), "\r\n", done);
      if (error) co_return;
      const std::string line = incoming.substr(0, size - 2);
      incoming.erase(0, size);
      const std::string verb = line.substr(0, line.find(' '));
      const auto found = replies.find(replies.contains(line) ? line : verb);
      answer = found == replies.end() ? "500 not understood\r\n" : found->second;
      if (verb != "MLSD") continue;
      tcp::socket receiver = co_await data_.async_accept(asio::use_awaitable);
      co_await asio::async_write(receiver, asio::buffer(data), done);
      receiver.shutdown(tcp::socket::shutdown_send);
      char byte = 0;  // as proftpd, it waits for the end of the other side
      co_await receiver.async_read_some(asio::buffer(&byte, 1), done);
    }
  }

  asio::io_context io_;
  tcp::acceptor control_, data_;
};

TEST_F(ListingServer, folders_asked_for_together_are_told_in_their_order) {
  replies["MLSC /a"] = "250-Contents of /a\r\n Type=cdir; .\r\n Type=file; x\r\n250 End.\r\n";
  replies["MLSC /b"] = "550-GlobusError: v=1 c=PERMISSION_DENIED\r\n550 End.\r\n";
  replies["MLSC /c"] = "150-Contents of /c\r\n Type=dir; y\r\n Type=file; z\r\n250 End.\r\n";
  const auto told = list({"/a", "/b", "/c"});
  ASSERT_TRUE(told) << sentence(told.error());
  ASSERT_EQ(told->size(), 3U);
  EXPECT_THAT(names(told->at(0)), ElementsAre("x"));
  EXPECT_EQ(told->at(1).error().code, FaultCode::not_permitted);
  EXPECT_THAT(names(told->at(2)), ElementsAre("y", "z"));
}

TEST_F(ListingServer, a_lie_ends_the_session_and_what_came_before_stands) {
  replies["MLSC /a"] = "250-Contents of /a\r\n Type=file; x\r\n250 End.\r\n";
  replies["MLSC /b"] = "250-Contents of /b\r\n no facts at all\r\n250 End.\r\n";
  const auto told = list({"/a", "/b", "/a"});
  ASSERT_TRUE(told) << sentence(told.error());
  EXPECT_EQ(told->size(), 1U);
}

TEST_F(ListingServer, a_lie_in_the_first_folder_is_a_fault) {
  replies["MLSC"] = "250-Contents of /b\r\n no facts at all\r\n250 End.\r\n";
  EXPECT_EQ(list_one("/b").error().code, FaultCode::protocol_broken);
}

TEST_F(ListingServer, a_refusal_that_may_pass_is_not_of_that_folder) {
  replies["MLSC /a"] = "250-Contents of /a\r\n250 End.\r\n";
  replies["MLSC /b"] = "451 not now\r\n";
  EXPECT_EQ(list({"/a", "/b"})->size(), 1U);
}

TEST_F(ListingServer, a_refusal_without_a_reason_is_of_that_folder_alone) {
  replies["MLSC /a"] = "550 not ever\r\n";
  replies["MLSC /b"] = "250-Contents of /b\r\n Type=file; x\r\n250 End.\r\n";
  const auto told = list({"/a", "/b"});
  ASSERT_TRUE(told) << sentence(told.error());
  EXPECT_EQ(told->at(0).error().code, FaultCode::server_refused);
  EXPECT_THAT(names(told->at(1)), ElementsAre("x"));
}

TEST_F(ListingServer, a_listing_that_stops_in_the_middle_is_a_stall) {
  replies["MLSC"] = "250-Contents of /a\r\n Type=file; x\r\n";
  EXPECT_EQ(list_one("/a").error().code, FaultCode::stalled);
}

TEST_F(ListingServer, without_mlsc_a_folder_is_read_over_a_data_connection) {
  offer("MLST Type*;Size*;");
  data = "Type=cdir; .\r\nType=file;Size=3; a\nb\r\nType=dir; c\r\n";
  EXPECT_THAT(names(list_one("/d")), ElementsAre("a\nb", "c"));
}

TEST_F(ListingServer, the_data_connection_goes_to_the_servers_own_address_whatever_pasv_says) {
  offer("MLST Type*;");
  replies.erase("EPSV");
  replies["PASV"] = "227 Entering Passive Mode (203,0,113,9," + data_port + ")\r\n";
  data = "Type=file; x\r\n";
  EXPECT_THAT(names(list_one("/d")), ElementsAre("x"));
}

TEST_F(ListingServer, a_port_of_the_systems_is_no_data_port) {
  offer("MLST Type*;");
  replies["EPSV"] = "229 Entering (|||25|)\r\n";
  EXPECT_EQ(list_one("/d").error().code, FaultCode::forbidden_address);
}

TEST_F(ListingServer, a_listing_cut_in_a_line_is_a_cut) {
  offer("MLST Type*;");
  data = "Type=file; x\r\nType=file; half a na";
  EXPECT_EQ(list_one("/d").error().code, FaultCode::cut);
}

TEST_F(ListingServer, a_listing_that_is_not_confirmed_is_none) {
  offer("MLST Type*;");
  data = "Type=file; x\r\n";
  replies["MLSD"] = "150 soon\r\n";
  EXPECT_EQ(list_one("/d").error().code, FaultCode::stalled);
}

TEST_F(ListingServer, a_listing_that_breaks_off_with_a_refusal_is_none) {
  offer("MLST Type*;");
  data = "Type=file; x\r\n";
  replies["MLSD"] = "150 soon\r\n451 the disk is broken\r\n";
  EXPECT_EQ(list_one("/d").error().code, FaultCode::server_refused);
}

TEST_F(ListingServer, a_server_that_cannot_list_is_told_to_be_so) {
  offer("SIZE");
  EXPECT_EQ(list_one("/d").error().code, FaultCode::not_supported);
}

TEST_F(ListingServer, a_folder_is_told_with_what_is_unique_of_it) {
  offer("MLST Type*;Unique*;UNIX.slink*;");
  replies["MLST /d"] = of_mlst("Type=dir;Unique=1-2; /d");
  replies["MLST /l"] = of_mlst("Type=dir;Unique=1-2;UNIX.slink=/d; /l");
  replies["MLST /gone"] = "550 No such file or directory\r\n";
  const auto looks = look({"/d", "/l", "/gone"});
  ASSERT_TRUE(looks) << sentence(looks.error());
  EXPECT_EQ(looks->at(0)->value().facts.unique, "1-2");
  EXPECT_FALSE(looks->at(0)->value().is_link);
  EXPECT_EQ(looks->at(1)->value().facts.unique, "1-2");
  EXPECT_TRUE(looks->at(1)->value().is_link);
  EXPECT_FALSE(looks->at(2)->has_value());
}

TEST_F(ListingServer, what_mlst_tells_of_a_link_itself_is_put_right_by_size_and_mdtm) {
  offer("MLST type*;size*;modify*;\r\n SIZE\r\n MDTM");
  const std::string of_link = "modify=20260101000000;perm=adfrw;size=8;type=file;UNIX.mode=0777; ";
  replies["MLST /link"] = of_mlst(of_link + "/link");
  replies["SIZE /link"] = "213 700\r\n";
  replies["MDTM /link"] = "213 20260202000000\r\n";
  replies["MLST /open"] = of_mlst(of_link + "/open");
  replies["SIZE /open"] = "213 8\r\n";
  replies["MDTM /open"] = "213 20260101000000\r\n";
  replies["MLST /pipe"] = of_mlst(of_link + "/pipe");
  replies["SIZE /pipe"] = replies["MDTM /pipe"] = "550 /pipe: not a regular file\r\n";
  const auto looks = look({"/link", "/open", "/pipe"});
  ASSERT_TRUE(looks) << sentence(looks.error());
  EXPECT_EQ(looks->at(0)->value().facts, (FileFacts{700, "20260202000000", ""}));
  EXPECT_FALSE(looks->at(0)->value().mode) << "it is the link's";
  EXPECT_EQ(looks->at(1)->value().facts.size, 8U);
  EXPECT_EQ(looks->at(1)->value().mode, 0777U) << "a file that everybody may write";
  EXPECT_EQ(looks->at(2).error().code, FaultCode::not_supported);
}

// proftpd with "ShowSymlinks on".
TEST_F(ListingServer, where_mlst_tells_what_a_link_leads_to_that_is_looked_at) {
  offer("MLST type*;size*;unique*;");
  replies["MLST /l"] = of_mlst("type=OS.unix=symlink;size=3;unique=U7; /there/d");
  replies["MLST /there/d"] = of_mlst("type=dir;unique=U7;perm=flcdmpe; /there/d");
  replies["MLST /circle"] = of_mlst("type=OS.unix=symlink;size=3;unique=U8; /circle");
  const auto looks = look({"/l", "/circle"});
  ASSERT_TRUE(looks) << sentence(looks.error());
  EXPECT_TRUE(looks->at(0)->value().is_folder);
  EXPECT_TRUE(looks->at(0)->value().is_link);
  EXPECT_EQ(looks->at(0)->value().facts.unique, "U7");
  EXPECT_EQ(looks->at(1).error().code, FaultCode::not_supported);
}

TEST_F(ListingServer, a_refusal_for_good_of_a_look_is_of_its_name_alone) {
  offer("MLST type*;unique*;");
  replies["MLST /d"] = of_mlst("type=dir;unique=U7; /d");
  replies["MLST /closed"] = "550 Permission denied\r\n";
  const auto looks = look({"/d", "/closed"});
  ASSERT_TRUE(looks) << sentence(looks.error());
  EXPECT_EQ(looks->at(1).error().code, FaultCode::not_permitted);
}

TEST_F(ListingServer, a_look_that_breaks_off_is_of_all) {
  offer("MLST type*;unique*;");
  replies["MLST /d"] = "250-Start\r\n";
  EXPECT_EQ(look({"/d"}).error().code, FaultCode::stalled);
}

}  // namespace
}  // namespace rft::mover
