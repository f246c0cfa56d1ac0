// Session: a control connection on which a log-in was completed, and what is known of its server.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "ftp/conversation.h"
#include "ftp/features.h"
#include "gsi/context.h"
#include "mover/control_connection.h"
#include "mover/credentials.h"

namespace rft::mover {

// One pair of data channels that two servers keep open between them. Both sessions hold it.
struct OpenChannel {
  unsigned streams = 1;
};

struct Session {
  explicit Session(std::shared_ptr<ControlConnection> connection) : line(std::move(connection)) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { line->close(); }

  std::shared_ptr<ControlConnection> line;
  ftp::Features features;
  bool gsi = false;
  bool delegated = false;
  std::string identity;                  // the user's, with GSI
  std::optional<ftp::Setup> prepared;    // what prepare() said last
  std::shared_ptr<OpenChannel> channel;  // null: the next file opens one
  bool is_sender = false;                // on that channel, which goes one way
  std::optional<bool> checksum_markers;  // whether long checksums show life; unset: not asked yet
  std::uint64_t version = 0;             // of the credential's content that it logged in with
  std::shared_ptr<void> place;           // among the sessions of its endpoint; the pool's
};

// Connects, logs in (null: anonymous) and asks for the features. Until the log-in is complete a
// lost connection or silence is `unreachable`; after it `cut` or `stalled`. 421 is server_busy.
awaitable<Outcome<std::unique_ptr<Session>>> log_in(Endpoint endpoint,
                                                    std::shared_ptr<const Login> login,
                                                    gsi::Delegation delegation, Side side,
                                                    Interrupt* interrupt, Limits limits);

// Says what a transfer needs to have said before, unless it was the last that was said.
awaitable<Outcome<void>> prepare(Session& session, ftp::Setup setup);

}  // namespace rft::mover
