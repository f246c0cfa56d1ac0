#include "api/limit_routes.h"

#include <algorithm>
#include <boost/json.hpp>

#include "api/answers.h"
#include "api/limit_json.h"

namespace rft::api {
namespace {

namespace json = boost::json;

Duration offset_of(const World& world, const Limit& limit) {
  if (limit.zone == LimitZone::utc) return Duration{0};
  return world.clock.local_offset(world.clock.now().wall);
}

// Whose endpoints are its own business: a limit of an endpoint is shown to those who use it.
bool bears_on(const LimitScope& scope, const std::string& owner,
              const std::vector<Engine::LinkFigures>& links) {
  const auto any = [&](const auto& uses) { return std::any_of(links.begin(), links.end(), uses); };
  switch (scope.kind) {
    case LimitScope::Kind::all:
      return true;
    case LimitScope::Kind::owner:
      return scope.owner == owner;
    case LimitScope::Kind::endpoint:
      return any([&](const Engine::LinkFigures& link) {
        return link.source == scope.source || link.destination == scope.source;
      });
    default:
      return any([&](const Engine::LinkFigures& link) {
        return link.source == scope.source && link.destination == scope.destination;
      });
  }
}

void list_limits(World& world, Ask ask, Then then) {
  const bool sees_all = ask.right >= Right::administer;
  const std::string& owner = ask.caller.owner;
  const auto links = sees_all ? std::vector<Engine::LinkFigures>() : world.engine.links(owner);
  json::array limits;
  for (const LimitState& state : world.engine.limits()) {
    if (!sees_all && !bears_on(state.limit.scope, owner, links)) continue;
    limits.push_back(render(state, offset_of(world, state.limit)));
  }
  json::object object;
  object["limits"] = std::move(limits);
  then(with_json(200, object));
}

void set_limit(World& world, Ask ask, Then then) {
  const auto scope = LimitScope::parse(ask.arguments[0]);
  if (!scope) return then(problem(scope.error()));
  auto limit = limit_from(*scope, ask.request.body);
  if (!limit) return then(problem(limit.error()));
  limit->set_by = ask.caller.owner;
  world.engine.set_limit(std::move(*limit), [&world, then](Result<LimitState> state) {
    if (!state) return then(problem(state.error()));
    then(with_json(200, render(*state, offset_of(world, state->limit))));
  });
}

void remove_limit(World& world, Ask ask, Then then) {
  const auto scope = LimitScope::parse(ask.arguments[0]);
  if (!scope) return then(problem(scope.error()));
  world.engine.remove_limit(*scope, [then](const Result<void>& removed) {
    HttpResponse response;
    response.status = 204;
    then(removed ? std::move(response) : problem(removed.error()));
  });
}

}  // namespace

std::vector<Route> limit_table() {
  using enum Right;
  return {
      {.method = "GET",
       .pattern = "/v1/limits",
       .right = read,
       .function = list_limits,
       .name = "listLimits",
       .says = "The limits that bear on the caller's transfers; to an administrator all.",
       .answer = "LimitList"},
      {.method = "PUT",
       .pattern = "/v1/limits/{scope}",
       .right = administer,
       .function = set_limit,
       .name = "setLimit",
       .says =
           "Bound what is admitted in a scope, instead of what was set for it before. The scope "
           "is one segment: all, owner:uid:1000, an endpoint, or endpoint->endpoint. What runs "
           "goes on.",
       .request = "LimitRequest",
       .answer = "Limit",
       .refusals = {Code::invalid_request, Code::unknown_field, Code::missing_field,
                    Code::invalid_limit, Code::storage_full}},
      {.method = "DELETE",
       .pattern = "/v1/limits/{scope}",
       .right = administer,
       .function = remove_limit,
       .name = "removeLimit",
       .says = "Bound the scope no more.",
       .media = Media::none,
       .yes = {204},
       .refusals = {Code::invalid_limit, Code::no_such_limit, Code::storage_full}},
  };
}

}  // namespace rft::api
