// The real server, API and engine on a thread of their own, for tests that come over the socket.
#pragma once
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "api/client_for_tests.h"
#include "api/server.h"
#include "api/world_for_tests.h"

namespace rft::api {

namespace asio = boost::asio;
using Reply = ClientForTests::Reply;

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
    bool seen = false;
    do {
      on_thread([&] { seen = condition(); });
    } while (!seen);
  }

  const Result<void>& listened() const { return listened_; }
  const std::string& folder() const { return folder_; }
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

inline std::string chunk(const std::string& bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

inline std::vector<boost::json::object> lines(const std::string& body) {
  std::vector<boost::json::object> all;
  std::size_t at = 0;
  while (at < body.size()) {
    const std::size_t end = body.find('\n', at);
    all.push_back(boost::json::parse(body.substr(at, end - at)).as_object());
    at = end + 1;
  }
  return all;
}

inline std::string of(const Reply& reply) {
  return WorldForTests::code({reply.status, {}, reply.body, {}, {}});
}

}  // namespace rft::api
