#include "api/service_routes.h"

#include <unistd.h>

#include <boost/json.hpp>

#include "api/answers.h"
#include "api/openapi.h"
#include "api/render.h"
#include "api/requests.h"

namespace rft::api {

namespace json = boost::json;

void add_credential(World& world, Ask ask, Then then) {
  auto credential = credential_from(ask.request.body);
  if (!credential) return then(problem(credential.error()));
  world.credentials.add(ask.caller, std::move(*credential),
                        [then](const Result<KeptCredential>& kept) {
                          if (!kept) return then(problem(kept.error()));
                          then(with_json(kept->created ? 201 : 200, render(kept->facts)));
                        });
}

void list_credentials(World& world, Ask ask, Then then) {
  json::array all;
  for (const CredentialFacts& facts : world.credentials.list(ask.caller.owner)) {
    all.push_back(render(facts));
  }
  json::object object;
  object["credentials"] = std::move(all);
  then(with_json(200, object));
}

void remove_credential(World& world, Ask ask, Then then) {
  const auto id = Uuid::parse(ask.arguments[0]);
  if (!id) {
    return then(problem({Code::no_such_credential,
                         "the id of a credential is a UUID, as the list of credentials shows it"}));
  }
  world.credentials.remove(ask.caller, *id, [then](const Result<void>& removed) {
    HttpResponse response;
    response.status = 204;
    then(removed ? std::move(response) : problem(removed.error()));
  });
}

void get_links(World& world, Ask ask, Then then) {
  then(with_json(200, render(world.engine.links(ask.caller.owner), world.engine.endpoints())));
}

void get_version(World& world, Ask, Then then) {
  then(with_json(200, json::object{{"version", RFT_VERSION},
                                   {"api", "v1"},
                                   {"instance", world.instance},
                                   {"pid", ::getpid()}}));
}

void get_openapi(World&, Ask, Then then) {
  static const std::string document = openapi_document();
  then(with_body(200, "application/json", document));
}

void get_health(World&, Ask, Then then) {
  then(with_json(200, json::object{{"ok", true}}));
}

void get_readiness(World& world, Ask, Then then) {
  if (world.ready()) return then(with_json(200, json::object{{"ok", true}}));
  then(problem({Code::unavailable, "the service is starting: it reads its database"}));
}

void get_metrics(World& world, Ask, Then then) {
  world.store.counts([&world, then](Result<std::map<Status, std::uint64_t>> counts) {
    if (!counts) return then(problem(counts.error()));
    const Figures figures{std::move(*counts), world.faults, world.engine.totals(),
                          world.events.subscriptions(), world.batches.taken()};
    then(with_body(200, "text/plain; version=0.0.4; charset=utf-8",
                   metrics_text(figures, world.meter)));
  });
}

}  // namespace rft::api
