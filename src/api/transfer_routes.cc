#include "api/transfer_routes.h"

#include <fmt/format.h>

#include <limits>

#include "api/answers.h"
#include "api/batch.h"
#include "api/render.h"
#include "api/requests.h"
#include "base/text.h"

namespace rft::api {
namespace {

constexpr std::size_t shown_max = 64;

// Where the caller named no handle the service makes one: a UUIDv7, or with an Idempotency-Key a
// UUIDv8 (RFC 9562 5.8) of owner and key, so that a second try is the same call and not a new one.
std::string made_handle(World& world, const Ask& ask) {
  if (ask.key.empty()) return world.clock.fresh_id().text();
  Uuid id = *Uuid::from_raw(sha256(ask.caller.owner + '\n' + ask.key).substr(0, 16));
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x80);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id.text();
}

void make_call(World& world, const Ask& ask, Call call, Then then) {
  world.engine.call(ask.caller, std::move(call), ask.key, [then](const Answer& answer) {
    if (!answer) return then(problem(answer.error()));
    HttpResponse response = with_json(answer->created ? 201 : 200, render(*answer));
    if (answer->created)
      response.headers.emplace_back("Location", "/v1/transfers/" + answer->handle);
    then(std::move(response));
  });
}

// Calls on the handle of the path that take no body.
template <class OneCall>
void call_without_body(World& world, const Ask& ask, Then then) {
  if (auto nothing = nothing_from(ask.request.body); !nothing) {
    return then(problem(nothing.error()));
  }
  auto handle = checked_handle(ask.arguments[0]);
  if (!handle) return then(problem(handle.error()));
  make_call(world, ask, OneCall{std::move(*handle)}, std::move(then));
}

template <class Render>
void find_and(World& world, const Ask& ask, Then then, Render rendered) {
  auto handle = checked_handle(ask.arguments[0]);
  if (!handle) return then(problem(handle.error()));
  world.engine.find(ask.caller.owner, *handle, [then, rendered](const Result<Found>& found) {
    then(found ? with_json(200, rendered(*found)) : problem(found.error()));
  });
}

}  // namespace

Result<std::uint32_t> page_limit(const Ask& ask) {
  const auto limit = ask.target.value("limit");
  if (!limit) return list_limit_default;
  const auto number = parse_number(*limit);
  if (!number || *number == 0 || *number > list_limit_max) {
    return fail(Code::invalid_request,
                fmt::format("limit must be a number from 1 to {}", list_limit_max));
  }
  return static_cast<std::uint32_t>(*number);
}

namespace {

Result<ListQuery> list_query(const Ask& ask) {
  ListQuery query{ask.caller.owner, std::nullopt, "", list_limit_default};
  if (const auto status = ask.target.value("status")) {
    query.status = status_of(*status);
    if (!query.status) {
      return fail(Code::unknown_status,
                  fmt::format("there is no status '{}'; it is one of inactive, committed, active, "
                              "done, failed, user_stop_partial_trans (stopped)",
                              printable(*status, shown_max)));
    }
  }
  if (const auto after = ask.target.value("after")) query.after = *after;
  const auto limit = page_limit(ask);
  if (!limit) return tl::unexpected(limit.error());
  query.limit = *limit;
  return query;
}

// Last-Event-ID, which a browser sends when it comes again, goes before ?after=.
Result<std::optional<std::int64_t>> resume_point(const Ask& ask) {
  auto text = ask.request.header("last-event-id");
  if (!text) text = ask.target.value("after");
  if (!text) return std::nullopt;
  const auto number = parse_number(*text);
  if (!number || *number > std::numeric_limits<std::int64_t>::max()) {
    return fail(Code::invalid_request,
                "Last-Event-ID or after must be the id of an event: a whole number");
  }
  return static_cast<std::int64_t>(*number);
}

Result<Duration> end_within(const Ask& ask) {
  const auto text = ask.target.value("end_within");
  if (!text) return Duration(0);
  const auto number = parse_number(*text);
  if (!number || *number == 0 || *number > std::uint64_t(ending_wait_max.count())) {
    return fail(Code::invalid_request,
                fmt::format("end_within must be 1 to {} milliseconds", ending_wait_max.count()));
  }
  return Duration(*number);
}

}  // namespace

void submit_transfer(World& world, Ask ask, Then then) {
  auto submit = submit_from(ask.request.body);
  if (!submit) return then(problem(submit.error()));
  if (submit->handle.empty()) submit->handle = made_handle(world, ask);
  make_call(world, ask, std::move(*submit), std::move(then));
}

