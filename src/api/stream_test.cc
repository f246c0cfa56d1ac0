// Bodies that are never whole: batches in both directions, and event streams.
#include "api/lines.h"
#include "api/service_for_tests.h"

namespace rft::api {
namespace {

using testing::HasSubstr;

TEST(Streams, a_batch_of_a_thousand_lines_is_answered_line_by_line_and_bad_ones_stop_none) {
  ServiceForTests service;
  ClientForTests client(service.path());
  std::string body;
  for (int i = 0; i < 1000; ++i) {
    body += i == 100   ? R"({"source":"gsiftp://a/f","destination":"gsiftp://b/f"})"
            : i == 200 ? "not json"
            : i == 300 ? submission("bad handle")
            : i == 400 ? submission("h399", R"(,"options":{"label":"other"})")
            : i == 500 ? std::string(line_length_max + 1, 'x')
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

TEST(Streams, a_line_of_a_batch_is_answered_before_the_next_is_sent) {
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

TEST(Streams, a_batch_repeated_under_its_key_gives_the_same_answers) {
  ServiceForTests service;
  ClientForTests client(service.path());
  const std::string body = submission("h1") + "\n" + submission("h2") + "\n";
  const std::string key = "Idempotency-Key: k\r\n";
  const Reply first = client.ask("POST", "/v1/transfers:batch", body, key);
  EXPECT_EQ(client.ask("DELETE", "/v1/transfers/h1").status, 200);
  EXPECT_EQ(client.ask("POST", "/v1/transfers:batch", body, key).body, first.body);
  EXPECT_EQ(client.ask("GET", "/v1/transfers/h1").status, 404);
}

TEST(Streams, a_list_takes_its_files_over_the_socket_and_they_are_shown) {
  ServiceForTests service;
  ClientForTests client(service.path());
  const std::string list =
      R"({"handle":"h","kind":"list","source":"ftp://a/s","destination":"ftp://b/d"})";
  EXPECT_EQ(client.ask("POST", "/v1/transfers", list).status, 201);
  std::string body;
  for (int i = 0; i < 12'000; ++i) body += fmt::format("{{\"source\":\"f{}\"}}\n", i);
  const Reply reply = client.ask("POST", "/v1/transfers/h/files", body + "x\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.head, HasSubstr("application/x-ndjson"));
  const auto answers = lines(reply.body);
  ASSERT_EQ(answers.size(), 3U) << reply.body;
  EXPECT_EQ(answers[0].at("added"), 10'000);
  EXPECT_EQ(answers[1].at("line"), 12'001);
  EXPECT_EQ(answers[2].at("files"), 12'000);
  const Reply page = client.ask("GET", "/v1/transfers/h/files?after=23.200&limit=1000");
  EXPECT_THAT(page.body, HasSubstr("ftp://a/s/f11999"));
  EXPECT_EQ(of(client.ask("POST", "/v1/transfers/none/files", body)), "no_such_transfer");
}

TEST(Streams, batches_at_once_are_bounded) {
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

TEST(Streams, a_batch_that_ends_in_the_middle_keeps_what_was_answered) {
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

TEST(Streams, events_come_as_they_happen_and_resume_after_the_last_that_was_seen) {
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

TEST(Streams, a_stream_that_has_nothing_to_say_shows_that_it_lives) {
  ServerLimits limits;
  limits.sign_of_life_every = Duration(1);
  ServiceForTests service(limits);
  ClientForTests listener(service.path());
  listener.send("GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(listener.read_head().status, 200);
  EXPECT_THAT(listener.read_chunk().value_or(""), testing::StartsWith(": "));
}

TEST(Streams, a_reader_who_takes_nothing_is_let_go_of) {
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

TEST(Streams, a_stop_waits_for_a_batch_but_not_for_ever) {
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
