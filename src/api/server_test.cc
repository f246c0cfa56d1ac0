#include "api/server.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <future>
#include <thread>

#include "api/client_for_tests.h"
#include "api/requests.h"
#include "api/world_for_tests.h"

namespace rft::api {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;
using Reply = ClientForTests::Reply;

// The real server, API and engine on a thread of their own.
class ServiceForTests {
 public:
  explicit ServiceForTests(ServerLimits limits = {}) : server_(io_, world_.api, limits) {
    char made[] = "/tmp/rft-api-XXXXXX";
    folder_ = ::mkdtemp(made);
    listened_ = server_.listen(folder_, "rftd.sock", 0600);
    world_.start();
    thread_ = std::thread([this] { io_.run(); });
    on_thread([] {});  // the engine has started
  }
  ~ServiceForTests() {
    stop();
    work_.reset();
    thread_.join();
    std::filesystem::remove_all(folder_);
  }

  void stop() {
    std::promise<void> stopped;
    asio::post(io_, [&] { server_.stop([&stopped] { stopped.set_value(); }); });
    stopped.get_future().wait();
  }
  // Runs something on the service's thread, after all that was posted before it.
  template <class Task>
  void on_thread(Task task) {
    std::promise<void> ran;
    asio::post(io_, [&] {
      asio::post(io_, [&] {
        asio::post(io_, [&] {
          task();
          ran.set_value();
        });
      });
    });
    ran.get_future().wait();
  }
  // Until the service's thread sees it; bounded by the test's own time-out.
  template <class Condition>
  void until(Condition condition) {
    for (bool seen = false; !seen;) on_thread([&] { seen = condition(); });
  }

  const Result<void>& listened() const { return listened_; }
  std::string path() const { return folder_ + "/rftd.sock"; }
  WorldForTests& world() { return world_; }
  Server& server() { return server_; }

 private:
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  WorldForTests world_{[this](std::function<void()> task) { asio::post(io_, std::move(task)); }};
  Server server_;
  std::string folder_;
  Result<void> listened_;
  std::thread thread_;
};

std::string chunk(const std::string& bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

std::vector<boost::json::object> lines(const std::string& body) {
  std::vector<boost::json::object> all;
  std::size_t at = 0;
  while (at < body.size()) {
    const std::size_t end = body.find('\n', at);
    all.push_back(boost::json::parse(body.substr(at, end - at)).as_object());
    at = end + 1;
  }
  return all;
}

std::string of(const Reply& reply) {
  return WorldForTests::code({reply.status, {}, reply.body, {}, {}});
}

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

TEST(Server, a_batch_of_a_thousand_lines_is_answered_line_by_line_and_bad_ones_stop_none) {
  ServiceForTests service;
  ClientForTests client(service.path());
  std::string body;
  for (int i = 0; i < 1000; ++i) {
    body += i == 100   ? R"({"source":"gsiftp://a/f","destination":"gsiftp://b/f"})"
            : i == 200 ? "not json"
            : i == 300 ? submission("bad handle")
            : i == 400 ? submission("h399", R"(,"options":{"label":"other"})")
            : i == 500 ? std::string(batch_line_max + 1, 'x')
                       : submission(fmt::format("h{}", i), R"(,"commit":true)");
    body += '\n';
  }
  const Reply reply = client.ask("POST", "/v1/transfers:batch", body);
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.head, HasSubstr("application/x-ndjson"));
  const auto answers = lines(reply.body);
  ASSERT_EQ(answers.size(), 1000U);
  const std::map<std::size_t, std::string> refused{{100, "missing_field"},
                                                   {200, "invalid_request"},
                                                   {300, "invalid_handle"},
                                                   {400, "handle_in_use"},
                                                   {500, "too_large"}};
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto bad = refused.find(i);
    if (bad == refused.end()) {
      EXPECT_EQ(answers[i].at("handle").as_string(), fmt::format("h{}", i));
      EXPECT_EQ(answers[i].at("status").as_string(), "committed");
    } else {
      EXPECT_EQ(answers[i].at("error").at("code").as_string(), bad->second) << i;
    }
  }
  EXPECT_THAT(std::string(answers[200].at("error").at("detail").as_string()),
              testing::StartsWith("line 201: "));
  EXPECT_EQ(client.ask("GET", "/v1/transfers/h999").status, 200);
}

