// GridFtpFlow: one file from one server to the other on two logged-in, prepared sessions.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "mover/flow_rules.h"
#include "mover/part_watch.h"
#include "mover/protocol.h"
#include "mover/session.h"

namespace rft::mover {

class GridFtpFlow {
 public:
  struct Terms {
    bool mode_e = true;
    Interrupt* interrupt = nullptr;
    Limits limits;
    std::shared_ptr<PartWatch> watch;  // stream mode: whoever looks how long the part is
  };
  // All that is referred to must outlive it. `flow` is kept current.
  GridFtpFlow(Session& source, Session& destination, const Freight& freight, Flow& flow,
              const std::function<void()>& progressed, Terms terms);

  // Returns when both sides said 226, or when the flow was ended. After a fault, or an interrupt
  // (whose fault does not matter), both sessions are used up and flow.end tells what is known of
  // the end.
  awaitable<Outcome<void>> run();

 private:
  struct Pending {
    ftp::Ticket ticket;
    bool required;
    FaultCode refused_means;  // server_refused: what the reply says
  };
  struct Leg {
    Session& session;
    Side side;
    std::vector<Pending> before{};            // commands ahead of STOR or RETR
    std::optional<ftp::Ticket> transfer{};    // STOR or RETR
    std::optional<ftp::Reply> final_reply{};  // to it
    std::optional<Fault> fault{};
    ControlConnection& line() const { return *session.line; }
    bool is_over() const { return final_reply || fault; }
    bool succeeded() const { return !fault && final_reply && final_reply->is_positive(); }
  };

  awaitable<Outcome<void>> attempt();
  awaitable<Outcome<void>> open_channel();
  awaitable<Outcome<void>> order(Leg& leg, std::vector<ftp::Step> steps);
  awaitable<Outcome<void>> watch();
  void hear(Leg& leg);
  void hear_before(Leg& leg);
  void hear_transfer(Leg& leg, ftp::Answer answer);
  void hear_marker(const ftp::Reply& reply);
  void hear_part_size();
  void advanced();
  Fault stalled() const;
  awaitable<void> end();

  Leg source_;
  Leg destination_;
  const Freight& freight_;
  Flow& flow_;
  const std::function<void()>& progressed_;
  Terms terms_;
  ftp::DataAddress receiver_;
  bool reuses_channel_ = false;
  StripedProgress sent_;
  RateMeter rate_;
  Watchdog watchdog_;
};

}  // namespace rft::mover
