#include "api/server.h"

#include <sys/stat.h>

#include "api/service_for_tests.h"

namespace rft::api {
namespace {

using testing::HasSubstr;

TEST(Server, the_socket_has_its_mode_and_a_long_folder_serves_as_well) {
  ServiceForTests service;
  ASSERT_TRUE(service.listened()) << service.listened().error().detail;
  struct stat facts {};
  ASSERT_EQ(::stat(service.path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);

  const std::string base = service.path() + ".d/" + std::string(200, 'x');
  std::filesystem::create_directories(base);
  asio::io_context io;
  Server other(io, service.world().api);
  EXPECT_TRUE(other.listen(base, "rftd.sock", 0666));
  EXPECT_EQ(::stat((base + "/rftd.sock").c_str(), &facts), 0);
  EXPECT_EQ(other.listen(base + "/none", "rftd.sock", 0666).error().code, Code::bad_state);
  std::filesystem::remove_all(service.path() + ".d");
}

TEST(Server, many_requests_go_over_one_connection_and_the_owner_is_the_peers_uid) {
  ServiceForTests service;
  ClientForTests client(service.path());
  EXPECT_EQ(client.ask("POST", "/v1/transfers", submission("h1")).status, 201);
  const auto record = boost::json::parse(client.ask("GET", "/v1/transfers/h1").body);
  EXPECT_EQ(record.at("owner").as_string(), fmt::format("uid:{}", ::getuid()));
  const Reply head = client.ask("HEAD", "/v1/transfers/h1");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(client.ask("DELETE", "/v1/transfers/h1").status, 200);
  const Reply gone = client.ask("GET", "/v1/transfers/h1");
  EXPECT_EQ(gone.status, 404);
  EXPECT_THAT(gone.head, HasSubstr("application/problem+json"));
}

TEST(Server, requests_that_come_together_are_answered_in_order) {
  ServiceForTests service;
  ClientForTests client(service.path());
  const std::string get = "GET {} HTTP/1.1\r\nHost: x\r\n\r\n";
  client.send(fmt::format(fmt::runtime(get + get), "/healthz", "/nowhere"));
  EXPECT_EQ(client.read_reply().status, 200);
  EXPECT_EQ(client.read_reply().status, 404);
}

TEST(Server, a_truncated_body_changes_nothing) {
  ServiceForTests service;
  {
    ClientForTests client(service.path());
    const std::string body = submission("h1");
    client.send(
        fmt::format("POST /v1/transfers HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}",
                    body.size() + 1, body));
    client.done_sending();
    EXPECT_TRUE(client.ended());
  }
  ClientForTests client(service.path());
  EXPECT_EQ(of(client.ask("POST", "/v1/transfers", submission("h1").substr(0, 40))),
            "invalid_request");
  EXPECT_EQ(of(client.ask("GET", "/v1/transfers/h1")), "no_such_transfer");
}

TEST(Server, a_body_or_header_that_is_too_large_is_refused_and_the_connection_ends) {
  ServiceForTests service;
  const ServerLimits limits;
  {
    ClientForTests client(service.path());
    const Reply reply = client.ask("POST", "/v1/transfers", std::string(limits.body_max + 1, ' '));
    EXPECT_EQ(reply.status, 413);
    EXPECT_EQ(of(reply), "too_large");
    client.done_sending();
    EXPECT_TRUE(client.ended());
  }
  {
    ClientForTests client(service.path());
    client.send("POST /v1/transfers HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 17; ++i) client.send(chunk(std::string(65536, ' ')));
    EXPECT_EQ(of(client.read_reply()), "too_large");
  }
  {
    ClientForTests client(service.path());
    const Reply reply =
        client.ask("GET", "/healthz", "", "X: " + std::string(limits.header_max, 'x') + "\r\n");
    EXPECT_EQ(of(reply), "too_large");
  }
  ClientForTests client(service.path());
  EXPECT_EQ(client
                .ask("POST", "/v1/transfers",
                     submission("h1") + std::string(limits.body_max - submission("h1").size(), ' '))
                .status,
            201);
}

TEST(Server, what_is_not_http_is_refused) {
  ServiceForTests service;
  for (const std::string text : {"hello\r\n\r\n", "GET /healthz HTTP/9.9\r\n\r\n",
                                 "GET /healthz HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                                 "POST /v1/transfers HTTP/1.1\r\nContent-Length: 1\r\n"
                                 "Transfer-Encoding: chunked\r\n\r\n"}) {
    ClientForTests client(service.path());
    client.send(text);
    EXPECT_EQ(client.read_reply().status, 400) << text;
    client.done_sending();
    EXPECT_TRUE(client.ended());
  }
}

TEST(Server, a_client_that_asks_whether_to_go_on_is_told_so) {
  ServiceForTests service;
  ClientForTests client(service.path());
  const std::string body = submission("h1");
  client.send(
      fmt::format("POST /v1/transfers HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\nExpect: "
                  "100-continue\r\n\r\n",
                  body.size()));
  EXPECT_EQ(client.read_head().status, 100);
  client.send(body);
  EXPECT_EQ(client.read_reply().status, 201);
}

TEST(Server, a_client_of_the_old_protocol_is_served_once) {
  ServiceForTests service;
  ClientForTests client(service.path());
  client.send("GET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.read_reply().status, 200);
  EXPECT_TRUE(client.ended());
}

TEST(Server, a_connection_that_asks_for_nothing_is_ended) {
  ServerLimits limits;
  limits.idle_max = Duration(1);
  ServiceForTests service(limits);
  ClientForTests client(service.path());
  EXPECT_TRUE(client.ended());
}

TEST(Server, a_request_that_does_not_come_whole_in_time_is_ended) {
  ServerLimits limits;
  limits.request_within = Duration(1);
  ServiceForTests service(limits);
  ClientForTests client(service.path());
  client.send("GET /healthz HTTP/1.1\r\nX: ");
  EXPECT_TRUE(client.ended());
}

TEST(Server, connections_beyond_the_limit_of_a_uid_are_told_so) {
  ServerLimits limits;
  limits.connections_per_uid = 2;
  ServiceForTests service(limits);
  ClientForTests first(service.path());
  auto second = std::make_unique<ClientForTests>(service.path());
  EXPECT_EQ(first.ask("GET", "/healthz").status, 200);
  EXPECT_EQ(second->ask("GET", "/healthz").status, 200);
  {
    ClientForTests third(service.path());
    EXPECT_EQ(of(third.read_reply()), "busy");
  }
  second.reset();
  service.until([&] { return service.server().connections() == 1; });
  ClientForTests third(service.path());
  EXPECT_EQ(third.ask("GET", "/healthz").status, 200);
}

TEST(Server, a_stop_ends_streams_and_idle_connections_and_takes_no_more) {
  ServiceForTests service;
  ClientForTests idle(service.path());
  EXPECT_EQ(idle.ask("GET", "/healthz").status, 200);
  ClientForTests listener(service.path());
  listener.send("GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(listener.read_head().status, 200);
  service.stop();
  EXPECT_EQ(listener.read_chunk(), "");  // ended as it should
  EXPECT_TRUE(listener.ended());
  EXPECT_TRUE(idle.ended());
  EXPECT_FALSE(std::filesystem::exists(service.path()));
  EXPECT_FALSE(ClientForTests(service.path()).connected());
}

TEST(Server, a_stop_waits_for_no_answer_that_does_not_come) {
  class Silent : public Service {
   public:
    bool streams_body(const HttpRequest&) const override { return false; }
    void answer(const Peer&, HttpRequest, Then then) override { kept = std::move(then); }
    Then kept;
  };
  ServerLimits limits;
  limits.drain_within = Duration(1);
  ServiceForTests with_folder;
  asio::io_context io;
  Silent silent;
  Server server(io, silent, limits);
  const std::string name = "silent.sock";
  ASSERT_TRUE(server.listen(with_folder.folder(), name, 0600));
  ClientForTests client(with_folder.folder() + "/" + name);
  client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  while (!silent.kept) io.run_one();
  bool stopped = false;
  server.stop([&stopped] { stopped = true; });
  io.run();
  EXPECT_TRUE(stopped);
  silent.kept({});  // late: the connection is gone
}

}  // namespace
}  // namespace rft::api
