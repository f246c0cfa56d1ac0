// Daemon: rftd put together. One io_context, run by one thread; the store has its own behind its
// port.
#pragma once
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/api.h"
#include "api/server.h"
#include "daemon/clock.h"
#include "daemon/config.h"
#include "daemon/credentials.h"
#include "daemon/instance.h"
#include "daemon/mover_processes.h"
#include "daemon/service_key.h"
#include "daemon/state_folder.h"
#include "engine/engine.h"
#include "store/sqlite.h"

namespace rft {

struct StartOptions {
  bool accept_restore = false;
  int movers_log = -1;  // a descriptor that outlives the daemon; -1: movers write nowhere
};

class Daemon {
 public:
  // `folder` is locked by us.
  Daemon(Config config, const StateFolder& folder, StartOptions options);
  ~Daemon();

  // Opens the store, takes living movers back, and listens: nothing is granted before all of these
  // were heard, nor where they or the instance file know more than the database (P5).
  //   bad_state       the state folder, its database or the socket cannot be used; the detail says
  //   why invalid_config  there is no mover to start
  Result<void> start();
  // Until SIGTERM or SIGINT. Movers work on.
  Result<void> run();

 private:
  // The engine has one listener: its events also tell how far the database has come.
  class EventTee : public Listener {
   public:
    EventTee(Instance& instance, Listener& next) : instance_(instance), next_(next) {}
    void happened(const Event& event) override {
      instance_.saw_event(event.seq);
      next_.happened(event);
    }

   private:
    Instance& instance_;
    Listener& next_;
  };

  template <class T>
  T wait_for(const std::function<void(std::function<void(T)>)>& ask);
  Result<void> open_store();
  Result<void> know_instance(const OpenWork& work);
  Result<void> accept_restore(const MoverFolder& movers);
  Result<void> make_parts(std::vector<CredentialFacts> credentials);
  Result<void> start_engine();
  Result<void> listen();
  MoverReports reports();
  void heard_epoch(const std::string& mover, std::uint32_t epoch);
  void wake();
  void keep_house();
  void prune();
  void call_after(Duration delay, std::function<void()> then);
  void stop();

  const Config config_;
  const StateFolder& folder_;
  const StartOptions options_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer wake_timer_;
  boost::asio::steady_timer house_timer_;
  SystemClock clock_;
  std::optional<Instance> instance_;
  std::unique_ptr<SqliteStore> store_;
  std::optional<ServiceKey> service_key_;
  std::unique_ptr<Credentials> credentials_;
  std::unique_ptr<MoverProcesses> movers_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<api::Api> api_;
  std::unique_ptr<EventTee> listener_;
  std::unique_ptr<api::Server> server_;
  std::optional<Instant> wake_at_;  // the timer is set to it
  Instant prune_at_{};
  std::optional<Error> failure_;  // why run() must end
  bool ready_ = false;
  bool stopping_ = false;
  bool stopped_ = false;
};

}  // namespace rft
