// MLSD over a data connection that the mover opens itself, in clear: the one data connection that
// ends here.
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ftp/address.h"
#include "ftp/refusal.h"
#include "mover/connect.h"
#include "mover/gridftp_list.h"

namespace rft::mover {
namespace {

using Socket = asio::ip::tcp::socket;
constexpr auto done = asio::as_tuple(asio::use_awaitable);

tl::unexpected<Fault> refused(const ftp::Reply& reply) {
  return tl::unexpected(ftp::refusal(reply, Doing::list, Side::source));
}

tl::unexpected<Fault> at_source(Fault seen) {
  seen.side = Side::source;
  seen.doing = Doing::list;
  return tl::unexpected(std::move(seen));
}

// The data as it comes in; whoever waits for it can give it up.
struct Incoming {
  explicit Incoming(Socket connected) : socket(std::move(connected)), heard(boot_now()) {}
  Socket socket;
  ftp::ListingLines lines;
  Instant heard;
  bool has_bytes = false;  // fed and not read yet
  bool ended = false;
  std::string error;  // empty: an orderly end
  Signal changed;     // for the listing
  Signal taken;       // for read()
};

// No more is read before the listing has taken what came.
awaitable<void> read(std::shared_ptr<Incoming> incoming) {
  std::array<char, 65536> bytes{};
  while (!incoming->ended) {
    const auto [error, size] = co_await incoming->socket.async_read_some(asio::buffer(bytes), done);
    incoming->heard = boot_now();
    incoming->lines.feed({bytes.data(), size});
    incoming->has_bytes = size > 0;
    if (error) {
      incoming->ended = true;
      if (error != asio::error::eof) incoming->error = error.message();
      // proftpd waits for the end of our side before it says 226.
      boost::system::error_code ignored;
      incoming->socket.close(ignored);
    }
    incoming->changed.notify();
    while (incoming->has_bytes && !incoming->ended) {
      co_await wait_any(boot_now() + list_limit, &incoming->taken);
    }
  }
}

// Closes the socket, and so ends read(), however the listing ends.
class Closing {
 public:
  explicit Closing(Incoming& incoming) : incoming_(incoming) {}
  ~Closing() {
    boost::system::error_code ignored;
    incoming_.socket.close(ignored);
    incoming_.ended = true;
    incoming_.taken.notify();
  }
  Closing(const Closing&) = delete;
  Closing& operator=(const Closing&) = delete;

 private:
  Incoming& incoming_;
};

Outcome<void> take_lines(Incoming& incoming, Gathering& gathering) {
  for (;;) {
    const auto line = incoming.lines.next();
    if (!line) return at_source(line.error());
    if (!*line) break;
    const auto facts = ftp::facts_of_line(**line);
    if (!facts) return at_source(facts.error());
    if (const auto added = gathering.add(*facts); !added) return added;
  }
  incoming.has_bytes = false;
  incoming.taken.notify();
  return {};
}

// In stream mode, whatever the last transfer on this session was in.
awaitable<Outcome<void>> stream_mode(Session& session) {
  if (!session.features.mode_e) co_return Outcome<void>();
  session.prepared.reset();
  session.channel.reset();
  const auto reply = co_await session.line->ask(ftp::mode_stream(), Doing::list);
  if (!reply) co_return failed(reply);
  if (!reply->is_positive()) co_return refused(*reply);
  co_return Outcome<void>();
}

// The port that the server listens on. The address is that of the control connection, whatever it
// says: a server must not aim us at another host.
awaitable<Outcome<Endpoint>> listening(ControlConnection& line) {
  auto reply = co_await line.ask(ftp::epsv(), Doing::list);
  if (!reply) co_return failed(reply);
  auto announced = ftp::epsv_address(*reply);
  if (!reply->is_positive() && !line.is_ipv6()) {
    reply = co_await line.ask(ftp::pasv(), Doing::list);
    if (!reply) co_return failed(reply);
    announced = ftp::pasv_address(*reply);
  }
  if (!reply->is_positive()) co_return refused(*reply);
  if (!announced) co_return at_source(announced.error());
  announced->host = line.peer();
  const auto judged = ftp::judge_address(*announced, line.peer(), ftp::AddressRule::same_host);
  if (!judged) co_return at_source(judged.error());
  co_return Endpoint{Scheme::ftp, judged->host, judged->port};
}

awaitable<Outcome<void>> receive(ControlConnection& line, ftp::Ticket ticket, Incoming& incoming,
                                 Gathering& gathering, Interrupt* interrupt, Limits limits) {
  const Instant begun = boot_now();
  bool confirmed = false;  // by 226; its end is read too
  for (;;) {
    while (const auto answer = line.take(ticket)) {
      if (!answer->final) continue;
      if (!answer->reply.is_positive()) co_return refused(answer->reply);
      confirmed = true;
    }
    if (const auto taken = take_lines(incoming, gathering); !taken) co_return failed(taken);
    if (incoming.ended && !incoming.error.empty()) {
      co_return fault(FaultCode::data_channel_failed, Side::source, Doing::list, incoming.error);
    }
    if (incoming.ended && !incoming.lines.is_between_lines()) {
      co_return fault(FaultCode::cut, Side::source, Doing::list,
                      "the listing ends in the middle of a line");
    }
    if (confirmed && incoming.ended) co_return Outcome<void>();
    const Instant heard = std::max(line.heard(), incoming.heard);
    if (auto why = listing_over(line, begun, heard, interrupt, limits)) {
      co_return tl::unexpected(std::move(*why));
    }
    co_await wait_any(std::max(begun, heard) + limits.silence, &line.changed(), &incoming.changed,
                      interrupt ? &interrupt->changed : nullptr);
  }
}

}  // namespace

awaitable<Outcome<void>> receive_listing(Session& session, std::string name, Gathering& gathering,
                                         Interrupt* interrupt, Limits limits) {
  const auto line = session.line;
  if (!session.features.mlsd) {
    co_return fault(FaultCode::not_supported, Side::source, Doing::list,
                    "the server offers neither MLSC nor MLSD; name the files one by one");
  }
  if (session.gsi) {
    co_return fault(FaultCode::not_supported, Side::source, Doing::list,
                    "over gsiftp a folder is listed by MLSC, which the server does not offer; "
                    "name the files one by one");
  }
  if (const auto ready = co_await stream_mode(session); !ready) co_return failed(ready);
  const auto where = co_await listening(*line);
  if (!where) co_return failed(where);
  auto socket = co_await connect(*where, Side::source, interrupt);
  if (!socket) {
    co_return fault(FaultCode::data_channel_failed, Side::source, Doing::list,
                    socket.error().detail);
  }
  const auto incoming = std::make_shared<Incoming>(std::move(*socket));
  const Closing closing(*incoming);
  const auto ticket = line->send(ftp::mlsd(name), Doing::list);
  if (!ticket) co_return failed(ticket);
  asio::co_spawn(co_await asio::this_coro::executor, read(incoming), asio::detached);
  co_return co_await receive(*line, *ticket, *incoming, gathering, interrupt, limits);
}

}  // namespace rft::mover
