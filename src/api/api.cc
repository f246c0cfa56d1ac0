#include "api/api.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "api/problem.h"
#include "api/requests.h"
#include "base/text.h"

namespace rft::api {
namespace {

Result<void> may(const Peer& peer, const Route& route) {
  if (route.right <= peer.right) return {};
  if (peer.right == Right::none) {
    return fail(Code::not_authenticated,
                "the service must know who calls; connect with an identity");
  }
  if (peer.right == Right::change) {
    return fail(
        Code::not_allowed,
        "this changes what holds for all: only the user who runs the service, or root, may");
  }
  return fail(Code::not_allowed, "the caller may read, but not change");
}

Result<void> known_query(const Target& target, const Route& route) {
  for (const auto& [name, value] : target.query) {
    const std::string& one = name;
    const bool known = std::any_of(route.query.begin(), route.query.end(),
                                   [&one](const QueryField& field) { return field.name == one; });
    if (known) continue;
    std::vector<std::string_view> names;
    for (const QueryField& field : route.query) names.push_back(field.name);
    return fail(Code::unknown_field,
                fmt::format("the query has no field '{}'; there are: {}", printable(name, 64),
                            names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
  }
  return {};
}

// What every route demands, in the order in which it is told.
Result<Ask> ask_of(const Peer& peer, const Route& route, HttpRequest request, Target target,
                   std::vector<std::string> arguments) {
  if (auto allowed = may(peer, route); !allowed) return tl::unexpected(allowed.error());
  if (auto known = known_query(target, route); !known) return tl::unexpected(known.error());
  Ask ask{peer.caller, std::move(request), std::move(target), std::move(arguments), "", peer.right};
  if (route.changes()) {
    auto key = checked_key(ask.request.header("idempotency-key"));
    if (!key) return tl::unexpected(key.error());
    ask.key = std::move(*key);
  }
  return ask;
}

}  // namespace

Api::Api(Ports ports)
    : events_(ports.store),
      endings_(std::move(ports.after)),
      world_{ports.engine,
             ports.store,
             ports.clock,
             ports.credentials,
             events_,
             endings_,
             meter_,
             batches_,
             receipts_,
             faults_,
             std::move(ports.instance),
             std::move(ports.ready),
             std::move(ports.service_key)} {}

bool Api::streams_body(const HttpRequest& head) const {
  const auto target = parse_target(head.target);
  if (!target) return false;
  const auto found = match(head.method, target->path);
  return found && found->route->streams_body;
}

void Api::answer(const Peer& peer, HttpRequest request, Then then) {
  const Instant began = world_.clock.now().instant;
  auto counted = [this, began, then = std::move(then)](std::string_view route,
                                                       HttpResponse response) {
    meter_.answered(route, response.status, world_.clock.now().instant - began);
    then(std::move(response));
  };
  auto target = parse_target(request.target);
  if (!target) return counted("none", problem(target.error()));
  auto found = match(request.method, target->path);
  if (!found) {
    HttpResponse refusal = problem(found.error());
    if (found.error().code == Code::method_not_allowed) {
      refusal.headers.emplace_back("Allow", allowed(target->path));
    }
    return counted("none", std::move(refusal));
  }
  const Route& route = *found->route;
  const std::string name = fmt::format("{} {}", route.method, route.pattern);
  auto ask =
      ask_of(peer, route, std::move(request), std::move(*target), std::move(found->arguments));
  if (!ask) return counted(name, problem(ask.error()));
  route.function(world_, std::move(*ask),
                 [counted, name](HttpResponse response) { counted(name, std::move(response)); });
}

void Api::happened(const Event& event) {
  if (event.fault) ++faults_[event.fault->code];
  events_.happened(event);
  endings_.happened(event);
}

}  // namespace rft::api
