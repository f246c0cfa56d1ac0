// Pipeline: many whole files over one pair of data channels, STOR and RETR sent ahead of the
// replies (GFD.20 pipelining).
#pragma once
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "mover/flow_rules.h"
#include "mover/session.h"
#include "wire/message.h"

namespace rft::mover {

// Names as the servers take them; the destination's is that of a part of this attempt alone.
struct Consignment {
  std::string source;
  std::string destination;
};

// How far a pipeline came. Of the files, in their order, the first `moved` have arrived: both sides
// said 226. Where that is not all, file `moved` is the one that did not. RETRs and STORs pair by
// order of opening and nothing else: what stands under the destinations from there up to `ordered`
// may hold other files' bytes, whatever their replies said. Those files are void: they are to be
// sent again under other names, and that costs them nothing (design 5.5).
struct Pipelined {
  std::size_t moved = 0;
  std::size_t ordered = 0;     // so many were sent to the servers
  std::optional<Fault> fault;  // none: all have arrived
  bool refused = false;        // a side refused that one file; else the pipeline broke
  FlowEnd end = FlowEnd::known;
};

class Pipeline {
 public:
  // Logged-in sessions in extended mode, prepared alike. All that is referred to must outlive it.
  Pipeline(Session& source, Session& destination, const std::vector<Consignment>& files,
           Interrupt* interrupt, Limits limits);

  // Returns when all have arrived, or when the flow was ended. After a fault both sessions are used
  // up.
  awaitable<Pipelined> run();

 private:
  struct Due {
    ftp::Ticket ticket;
    bool is_file;  // STOR or RETR; else what opens the data channel
  };
  struct Leg {
    Session& session;
    Side side;
    std::deque<Due> due{};
    std::size_t arrived = 0;  // files that this side said 226 to, up to the first fault
    std::optional<Fault> fault{};
    bool refused = false;
    RangeSet confirmed{};  // of the file that is due, by its markers
    ControlConnection& line() const { return *session.line; }
  };

  awaitable<Outcome<void>> attempt();
  awaitable<Outcome<void>> open_channel();
  void order_more();
  void order(Leg& leg, const ftp::Command& command, bool is_file);
  bool hear(Leg& leg);
  void hear_final(Leg& leg, const ftp::Reply& reply, const Due& due);
  void hear_marker(Leg& leg, const ftp::Reply& reply);
  std::optional<Fault> over(Instant now);
  awaitable<FlowEnd> end();
  bool is_full() const;
  std::size_t moved() const { return std::min(source_.arrived, destination_.arrived); }

  const std::vector<Consignment>& files_;
  Leg source_, destination_;
  Interrupt* interrupt_;
  Limits limits_;
  bool opened_ = false;  // a data channel of our own
  std::size_t next_ = 0;
  std::optional<Instant> consequences_;  // until when the other side may tell its reason
  Watchdog watchdog_;
};

}  // namespace rft::mover
