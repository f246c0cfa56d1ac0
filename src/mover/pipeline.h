// Pipeline: many whole files over one pair of data channels, STOR and RETR sent ahead of the
// replies (GFD.20 pipelining).
#pragma once
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mover/flow_rules.h"
#include "mover/protocol.h"
#include "mover/session.h"

namespace rft::mover {

class Pipeline {
 public:
  // Logged-in sessions in extended mode, prepared alike. All that is referred to must outlive it.
  // `arrived` is told how many files have.
  Pipeline(Session& source, Session& destination, const std::vector<Consignment>& files,
           const std::function<void(std::size_t)>& arrived, Interrupt* interrupt, Limits limits);

  // Returns when all have arrived, or when the flow was ended. After a fault both sessions are used
  // up.
  awaitable<Pipelined> run();

 private:
  struct Due {
    ftp::Ticket ticket;
    bool is_file;  // STOR or RETR; else what opens the data channel
    // How far it has come, by its markers.
    RangeSet confirmed{};
    StripedProgress sent;
  };
  struct Leg {
    Session& session;
    Side side;
    std::deque<Due> due{};
    Course course{};
    ControlConnection& line() const { return *session.line; }
  };

  awaitable<Outcome<void>> attempt();
  awaitable<Outcome<void>> open_channel();
  void order_more();
  // `file`: whom STOR or RETR is of; null: what opens the data channel.
  void order(Leg& leg, const ftp::Command& command, const Consignment* file);
  bool hear(Leg& leg);
  void hear_final(Leg& leg, const ftp::Reply& reply, bool is_file);
  void hear_marker(Leg& leg, const ftp::Reply& reply);
  std::optional<Fault> over(Instant now);
  const Course* bad() const { return telling(source_.course, destination_.course); }
  awaitable<FlowEnd> end();
  awaitable<bool> hear_out(Leg& leg, Duration limit);
  bool is_full() const;
  std::size_t moved() const {
    return std::min(source_.course.arrived, destination_.course.arrived);
  }

  const std::vector<Consignment>& files_;
  const std::function<void(std::size_t)>& arrived_;
  Leg source_, destination_;
  Interrupt* interrupt_;
  Limits limits_;
  bool opened_ = false;  // a data channel of our own
  std::size_t next_ = 0;
  std::optional<Instant> consequences_;  // until when the other side may tell its reason
  Watchdog watchdog_;
};

}  // namespace rft::mover
