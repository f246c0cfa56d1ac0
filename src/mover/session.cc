#include "mover/session.h"

#include "base/text.h"
#include "ftp/refusal.h"
#include "gsi/protection.h"

namespace rft::mover {
namespace {

constexpr int gsi_rounds_max = 16;
constexpr int security_wanted = 334;  // RFC 2228: the mechanism is taken, its data comes next
constexpr int security_done = 235;
constexpr int security_goes_on = 335;

// Before the log-in is complete every silence and every end is the endpoint's outage, and so is a
// greeting that is none: what listens there is no such server, for nobody.
Fault as_outage(Fault fault) {
  const bool is_no_server =
      fault.code == FaultCode::protocol_broken && fault.doing == Doing::connect;
  if (fault.code == FaultCode::cut || fault.code == FaultCode::stalled || is_no_server) {
    fault.code = FaultCode::unreachable;
  }
  return fault;
}

tl::unexpected<Fault> refused(const ftp::Reply& reply, Doing doing, const ControlConnection& line) {
  return tl::unexpected(ftp::refusal(reply, doing, line.side()));
}

awaitable<Outcome<void>> say_login(std::shared_ptr<ControlConnection> line, ftp::Login login) {
  auto reply = co_await line->ask(login.user, Doing::login);
  if (reply && reply->is_intermediate()) reply = co_await line->ask(login.pass, Doing::login);
  if (!reply) co_return failed(reply);
  if (!reply->is_positive()) co_return refused(*reply, Doing::login, *line);
  co_return Outcome<void>();
}

// The token in "ADAT=<base64>" of a reply; empty where there is none.
Outcome<std::string> token_of(const ftp::Reply& reply, Side side) {
  constexpr std::string_view label = "ADAT=";
  if (reply.lines.empty()) return std::string();
  const std::size_t at = reply.lines.front().find(label);
  if (at == std::string::npos) return std::string();
  auto bytes = base64_decode(reply.lines.front().substr(at + label.size()));
  if (bytes) return std::move(*bytes);
  return tl::unexpected(
      Fault{FaultCode::protocol_broken, side, Doing::login, reply.text(), "ADAT is not base64"});
}

Fault at(Fault fault, Side side) {
  fault.side = side;
  fault.doing = Doing::login;
  return fault;
}

// ADAT back and forth until both have said all (RFC 2228 section 3).
awaitable<Outcome<void>> authenticate(std::shared_ptr<ControlConnection> line,
                                      gsi::SecurityContext& context) {
  Outcome<std::string> theirs = std::string();
  for (int round = 0; round < gsi_rounds_max; ++round) {
    const auto ours = context.step(*theirs);
    if (!ours) co_return tl::unexpected(at(ours.error(), line->side()));
    const auto reply = co_await line->ask(ftp::adat(base64(*ours)), Doing::login);
    if (!reply) co_return failed(reply);
    if (reply->code != security_done && reply->code != security_goes_on) {
      co_return refused(*reply, Doing::login, *line);
    }
    theirs = token_of(*reply, line->side());
    if (!theirs) co_return failed(theirs);
    if (reply->code == security_goes_on) {
      if (!theirs->empty()) continue;
      co_return tl::unexpected(Fault{FaultCode::protocol_broken, line->side(), Doing::login,
                                     reply->text(), "it holds no security token"});
    }
    if (!context.established()) {
      const auto last = context.step(*theirs);
      if (!last) co_return tl::unexpected(at(last.error(), line->side()));
    }
    if (context.established()) co_return Outcome<void>();
  }
  co_return fault(FaultCode::protocol_broken, line->side(), Doing::login,
                  "the security handshake does not come to an end");
}

awaitable<Outcome<void>> log_in_gsi(Session& session, const gsi::Credential& credential,
                                    std::string host, gsi::Delegation delegation) {
  const auto line = session.line;
  auto context = gsi::SecurityContext::begin(credential, host, delegation, wall_now());
  if (!context) co_return tl::unexpected(at(context.error(), line->side()));
  const auto reply = co_await line->ask(ftp::auth_gssapi(), Doing::login);
  if (!reply) co_return failed(reply);
  if (reply->code != security_wanted) co_return refused(*reply, Doing::login, *line);
  if (const auto done = co_await authenticate(line, *context); !done) co_return failed(done);
  const auto guarded =
      line->protect_with(std::make_unique<gsi::GsiProtection>(std::move(*context)));
  if (!guarded) co_return failed(guarded);
  session.gsi = true;
  session.delegated = delegation != gsi::Delegation::none;
  session.identity = credential.identity;
  co_return co_await say_login(line, ftp::mapped_login());
}

awaitable<Outcome<void>> introduce(Session& session, const Endpoint& endpoint, const Login* login,
                                   gsi::Delegation delegation) {
  const auto line = session.line;
  const auto welcome = co_await line->reply(ftp::greeting, Doing::connect);
  if (!welcome) co_return failed(welcome);
  if (!welcome->is_positive()) co_return refused(*welcome, Doing::connect, *line);
  if (login == nullptr) {
    auto done = co_await say_login(line, ftp::anonymous_login());
    if (!done && done.error().code == FaultCode::login_refused &&
        endpoint.scheme == Scheme::gsiftp) {
      done.error().code = FaultCode::credential_missing;
    }
    co_return done;
  }
  if (const auto* password = std::get_if<vault::Password>(login)) {
    co_return co_await say_login(line, ftp::password_login(password->user, password->password));
  }
  const auto& credential = std::get<gsi::Credential>(*login);
  co_return co_await log_in_gsi(session, credential, endpoint.host, delegation);
}

// TYPE I at once: some servers refuse SIZE in ASCII mode.
awaitable<Outcome<void>> ask_features(Session& session) {
  std::vector<ftp::Command> commands;
  commands.push_back(ftp::feat());
  commands.push_back(ftp::type_image());
  const auto replies = co_await session.line->ask_all(std::move(commands), Doing::features);
  if (!replies) co_return failed(replies);
  session.features = ftp::features_of(replies->front());
  co_return Outcome<void>();
}

}  // namespace

awaitable<Outcome<std::unique_ptr<Session>>> log_in(Endpoint endpoint,
                                                    std::shared_ptr<const Login> login,
                                                    gsi::Delegation delegation, Side side,
                                                    Interrupt* interrupt, Limits limits) {
  auto line = co_await ControlConnection::open(endpoint, side, interrupt, limits);
  if (!line) co_return failed(line);
  auto session = std::make_unique<Session>(std::move(*line));
  const auto done = co_await introduce(*session, endpoint, login.get(), delegation);
  if (!done) co_return tl::unexpected(as_outage(done.error()));
  const auto known = co_await ask_features(*session);
  if (!known) co_return failed(known);
  co_return session;
}

awaitable<Outcome<void>> prepare(Session& session, ftp::Setup setup) {
  if (session.prepared && *session.prepared == setup) co_return Outcome<void>();
  session.channel.reset();
  session.prepared.reset();
  const std::vector<ftp::Step> steps = ftp::session_setup(session.features, setup);
  std::vector<ftp::Command> commands;
  for (const ftp::Step& step : steps) commands.push_back(step.command);
  const auto replies = co_await session.line->ask_all(std::move(commands), Doing::features);
  if (!replies) co_return failed(replies);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].required && (*replies)[i].is_negative()) {
      // A server may offer what its operator has forbidden.
      if (steps[i].command.verb == "DCSC") session.features.dcsc = false;
      co_return refused((*replies)[i], Doing::features, *session.line);
    }
  }
  session.prepared = std::move(setup);
  co_return Outcome<void>();
}

}  // namespace rft::mover
