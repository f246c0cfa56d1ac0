// The API on the real engine and a store in memory, with movers that only remember. What is posted
// runs when the test says so.
#pragma once
#include <boost/json.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/api.h"
#include "store/memory.h"

namespace rft::api {

class ClockForTests : public Clock {
 public:
  Now now() override { return {Instant(Duration(1000)), wall_time(1'800'000'000'000)}; }
  Uuid fresh_id() override {
    Uuid id;
    id.bytes[6] = 0x70;
    id.bytes[8] = 0x80;
    ++drawn_;
    for (int i = 0; i < 4; ++i) {
      id.bytes[static_cast<std::size_t>(12 + i)] =
          static_cast<std::uint8_t>(drawn_ >> (24 - 8 * i));
    }
    return id;
  }

 private:
  std::uint32_t drawn_ = 0;
};

class MoversForTests : public Movers {
 public:
  void start(const std::string& mover, const std::string& owner) override {
    started.emplace_back(mover, owner);
  }
  void order(const std::string&, const Order& order) override { orders.push_back(order); }
  void acknowledge(const std::string&, const Task&, std::uint64_t) override {}
  void drain(const std::string&) override {}

  std::vector<std::pair<std::string, std::string>> started;
  std::vector<Order> orders;
};

class BookForTests : public CredentialBook {
 public:
  explicit BookForTests(Clock& clock) : clock_(clock) {}
  void add(const Caller& caller, NewCredential credential,
           std::function<void(Result<KeptCredential>)> then) override {
    CredentialFacts facts;
    facts.id = clock_.fresh_id();
    facts.owner = caller.owner;
    facts.added_at = facts.renewed_at = clock_.now().wall;
    if (const auto* password = std::get_if<NewPassword>(&credential)) {
      facts.kind = CredentialKind::password;
      facts.endpoint = password->endpoint;
      facts.subject = password->user;
    } else {
      facts.path = std::get<NewProxy>(credential).path;
    }
    last = std::move(credential);
    kept.push_back(facts);
    then(KeptCredential{facts, true});
  }
  void remove(const Caller& caller, const Uuid& id,
              std::function<void(Result<void>)> then) override {
    const auto gone = std::erase_if(kept, [&](const CredentialFacts& one) {
      return one.id == id && one.owner == caller.owner;
    });
    if (gone == 0) return then(fail(Code::no_such_credential, "there is none of this id"));
    then({});
  }
  std::vector<CredentialFacts> list(const std::string& owner) const override {
    std::vector<CredentialFacts> mine;
    for (const auto& one : kept) {
      if (one.owner == owner) mine.push_back(one);
    }
    return mine;
  }

  std::optional<NewCredential> last;
  std::vector<CredentialFacts> kept;

 private:
  Clock& clock_;
};

struct WorldForTests {
  using Task = std::function<void()>;

  explicit WorldForTests(std::function<void(Task)> post) : store(Uuid{}, std::move(post)) {
    engine.set_listener(&api);
  }
  WorldForTests() : WorldForTests([this](Task task) { posted.push_back(std::move(task)); }) {
    start();
    run();
  }

  void start() {
    engine.start([this](Result<void> started) { ready = started.has_value(); });
  }
  void run() {
    while (!posted.empty()) {
      Task task = std::move(posted.front());
      posted.pop_front();
      task();
    }
  }

  HttpResponse ask(std::string method, std::string target, std::string body = "",
                   Headers headers = {},
                   Peer peer = {{"uid:1000", "uid:1000"}, Right::administer}) {
    std::optional<HttpResponse> answer;
    api.answer(peer, {std::move(method), std::move(target), std::move(headers), std::move(body)},
               [&answer](HttpResponse response) { answer = std::move(response); });
    run();
    return answer.value();
  }
  // The stable word of a refusal.
  static std::string code(const HttpResponse& response) {
    return std::string(boost::json::parse(response.body).at("code").as_string());
  }
  static std::string detail(const HttpResponse& response) {
    return std::string(boost::json::parse(response.body).at("detail").as_string());
  }

  std::deque<Task> posted;
  bool ready = false;
  ClockForTests clock;
  MoversForTests movers;
  MemoryStore store;
  BookForTests book{clock};
  Engine engine{store, movers, clock, Limits{}, "instance"};
  std::vector<Task> timers;  // of those who wait; never fired by time
  Api api{{engine, store, clock, book, "instance", [this] { return ready; },
           [this](Duration, Task then) { timers.push_back(std::move(then)); },
           [] { return receipt::SigningKey::from_seed(Secret(std::string(32, 's'))); }}};
};

inline std::string submission(const std::string& handle, const std::string& more = "") {
  return R"({"handle":")" + handle + R"(","source":"gsiftp://a.example/f","destination":)" +
         R"("gsiftp://b.example/)" + handle + '"' + more + '}';
}

}  // namespace rft::api
