// Receipts and the service's key through librft.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/fake_service_for_tests.h"
#include "client/rft.h"

namespace rft {
namespace {

using fake::Asked;
using fake::Says;
using testing::ElementsAre;
using testing::HasSubstr;

struct World {
  explicit World(const Says& says, ClientOptions options = quick())
      : service(folder / "s", [says](const Asked&) { return says; }),
        client(Server{folder / "s", {}}, std::move(options)) {}
  static ClientOptions quick() {
    ClientOptions options;
    options.reply_limit = std::chrono::milliseconds(2'000);
    options.keep_trying = std::chrono::milliseconds(50);
    return options;
  }
  Result<void> receipt() {
    return client.receipt("h", [this](std::string_view line) { lines.emplace_back(line); });
  }
  fake::Folder folder;
  fake::Service service;
  Client client;
  std::vector<std::string> lines;
};

TEST(Receipt, comes_line_by_line_however_its_bytes_come) {
  const std::string file = "{\"n\":1,\"source\":\"" + std::string(40'000, 'x') + "\"}\n";
  World world(Says{200, "{\"receipt\":1}\n" + file + "{\"seal\":1}\n"});
  const auto done = world.receipt();
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_THAT(world.lines, ElementsAre("{\"receipt\":1}\n", file, "{\"seal\":1}\n"));
  EXPECT_EQ(world.service.asked().at(0).what(), "GET /v1/transfers/h/receipt");
}

TEST(Receipt, that_the_service_broke_off_is_its_error) {
  World world(Says{200, "{\"receipt\":1}\n{\"code\":\"wrong_state\",\"detail\":\"it changed\"}\n"});
  const auto done = world.receipt();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error(), (Error{Code::wrong_state, "it changed"}));
  EXPECT_THAT(world.lines, ElementsAre("{\"receipt\":1}\n"));
}

TEST(Receipt, without_its_seal_or_with_more_behind_it_is_none) {
  for (const char* body : {"", "{\"receipt\":1}\n", "{\"seal\":1}", "{\"seal\":1}\n{}\n"}) {
    EXPECT_EQ(World(Says{200, body}).receipt().error().code, Code::internal) << body;
  }
}

TEST(Receipt, with_a_line_that_has_no_end_is_given_up) {
  World world(Says{200, std::string(1'000'000, 'x')});
  EXPECT_THAT(world.receipt().error().detail, HasSubstr("longer than a line may be"));
}

TEST(Receipt, that_is_refused_is_told_as_every_call_tells_it) {
  World world(Says{409, R"({"code":"wrong_state","detail":"this one is active"})"});
  EXPECT_EQ(world.receipt().error(), (Error{Code::wrong_state, "this one is active"}));
  EXPECT_EQ(World(Says{.lost = true}).receipt().error().code, Code::unreachable);
  World other(Says{});
  EXPECT_EQ(other.client.receipt("", {}).error().code, Code::invalid_handle);
}

TEST(Receipt, the_connection_serves_the_next_call_too) {
  World world(Says{200, "{\"seal\":1}\n"});
  EXPECT_TRUE(world.receipt());
  EXPECT_TRUE(world.receipt());
  EXPECT_EQ(world.lines.size(), 2U);
}

TEST(ServiceKey, is_told) {
  World world(Says{200, R"({"algorithm":"Ed25519","public_key":"p","fingerprint":"f"})"});
  const auto key = world.client.service_key();
  ASSERT_TRUE(key);
  EXPECT_EQ(key->public_key, "p");
  EXPECT_EQ(key->fingerprint, "f");
  EXPECT_EQ(world.service.asked().at(0).what(), "GET /v1/service");
}

}  // namespace
}  // namespace rft
