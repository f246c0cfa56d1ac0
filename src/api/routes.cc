#include "api/routes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "api/file_routes.h"
#include "api/limit_routes.h"
#include "api/receipt_routes.h"
#include "api/service_routes.h"
#include "api/transfer_routes.h"
#include "base/text.h"
#include "base/words.h"

namespace rft::api {
namespace {

constexpr std::array<std::string_view, 5> medias{"", "application/json", "application/x-ndjson",
                                                 "text/event-stream", "text/plain"};

const std::vector<Code> submit_refusals{Code::invalid_request,
                                        Code::unknown_field,
                                        Code::missing_field,
                                        Code::invalid_handle,
                                        Code::invalid_url,
                                        Code::unsupported_scheme,
                                        Code::url_has_user_info,
                                        Code::same_source_and_destination,
                                        Code::invalid_priority,
                                        Code::invalid_option,
                                        Code::unknown_option,
                                        Code::no_such_credential,
                                        Code::idempotency_key_reused,
                                        Code::too_large,
                                        Code::handle_in_use,
                                        Code::wrong_state,
                                        Code::finish_by_passed,
                                        Code::storage_full};
const std::vector<Code> read_refusals{Code::invalid_request, Code::invalid_handle,
                                      Code::no_such_transfer};
const std::vector<Code> change_refusals{
    Code::invalid_request,        Code::unknown_field, Code::invalid_handle, Code::no_such_transfer,
    Code::idempotency_key_reused, Code::wrong_state,   Code::storage_full};
const std::vector<Code> commit_refusals{Code::invalid_request,        Code::unknown_field,
                                        Code::invalid_handle,         Code::no_such_transfer,
                                        Code::idempotency_key_reused, Code::wrong_state,
                                        Code::finish_by_passed,       Code::storage_full};
const std::vector<Code> priority_refusals{
    Code::invalid_request,        Code::unknown_field,    Code::missing_field,
    Code::invalid_handle,         Code::invalid_priority, Code::no_such_transfer,
    Code::idempotency_key_reused, Code::wrong_state,      Code::storage_full};

std::vector<Route> submission_table() {
  using enum Right;
  return {
      {.method = "POST",
       .pattern = "/v1/transfers",
       .right = change,
       .function = submit_transfer,
       .name = "submitTransferRequest",
       .says = "Submit a transfer; with commit, commit it in the same durable step.",
       .request = "SubmitRequest",
       .answer = "Answer",
       .yes = {201, 200},
       .refusals = submit_refusals},
      {.method = "POST",
       .pattern = "/v1/transfers:batch",
       .right = change,
       .function = submit_batch,
       .name = "submitBatch",
       .says = "Submit any number of transfers, one a line; each line is answered by a line, in "
               "order, while the batch still comes.",
       .request = "SubmitRequest",
       .answer = "BatchAnswer",
       .media = Media::ndjson,
       .refusals = {Code::invalid_request},
       .streams_body = true},
  };
}

std::vector<Route> reading_table() {
  using enum Right;
  return {
      {.method = "GET",
       .pattern = "/v1/transfers",
       .right = read,
       .function = list_transfers,
       .name = "listTransfers",
       .says = "The caller's transfers, newest submission first.",
       .answer = "RecordPage",
       .query = {{"status",
                  "only those stored with this status; a list or a tree whose files have begun is "
                  "stored as active, also where it is shown as committed, for all of them wait"},
                 {"after", "`next` of the page before"},
                 {"limit", "1 to 1000; 100 where absent"}},
       .refusals = {Code::invalid_request, Code::unknown_status}},
      {.method = "GET",
       .pattern = "/v1/transfers/{handle}",
       .right = read,
       .function = get_transfer,
       .name = "listTransferRequest",
       .says = "The whole record.",
       .answer = "Record",
       .refusals = read_refusals},
      {.method = "GET",
       .pattern = "/v1/transfers/{handle}/status",
       .right = read,
       .function = get_status,
       .name = "checkStatusRequest",
       .says = "How it stands, in short.",
       .answer = "Status",
       .query = {{"end_within",
                  "milliseconds, 1 to 10000: the answer waits until the transfer has ended, for so "
                  "long at most"}},
       .refusals = read_refusals},
      {.method = "GET",
       .pattern = "/v1/transfers/{handle}/history",
       .right = read,
       .function = get_history,
       .name = "getHistory",
       .says = "Every change and every try.",
       .answer = "History",
       .query = {{"id", "an earlier life of the handle: the `id` of its record"}},
       .refusals = read_refusals},
      {.method = "GET",
       .pattern = "/v1/transfers/{handle}/why",
       .right = read,
       .function = get_why,
       .name = "explain",
       .says = "Why it is where it is.",
       .answer = "Why",
       .refusals = read_refusals},
      {.method = "GET",
       .pattern = "/v1/events",
       .right = read,
       .function = stream_events,
       .name = "streamEvents",
       .says = "Server-sent events: each change of the caller's transfers as it happens. `id` is "
               "the event's seq; Last-Event-ID resumes.",
       .answer = "Event",
       .media = Media::event_stream,
       .query = {{"handle", "only of this handle"}, {"after", "those after this seq first"}},
       .refusals = {Code::invalid_request, Code::invalid_handle}},
  };
}

std::vector<Route> file_table() {
  using enum Right;
  return {
      {.method = "POST",
       .pattern = "/v1/transfers/{handle}/files",
       .right = change,
       .function = add_files,
       .name = "addFiles",
       .says = "More files for a list that is not committed yet, one a line, any number; a file "
               "that it has already counts once. Added in chunks of up to 10000 lines, each "
               "durable before it is answered, while the body still comes. Of a chunk with a file "
               "for whose destination the request has another source or checksum nothing is added "
               "(destination_twice).",
       .request = "FileRequest",
       .answer = "FilesAnswer",
       .media = Media::ndjson,
       .refusals = {Code::invalid_request, Code::invalid_handle, Code::no_such_transfer,
                    Code::wrong_state},
       .streams_body = true},
      {.method = "GET",
       .pattern = "/v1/transfers/{handle}/files",
       .right = read,
       .function = get_files,
       .name = "listFiles",
       .says = "The files of a request, about in the order in which they became known.",
       .answer = "FilePage",
       .query = {{"status", "only those of this status"},
                 {"after", "`next` of the page before"},
                 {"limit",
                  "1 to 1000; 100 where absent. A page may have fewer, even none, and "
                  "yet a `next`"}},
       .refusals = {Code::invalid_request, Code::invalid_handle, Code::no_such_transfer,
                    Code::unknown_status}},
      {.method = "GET",
       .pattern = "/v1/transfers/{handle}/receipt",
       .right = read,
       .function = get_receipt,
       .name = "getReceipt",
       .says = "The signed receipt of a request that has ended: a header, a line for each file, a "
               "seal; docs/receipt.md states their bytes. wrong_state where it has not ended.",
       .answer = "ReceiptLine",
       .media = Media::ndjson,
       .refusals = {Code::invalid_handle, Code::no_such_transfer, Code::wrong_state, Code::busy,
                    Code::bad_state}},
  };
}

std::vector<Route> changing_table() {
  using enum Right;
  return {
      {.method = "POST",
       .pattern = "/v1/transfers/{handle}/commit",
       .right = change,
       .function = commit_transfer,
       .name = "commitTransferRequest",
       .says = "Queue it; of a failed or stopped one, queue it again.",
       .answer = "Answer",
       .refusals = commit_refusals},
      {.method = "POST",
       .pattern = "/v1/transfers/{handle}/stop",
       .right = change,
       .function = stop_transfer,
       .name = "userStopTransferRequest",
       .says = "Stop it and keep what has arrived.",
       .answer = "Answer",
       .refusals = change_refusals},
      {.method = "POST",
       .pattern = "/v1/transfers/{handle}/priority",
       .right = change,
       .function = change_priority,
       .name = "changePriorityRequest",
       .says = "Another place in its owner's queue.",
       .request = "PriorityRequest",
       .answer = "Answer",
       .refusals = priority_refusals},
      {.method = "DELETE",
       .pattern = "/v1/transfers/{handle}",
       .right = change,
       .function = clear_transfer,
       .name = "clearRecordRequest",
       .says = "Clear the record of a transfer that neither waits nor runs.",
       .answer = "Answer",
       .refusals = change_refusals},
  };
}

std::vector<Route> credential_table() {
  using enum Right;
  return {
      {.method = "POST",
       .pattern = "/v1/credentials",
       .right = change,
       .function = add_credential,
       .name = "addCredential",
       .says = "Hand over a credential. The same owner, identity and path, or endpoint and user, "
               "renew it.",
       .request = "CredentialRequest",
       .answer = "Credential",
       .yes = {201, 200},
       .refusals = {Code::invalid_request, Code::unknown_field, Code::missing_field,
                    Code::invalid_url, Code::unsupported_scheme, Code::invalid_credential,
                    Code::credential_expired, Code::too_large, Code::storage_full}},
      {.method = "GET",
       .pattern = "/v1/credentials",
       .right = read,
       .function = list_credentials,
       .name = "listCredentials",
       .says = "The caller's credentials, never their secrets.",
       .answer = "CredentialList"},
      {.method = "DELETE",
       .pattern = "/v1/credentials/{id}",
       .right = change,
       .function = remove_credential,
       .name = "removeCredential",
       .says = "Forget a credential.",
       .media = Media::none,
       .yes = {204},
       .refusals = {Code::no_such_credential, Code::credential_in_use, Code::storage_full}},
  };
}

std::vector<Route> service_table() {
  using enum Right;
  return {
      {.method = "GET",
       .pattern = "/v1/links",
       .right = read,
       .function = get_links,
       .name = "getLinks",
       .says = "The caller's links, and the endpoints as the breaker sees them.",
       .answer = "Links"},
      {.method = "GET",
       .pattern = "/v1/service",
       .right = read,
       .function = get_service,
       .name = "getService",
       .says = "The public key with which the service signs its receipts.",
       .answer = "Service",
       .refusals = {Code::bad_state}},
      {.method = "GET",
       .pattern = "/v1/version",
       .right = none,
       .function = get_version,
       .name = "getVersion",
       .says = "Which service this is.",
       .answer = "Version"},
      {.method = "GET",
       .pattern = "/v1/openapi.json",
       .right = none,
       .function = get_openapi,
       .name = "getOpenapi",
       .says = "This document.",
       .media = Media::json},
      {.method = "GET",
       .pattern = "/healthz",
       .right = none,
       .function = get_health,
       .name = "getHealth",
       .says = "The process lives.",
       .answer = "Health"},
      {.method = "GET",
       .pattern = "/readyz",
       .right = none,
       .function = get_readiness,
       .name = "getReadiness",
       .says = "The database is open and its work was read.",
       .answer = "Health"},
      {.method = "GET",
       .pattern = "/metrics",
       .right = read,
       .function = get_metrics,
       .name = "getMetrics",
       .says = "Figures of the whole service, for Prometheus.",
       .media = Media::text},
  };
}

std::vector<Route> whole_table() {
  std::vector<Route> table;
  for (const auto part : {submission_table, reading_table, file_table, changing_table,
                          credential_table, limit_table, service_table}) {
    for (Route& route : part()) table.push_back(std::move(route));
  }
  return table;
}

// The segments that stand for {...}, where the path fits the pattern.
std::optional<std::vector<std::string>> fit(std::string_view pattern,
                                            const std::vector<std::string>& path) {
  std::vector<std::string> arguments;
  std::size_t at = 0;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);  // its '/'
    const std::string_view segment = pattern.substr(0, pattern.find('/'));
    if (at == path.size()) return std::nullopt;
    if (segment.starts_with('{')) {
      arguments.push_back(path[at]);
    } else if (segment != path[at]) {
      return std::nullopt;
    }
    pattern.remove_prefix(segment.size());
    ++at;
  }
  if (at < path.size()) return std::nullopt;
  return arguments;
}

}  // namespace

std::string_view word(Media media) {
  return word_of(media, medias);
}

const std::vector<Route>& routes() {
  static const std::vector<Route> table = whole_table();
  return table;
}

Result<Match> match(std::string_view method, const std::vector<std::string>& path) {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  bool known = false;
  for (const Route& route : routes()) {
    auto arguments = fit(route.pattern, path);
    if (!arguments) continue;
    if (route.method == wanted) return Match{&route, std::move(*arguments)};
    known = true;
  }
  const std::string shown = printable(fmt::format("/{}", fmt::join(path, "/")), 256);
  if (known) {
    return fail(Code::method_not_allowed, fmt::format("{} does not take {}; it takes {}", shown,
                                                      printable(method, 32), allowed(path)));
  }
  return fail(Code::no_such_route,
              fmt::format("there is no {}; GET /v1/openapi.json tells what there is", shown));
}

std::string allowed(const std::vector<std::string>& path) {
  std::vector<std::string_view> methods;
  for (const Route& route : routes()) {
    if (!fit(route.pattern, path)) continue;
    methods.push_back(route.method);
    if (route.method == "GET") methods.push_back("HEAD");
  }
  return fmt::format("{}", fmt::join(methods, ", "));
}

}  // namespace rft::api