TEST(Server, a_line_of_a_batch_is_answered_before_the_next_is_sent) {
  ServiceForTests service;
  ClientForTests client(service.path());
  client.send("POST /v1/transfers:batch HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(client.read_head().status, 200);
  for (int i = 0; i < 3; ++i) {
    client.send(chunk(submission(fmt::format("h{}", i)) + "\n"));
    const auto answer = client.read_chunk();
    ASSERT_TRUE(answer);
    EXPECT_THAT(*answer, HasSubstr(fmt::format("\"h{}\"", i)));
  }
  client.send(chunk(submission("last without newline")) + "0\r\n\r\n");
  EXPECT_THAT(client.read_chunk().value_or(""), HasSubstr("invalid_handle"));
  EXPECT_EQ(client.read_chunk(), "");
  EXPECT_EQ(client.ask("GET", "/v1/transfers/h2").status, 200);
}

TEST(Server, a_batch_repeated_under_its_key_gives_the_same_answers) {
  ServiceForTests service;
  ClientForTests client(service.path());
  const std::string body = submission("h1") + "\n" + submission("h2") + "\n";
  const std::string key = "Idempotency-Key: k\r\n";
  const Reply first = client.ask("POST", "/v1/transfers:batch", body, key);
  EXPECT_EQ(client.ask("DELETE", "/v1/transfers/h1").status, 200);
  EXPECT_EQ(client.ask("POST", "/v1/transfers:batch", body, key).body, first.body);
  EXPECT_EQ(client.ask("GET", "/v1/transfers/h1").status, 404);
}

TEST(Server, batches_at_once_are_bounded) {
  ServiceForTests service;
  const std::string head =
      "POST /v1/transfers:batch HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::vector<std::unique_ptr<ClientForTests>> clients;
  for (std::size_t i = 0; i <= batches_per_owner_max; ++i) {
    clients.push_back(std::make_unique<ClientForTests>(service.path()));
    clients.back()->send(head);
    const Reply reply = clients.back()->read_head();
    EXPECT_EQ(reply.status, i < batches_per_owner_max ? 200 : 429);
  }
}

TEST(Server, a_batch_that_ends_in_the_middle_keeps_what_was_answered) {
  ServiceForTests service;
  {
    ClientForTests client(service.path());
    client.send(
        "POST /v1/transfers:batch HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send(chunk(submission("h1") + "\n"));
    EXPECT_EQ(client.read_head().status, 200);
    EXPECT_TRUE(client.read_chunk());
    client.send(fmt::format("{:x}\r\n{}", 1000, submission("h2").substr(0, 20)));
  }
  service.until([&] { return service.server().connections() == 0; });
  ClientForTests client(service.path());
  EXPECT_EQ(client.ask("GET", "/v1/transfers/h1").status, 200);
  EXPECT_EQ(client.ask("GET", "/v1/transfers/h2").status, 404);
}

TEST(Server, events_come_as_they_happen_and_resume_after_the_last_that_was_seen) {
  ServiceForTests service;
  ClientForTests caller(service.path());
  std::string last;
  {
    ClientForTests listener(service.path());
    listener.send("GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
    const Reply head = listener.read_head();
    EXPECT_THAT(head.head, HasSubstr("text/event-stream"));
    caller.ask("POST", "/v1/transfers", submission("h1"));
    const std::string event = listener.read_chunk().value_or("");
    EXPECT_THAT(event, testing::AllOf(testing::StartsWith("id: "), HasSubstr("\"h1\"")));
    last = event.substr(4, event.find('\n') - 4);
  }
  caller.ask("POST", "/v1/transfers", submission("h2"));
  caller.ask("POST", "/v1/transfers", submission("h3"));
  ClientForTests listener(service.path());
  listener.send("GET /v1/events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: " + last + "\r\n\r\n");
  EXPECT_EQ(listener.read_head().status, 200);
  std::string heard;
  while (heard.find("\"h3\"") == std::string::npos) {
    const auto piece = listener.read_chunk();
    ASSERT_TRUE(piece);
    heard += *piece;
  }
  EXPECT_THAT(heard, HasSubstr("\"h2\""));
  EXPECT_THAT(heard, testing::Not(HasSubstr("\"h1\"")));
  EXPECT_EQ(caller.ask("GET", "/v1/events?after=x").status, 400);
}

TEST(Server, a_stream_that_has_nothing_to_say_shows_that_it_lives) {
  ServerLimits limits;
  limits.sign_of_life_every = Duration(1);
  ServiceForTests service(limits);
  ClientForTests listener(service.path());
  listener.send("GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(listener.read_head().status, 200);
  EXPECT_THAT(listener.read_chunk().value_or(""), testing::StartsWith(": "));
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

TEST(Server, a_reader_who_takes_nothing_is_let_go_of) {
  ServerLimits limits;
  limits.write_within = Duration(1);
  ServiceForTests service(limits);
  ClientForTests client(service.path());
  std::string body;
  for (int i = 0; i < 8000; ++i) body += "x\n";  // refused at once, each with some 100 bytes
  client.send(
      fmt::format("POST /v1/transfers:batch HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n",
                  body.size() + 1));
  client.send(body);
  service.until([&] { return service.server().connections() == 0; });
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

TEST(Server, a_stop_waits_for_a_batch_but_not_for_ever) {
  ServerLimits limits;
  limits.drain_within = Duration(1);
  ServiceForTests service(limits);
  ClientForTests client(service.path());
  client.send("POST /v1/transfers:batch HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(client.read_head().status, 200);
  service.stop();
  EXPECT_TRUE(client.ended());
}

}  // namespace
}  // namespace rft::api
