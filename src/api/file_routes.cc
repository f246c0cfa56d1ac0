#include "api/file_routes.h"

#include <fmt/format.h>

#include "api/answers.h"
#include "api/file_intake.h"
#include "api/file_pages.h"
#include "api/render.h"
#include "api/transfer_routes.h"
#include "base/text.h"

namespace rft::api {
namespace {

constexpr std::size_t shown_max = 64;

HttpResponse take_in(World& world, const Ask& ask, const Request& list) {
  auto place = world.batches.take(ask.caller.owner);
  if (!place) {
    return problem({Code::busy, "too many batches are being taken in; let one of them end"});
  }
  BatchBodies bodies = make_file_intake(world.engine, ask.caller, list, ask.key, std::move(*place));
  HttpResponse response = with_body(200, std::string(word(Media::ndjson)), "");
  response.stream = std::move(bodies.answers);
  response.taker = std::move(bodies.lines);
  return response;
}

Result<FileQuery> file_query(const Ask& ask) {
  auto handle = checked_handle(ask.arguments[0]);
  if (!handle) return tl::unexpected(handle.error());
  FileQuery query{ask.caller.owner, std::move(*handle), {}, {}, {}};
  if (const auto status = ask.target.value("status")) {
    query.status = file_status_of(*status);
    if (!query.status) {
      return fail(Code::unknown_status,
                  fmt::format("a file has no status '{}'; it is one of {}",
                              printable(*status, shown_max), fmt::join(file_status_words, ", ")));
    }
  }
  if (const auto after = ask.target.value("after")) {
    query.after = FileCursor::parse(*after);
    if (!query.after) {
      return fail(Code::invalid_request, "after must be `next` of the page before");
    }
  }
  const auto limit = page_limit(ask);
  if (!limit) return tl::unexpected(limit.error());
  query.limit = *limit;
  return query;
}

}  // namespace

// Where nothing can be added the request is refused before a line is read; the core tells, asked
// with no files. Under a key the chunks get their first answers again, whatever is true now.
void add_files(World& world, Ask ask, Then then) {
  auto handle = checked_handle(ask.arguments[0]);
  if (!handle) return then(problem(handle.error()));
  const std::string owner = ask.caller.owner;
  world.engine.find(owner, *handle, [&world, ask = std::move(ask), then](Result<Found> found) {
    if (!found) return then(problem(found.error()));
    const Request& list = found->transfer.request;
    const bool may_repeat = !ask.key.empty() && found->transfer.file.kind == Kind::list;
    if (may_repeat) return then(take_in(world, ask, list));
    world.engine.call(ask.caller, AddFiles{list.handle, {}}, "",
                      [&world, ask, list, then](const Answer& answer) {
                        then(answer ? take_in(world, ask, list) : problem(answer.error()));
                      });
  });
}

void get_files(World& world, Ask ask, Then then) {
  auto query = file_query(ask);
  if (!query) return then(problem(query.error()));
  read_files(world.engine, std::move(*query), [then](const Result<FilePage>& page) {
    then(page ? with_json(200, render(*page)) : problem(page.error()));
  });
}

}  // namespace rft::api
