// ControlConnection: a socket and ftp::ControlChannel on it. A coroutine of its own reads; whoever
// sent a command takes its answers, and waits for them with changed().
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/url.h"
#include "ftp/control.h"
#include "mover/async.h"
#include "mover/limits.h"

namespace rft::mover {

// Answers that came and that nobody took yet.
inline constexpr std::size_t unclaimed_answers_max = 4096;
inline constexpr std::size_t unclaimed_bytes_max = 4 * ftp::reply_size_max;

// To commands that were sent ahead of their replies, in their order.
struct Answers {
  std::vector<Outcome<ftp::Reply>> each;
  std::size_t sent = 0;  // so many were handed to the connection
};

class ControlConnection : public std::enable_shared_from_this<ControlConnection> {
 public:
  // Tries every address of the host. Faults: unknown_host, unreachable; any when interrupted.
  static awaitable<Outcome<std::shared_ptr<ControlConnection>>> open(Endpoint endpoint, Side side,
                                                                     Interrupt* interrupt,
                                                                     Limits limits);
  ~ControlConnection();

  // Whose work it serves from now on: faults bear `side`, waits end with the interrupt (null:
  // none).
  void serve(Side side, Interrupt* interrupt);
  Side side() const { return side_; }

  // Sends without waiting. Faults: bad_name; the connection's failure.
  Outcome<ftp::Ticket> send(const ftp::Command& command, Doing doing);
  // The next answer to `ticket`; nothing while there is none.
  std::optional<ftp::Answer> take(ftp::Ticket ticket);
  // The final reply to `ticket`, whatever its code; markers before it are passed over. Faults:
  // stalled after `limit` (none: the silence limit), the connection's failure, 421 as server_busy,
  // and `cut` when interrupted.
  awaitable<Outcome<ftp::Reply>> reply(ftp::Ticket ticket, Doing doing,
                                       std::optional<Duration> limit = std::nullopt);
  // send() and reply().
  awaitable<Outcome<ftp::Reply>> ask(ftp::Command command, Doing doing);
  // Pipelined, at most ftp::depth_max unanswered. What cannot be sent (bad_name) has that for its
  // answer; after a failure, silence or an interrupt all that follow have this one, no more is sent
  // and the connection is of no more use.
  awaitable<Answers> ask_each(std::vector<ftp::Command> commands, Doing doing);
  // The same, where one failure is that of all.
  awaitable<Outcome<std::vector<ftp::Reply>>> ask_all(std::vector<ftp::Command> commands,
                                                      Doing doing);

  // Why it is of no more use; nothing while it works.
  std::optional<Fault> failure(Doing doing) const;
  bool is_clean() const;                    // works and no answer is due
  Instant heard() const { return heard_; }  // when the last byte came
  Signal& changed() { return changed_; }
  const std::string& peer() const { return peer_; }  // numeric address
  bool is_ipv6() const { return peer_.find(':') != std::string::npos; }
  Outcome<void> protect_with(std::unique_ptr<ftp::Protection> protection);

  // Ends what runs: ABOR, half-close, and reads until the far end closes, not longer than `limit`.
  // True: the orderly end was read, so the server's session is over (design 5.3). With an interrupt
  // not longer than stop_end_limit from then. Useless afterwards.
  awaitable<bool> end(Duration limit);
  void close();

 private:
  using Socket = asio::ip::tcp::socket;
  ControlConnection(Socket socket, Side side, Interrupt* interrupt, Limits limits);
  awaitable<void> read();
  awaitable<void> gather();
  awaitable<void> write();
  void drain();
  void fail_with(Fault fault);

  Socket socket_;
  ftp::ControlChannel channel_;
  Side side_;
  Interrupt* interrupt_;
  Limits limits_;
  std::string peer_;
  std::deque<ftp::Answer> answers_;
  std::size_t unclaimed_bytes_ = 0;  // of their text
  std::optional<Fault> failure_;
  bool ended_ = false;  // the far end closed in order
  bool writing_ = false;
  bool ending_ = false;
  Instant heard_;
  Signal changed_;
};

}  // namespace rft::mover
