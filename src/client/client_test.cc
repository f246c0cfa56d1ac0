#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "base/uuid.h"
#include "client/fake_service_for_tests.h"
#include "client/json.h"
#include "client/proxy.h"
#include "client/rft.h"
#include "client/server.h"
#include "client/session.h"

namespace rft {
namespace {

using fake::Asked;
using fake::Says;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr const char* yes = R"({"handle":"h","status":"committed","created":true,"priority":50})";

struct World {
  explicit World(fake::Service::Answers answers, ClientOptions options = quick())
      : service(folder / "s", std::move(answers)), client({folder / "s", {}}, std::move(options)) {}
  static ClientOptions quick() {
    ClientOptions options;
    options.reply_limit = std::chrono::milliseconds(2'000);
    options.keep_trying = std::chrono::milliseconds(2'000);
    return options;
  }
  std::vector<std::string> what() const {
    std::vector<std::string> out;
    for (const Asked& asked : service.asked()) out.push_back(asked.what());
    return out;
  }
  fake::Folder folder;
  fake::Service service;
  Client client;
};

class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

TEST(Client, each_of_the_eight_calls_is_one_request_of_the_contract) {
  World world([](const Asked&) { return Says{200, yes}; });
  Client& client = world.client;
  EXPECT_EQ(client.submitTransferRequest("h", "ftp://a/x", "ftp://b/x", 7).value(), "h");
  EXPECT_EQ(client.commitTransferRequest("h")->status, "committed");
  EXPECT_TRUE(client.completeTransferRequest("h", "ftp://a/x", "ftp://b/x", 7)->created);
  EXPECT_EQ(client.listTransferRequest("h")->status, "committed");
  EXPECT_EQ(client.checkStatusRequest("h")->handle, "h");
  EXPECT_TRUE(client.changePriorityRequest("h", "push"));
  EXPECT_TRUE(client.changePriorityRequest("h", 70));
  EXPECT_TRUE(client.clearRecordRequest("h"));
  EXPECT_TRUE(client.userStopTransferRequest("h"));
  EXPECT_THAT(world.what(),
              ElementsAre("POST /v1/transfers", "POST /v1/transfers/h/commit", "POST /v1/transfers",
                          "GET /v1/transfers/h", "GET /v1/transfers/h/status",
                          "POST /v1/transfers/h/priority", "POST /v1/transfers/h/priority",
                          "DELETE /v1/transfers/h", "POST /v1/transfers/h/stop"));
  const auto asked = world.service.asked();
  EXPECT_EQ(asked[0].body,
            R"({"handle":"h","source":"ftp://a/x","destination":"ftp://b/x","priority":7})");
  EXPECT_THAT(asked[2].body, HasSubstr(R"("commit":true)"));
  EXPECT_EQ(asked[5].body, R"({"operation":"push"})");
  EXPECT_EQ(asked[6].body, R"({"priority":70})");
}

TEST(Client, a_lost_reply_is_asked_for_again_under_the_same_key) {
  int count = 0;
  World world([&](const Asked&) { return Says{200, yes, ++count < 3}; });
  EXPECT_TRUE(world.client.commit("h"));
  const auto asked = world.service.asked();
  ASSERT_THAT(asked, SizeIs(3));
  EXPECT_THAT(asked[0].key, SizeIs(36));
  EXPECT_EQ(asked[1].key, asked[0].key);
  EXPECT_EQ(asked[2].key, asked[0].key);
}

TEST(Client, two_calls_never_share_a_key) {
  World world([](const Asked&) { return Says{200, yes}; });
  EXPECT_TRUE(world.client.priority("h", "push"));
  EXPECT_TRUE(world.client.priority("h", "push"));
  const auto asked = world.service.asked();
  ASSERT_THAT(asked, SizeIs(2));
  EXPECT_NE(asked[0].key, asked[1].key);
}

TEST(Client, not_now_is_asked_again_under_the_same_key) {
  int count = 0;
  World world([&](const Asked&) {
    return ++count == 1 ? Says{503, R"({"code":"unavailable"})"} : Says{200, yes};
  });
  EXPECT_TRUE(world.client.stop("h"));
  const auto asked = world.service.asked();
  ASSERT_THAT(asked, SizeIs(2));
  EXPECT_EQ(asked[0].key, asked[1].key);
}

TEST(Client, a_no_is_said_once) {
  World world([](const Asked&) {
    return Says{409, R"({"code":"wrong_state","detail":"it is done","status":409})"};
  });
  const auto answer = world.client.stop("h");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), (Error{Code::wrong_state, "it is done"}));
  EXPECT_THAT(world.service.asked(), SizeIs(1));
}

TEST(Client, repeats_end) {
  ClientOptions options = World::quick();
  options.keep_trying = std::chrono::milliseconds(200);
  int told = 0;
  options.on_repeat = [&](const Error&) { ++told; };
  World world([](const Asked&) { return Says{503, "{}"}; }, options);
  const auto answer = world.client.stop("h");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::unavailable);
  EXPECT_EQ(world.service.asked().size(), static_cast<std::size_t>(told) + 1);
}

TEST(Client, a_mute_service_is_unreachable) {
  ClientOptions options = World::quick();
  options.reply_limit = std::chrono::milliseconds(50);
  options.keep_trying = std::chrono::milliseconds(0);
  const fake::Folder folder;
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, (folder / "s").c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  Client client({folder / "s", {}}, options);
  EXPECT_EQ(client.commit("h").error().code, Code::unreachable);
  ::close(listener);
}

TEST(Client, an_interrupt_ends_a_call) {
  ClientOptions options = World::quick();
  options.keep_trying = std::chrono::hours(1);
  options.interrupted = [] { return true; };
  Client client({"/nonexistent/s", {}}, options);
  EXPECT_EQ(client.commit("h").error().code, Code::unreachable);
}

TEST(Client, where_nobody_listens_and_no_daemon_may_be_started_it_says_so) {
  ClientOptions options = World::quick();
  options.keep_trying = std::chrono::milliseconds(0);
  Client client({"/nonexistent/s", {}}, options);
  const auto answer = client.commit("h");
  EXPECT_EQ(answer.error().code, Code::unreachable);
  EXPECT_THAT(answer.error().detail, HasSubstr("/nonexistent/s"));
}

TEST(Client, a_socket_with_a_long_path_is_reached_through_its_folder) {
  const fake::Folder folder;
  const std::string deep = folder / std::string(100, 'd');
  std::filesystem::create_directory(deep);
  const fake::Service service(folder / "s", [](const Asked&) { return Says{200, yes}; });
  std::filesystem::create_symlink(folder / "s", deep + "/rftd.sock");
  Client client({deep + "/rftd.sock", {}}, World::quick());
  EXPECT_TRUE(client.commit("h"));
}

TEST(Client, a_handle_is_made_where_none_is_given) {
  World world([](const Asked&) { return Says{201, yes}; });
  EXPECT_TRUE(world.client.submit({{}, "ftp://a/x", "ftp://b/x", {}, {}}));
  const std::string body = world.service.asked().at(0).body;
  const auto sent = boost::json::parse(body).as_object();
  EXPECT_TRUE(Uuid::parse(std::string(sent.at("handle").as_string())));
  EXPECT_FALSE(sent.contains("priority"));
}

TEST(Client, an_empty_handle_never_names_the_collection) {
  World world([](const Asked&) { return Says{200, yes}; });
  EXPECT_EQ(world.client.clear("").error().code, Code::invalid_handle);
  EXPECT_EQ(world.client.clear("..").error().code, Code::invalid_handle);
  EXPECT_EQ(world.client.remove_credential("").error().code, Code::no_such_credential);
  EXPECT_THAT(world.service.asked(), SizeIs(0));
}

TEST(Client, what_is_no_json_is_an_error) {
  World world([](const Asked&) { return Says{200, "<html>"}; });
  EXPECT_EQ(world.client.record("h").error().code, Code::internal);
}

TEST(Client, a_wait_ends_with_the_transfer) {
  int count = 0;
  World world([&](const Asked&) {
    return Says{200, ++count < 3 ? R"({"status":"active"})" : R"({"status":"done"})"};
  });
  std::vector<std::string> seen;
  const auto last = world.client.wait("h", std::chrono::hours(1), [&](const TransferProgress& now) {
    seen.push_back(now.status);
    return true;
  });
  EXPECT_EQ(last->status, "done");
  EXPECT_THAT(seen, ElementsAre("active", "active", "done"));
}

TEST(Client, a_wait_ends_with_its_time) {
  World world([](const Asked&) { return Says{200, R"({"status":"active"})"}; });
  EXPECT_EQ(world.client.wait("h", std::chrono::milliseconds(0))->status, "active");
  EXPECT_THAT(world.service.asked(), SizeIs(1));
}

TEST(Proxy, is_handed_over_before_the_submission_and_named_for_both_sides) {
  World world([](const Asked& asked) {
    return asked.target == "/v1/credentials" ? Says{201, R"({"id":"c1"})"} : Says{201, yes};
  });
  std::ofstream(world.folder / "proxy") << "PEM";
  const Environment set("X509_USER_PROXY", world.folder / "proxy");
  EXPECT_TRUE(world.client.complete({"h", "gsiftp://a/x", "GSIFTP://b/x", {}, {}}));
  EXPECT_THAT(world.what(), ElementsAre("POST /v1/credentials", "POST /v1/transfers"));
  const auto asked = world.service.asked();
  EXPECT_EQ(asked[0].body,
            R"({"kind":"x509_proxy","pem":"PEM","path":")" + (world.folder / "proxy") + R"("})");
  EXPECT_THAT(asked[1].body, HasSubstr(R"("source_credential":"c1")"));
  EXPECT_THAT(asked[1].body, HasSubstr(R"("destination_credential":"c1")"));
}

TEST(Proxy, does_not_take_the_place_of_a_credential_that_the_user_named) {
  World world([](const Asked&) { return Says{201, yes}; });
  const Environment set("X509_USER_PROXY", world.folder / "none");
  const TransferSpec spec{"h", "gsiftp://a/x", "ftp://b/x", {}, {{"source_credential", "mine"}}};
  EXPECT_TRUE(world.client.submit(spec));
  EXPECT_THAT(world.what(), ElementsAre("POST /v1/transfers"));
}

TEST(Proxy, refused_by_the_service_submits_nothing_and_passes_on_its_words) {
  World world([](const Asked&) {
    return Says{400, R"({"code":"credential_expired","detail":"it ended yesterday"})"};
  });
  std::ofstream(world.folder / "proxy") << "PEM";
  const Environment set("X509_USER_PROXY", world.folder / "proxy");
  const auto answer = world.client.submit({"h", "gsiftp://a/x", "ftp://b/x", {}, {}});
  EXPECT_EQ(answer.error().code, Code::credential_expired);
  EXPECT_THAT(answer.error().detail, HasSubstr("it ended yesterday"));
  EXPECT_THAT(world.what(), ElementsAre("POST /v1/credentials"));
}

TEST(Proxy, that_the_environment_names_must_be_there) {
  const auto read = client::read_proxy({"/nonexistent/proxy", true});
  EXPECT_EQ(read.error().code, Code::invalid_credential);
  EXPECT_THAT(read.error().detail, HasSubstr("X509_USER_PROXY"));
}

TEST(Proxy, may_be_absent_from_its_usual_place) {
  const auto read = client::read_proxy({"/nonexistent/proxy", false});
  ASSERT_TRUE(read);
  EXPECT_FALSE(*read);
}

TEST(Proxy, must_be_a_regular_file_of_bounded_length) {
  EXPECT_EQ(client::read_proxy({"/dev/zero", false}).error().code, Code::invalid_credential);
  const fake::Folder folder;
  std::ofstream(folder / "long") << std::string(client::proxy_length_max + 1, 'x');
  EXPECT_EQ(client::read_proxy({folder / "long", false}).error().code, Code::invalid_credential);
}

TEST(ServerRule, first_the_flag_then_the_variable_then_the_system_then_the_user) {
  using client::choose_server;
  using client::Surroundings;
  Surroundings around{"unix:/flag", "unix:/variable", "/state", "/xdg", "/home/u", true};
  EXPECT_EQ(choose_server(around).value(), (Server{"/flag", ""}));
  around.server.clear();
  EXPECT_EQ(choose_server(around).value(), (Server{"/variable", ""}));
  around.rft_server.clear();
  EXPECT_EQ(choose_server(around).value(), (Server{"/run/rft/rftd.sock", ""}));
  around.system_service = false;
  EXPECT_EQ(choose_server(around).value(), (Server{"/state/rftd.sock", "/state"}));
  around.rft_state_dir.clear();
  EXPECT_EQ(choose_server(around).value(), (Server{"/xdg/rft/rftd.sock", "/xdg/rft"}));
  around.xdg_state_home = "relative";
  EXPECT_EQ(choose_server(around)->state_folder, "/home/u/.local/state/rft");
  around.home.clear();
  EXPECT_EQ(choose_server(around).error().code, Code::invalid_request);
  EXPECT_EQ(choose_server({"http://h", "", "", "", "", false}).error().code, Code::invalid_request);
}

TEST(Problem, keeps_the_stable_code) {
  EXPECT_EQ(client::problem(404, R"({"code":"no_such_transfer","detail":"d"})"),
            (Error{Code::no_such_transfer, "d"}));
}

TEST(Problem, of_an_unknown_code_goes_by_its_status) {
  EXPECT_EQ(client::problem(409, R"({"code":"too_new","title":"t"})"),
            (Error{Code::wrong_state, "too_new: t"}));
  EXPECT_EQ(client::problem(429, "slow down").code, Code::busy);
}

TEST(Record, is_read_whole) {
  const auto record = client::read<TransferRecord>(
      R"({"handle":"h","status":"failed","size":9007199254740993,"rate":1.5,"eta":null,
          "fault":{"code":"cut","side":"source","doing":"move","reply":"426 x"},
          "checksum":{"algorithm":"MD5","value":"ab","verdict":"verified"},
          "options":{"max_tries":3,"verify":"none"},"finished_at":null,"new_in_time":{}})");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->size, 9007199254740993U);
  EXPECT_EQ(record->rate, 1.5);
  EXPECT_FALSE(record->eta);
  EXPECT_EQ(record->fault->reply, "426 x");
  EXPECT_EQ(record->checksum->verdict, "verified");
  EXPECT_EQ(record->options.at("max_tries"), "3");
  EXPECT_EQ(record->finished_at, "");
  EXPECT_THAT(record->json, HasSubstr("new_in_time"));
}

TEST(Target, keeps_a_handle_in_one_segment) {
  EXPECT_EQ(client::percent_encode("a:b@c/../d?e f"), "a:b@c%2F..%2Fd%3Fe%20f");
}

TEST(Repeat, delays_double_up_to_a_limit) {
  EXPECT_EQ(client::repeat_delay(1), client::repeat_first);
  EXPECT_EQ(client::repeat_delay(2), client::repeat_first * 2);
  EXPECT_EQ(client::repeat_delay(client::tries_max), client::repeat_longest);
}

}  // namespace
}  // namespace rft