void submit_batch(World& world, Ask ask, Then then) {
  auto place = world.batches.take(ask.caller.owner);
  if (!place) {
    return then(problem({Code::busy, "too many batches are being taken in; let one of them end"}));
  }
  BatchBodies bodies = make_batch(world.engine, ask.caller, std::move(ask.key), std::move(*place));
  HttpResponse response = with_body(200, std::string(word(Media::ndjson)), "");
  response.stream = std::move(bodies.answers);
  response.taker = std::move(bodies.lines);
  then(std::move(response));
}

void list_transfers(World& world, Ask ask, Then then) {
  auto query = list_query(ask);
  if (!query) return then(problem(query.error()));
  world.engine.list(std::move(*query),
                    [then](const Result<std::vector<Found>>& page, const std::string& next) {
                      then(page ? with_json(200, render_page(*page, next)) : problem(page.error()));
                    });
}

void get_transfer(World& world, Ask ask, Then then) {
  find_and(world, ask, std::move(then), render_record);
}

// With ?end_within= the answer waits for the end: so a client that watches hears of it at once.
void get_status(World& world, Ask ask, Then then) {
  const auto limit = end_within(ask);
  if (!limit) return then(problem(limit.error()));
  auto handle = checked_handle(ask.arguments[0]);
  if (!handle) return then(problem(handle.error()));
  auto answer = [then](const Result<Found>& found) {
    then(found ? with_json(200, render_status(*found)) : problem(found.error()));
  };
  const std::string owner = ask.caller.owner;
  world.engine.find(
      owner, *handle,
      [&world, owner, handle = *handle, limit = *limit, answer](const Result<Found>& found) {
        const bool goes_on = found && !is_final(found->transfer.file.status);
        const bool waits =
            goes_on && limit > Duration(0) &&
            world.endings.wait(owner, handle, limit, [&world, owner, handle, answer] {
              world.engine.find(owner, handle, answer);
            });
        if (!waits) answer(found);
      });
}

void get_history(World& world, Ask ask, Then then) {
  auto handle = checked_handle(ask.arguments[0]);
  if (!handle) return then(problem(handle.error()));
  const std::string owner = ask.caller.owner;
  auto answer = [&world, owner, handle = *handle, then](const Result<History>& history) {
    if (!history) return then(problem(history.error()));
    if (!history->events.empty()) return then(with_json(200, render(*history)));
    // Events are kept for less long than a transfer may live: only the record tells that it exists.
    world.engine.find(owner, handle, [then](const Result<Found>& found) {
      then(found ? with_json(200, render(History{})) : problem(found.error()));
    });
  };
  const auto id = ask.target.value("id");
  if (!id) return world.store.history(owner, *handle, std::move(answer));
  const auto request = Uuid::parse(*id);
  if (!request)
    return then(problem({Code::invalid_request, "id must be that of a record: a UUID"}));
  world.store.history_of(owner, *request, std::move(answer));
}

void get_why(World& world, Ask ask, Then then) {
  auto handle = checked_handle(ask.arguments[0]);
  if (!handle) return then(problem(handle.error()));
  world.engine.why(ask.caller.owner, *handle, [then, handle = *handle](const Result<Why>& why) {
    then(why ? with_json(200, render(handle, *why)) : problem(why.error()));
  });
}

void commit_transfer(World& world, Ask ask, Then then) {
  call_without_body<Commit>(world, ask, std::move(then));
}

void stop_transfer(World& world, Ask ask, Then then) {
  call_without_body<Stop>(world, ask, std::move(then));
}

void clear_transfer(World& world, Ask ask, Then then) {
  call_without_body<Clear>(world, ask, std::move(then));
}

void change_priority(World& world, Ask ask, Then then) {
  auto handle = checked_handle(ask.arguments[0]);
  if (!handle) return then(problem(handle.error()));
  auto change = priority_from(std::move(*handle), ask.request.body);
  if (!change) return then(problem(change.error()));
  make_call(world, ask, std::move(*change), std::move(then));
}

void stream_events(World& world, Ask ask, Then then) {
  auto after = resume_point(ask);
  if (!after) return then(problem(after.error()));
  EventHub::Wanted wanted{ask.caller.owner, "", *after};
  if (const auto text = ask.target.value("handle")) {
    auto handle = checked_handle(*text);
    if (!handle) return then(problem(handle.error()));
    wanted.handle = std::move(*handle);
  }
  HttpResponse response = with_body(200, "text/event-stream", "");
  response.stream = world.events.subscribe(std::move(wanted));
  then(std::move(response));
}

}  // namespace rft::api
