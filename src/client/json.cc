#include "client/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "client/limit_json.h"

namespace rft::client {
namespace {

namespace json = boost::json;
using rft::client::fill;

constexpr std::size_t depth_max = 32;
constexpr std::size_t shown_max = 200;  // of an answer that is not understood

const json::value* member(const json::object& from, std::string_view name) {
  return from.if_contains(name);
}

std::string text(const json::object& from, std::string_view name) {
  const json::value* value = member(from, name);
  if (!value || !value->is_string()) return {};
  return std::string(value->get_string());
}

bool flag(const json::object& from, std::string_view name) {
  const json::value* value = member(from, name);
  return value && value->is_bool() && value->get_bool();
}

// Numbers may come as an integer or, for rates and ETAs, as a fraction.
std::optional<double> real(const json::object& from, std::string_view name) {
  const json::value* value = member(from, name);
  if (!value || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

std::optional<std::uint64_t> number(const json::object& from, std::string_view name) {
  const json::value* value = member(from, name);
  if (!value || !value->is_number()) return std::nullopt;
  json::error_code ec;
  const auto exact = value->to_number<std::uint64_t>(ec);
  if (!ec) return exact;
  const double inexact = value->to_number<double>();
  if (!(inexact >= 0) || inexact >= 0x1p63) return std::nullopt;
  return static_cast<std::uint64_t>(inexact);
}

std::uint64_t count(const json::object& from, std::string_view name) {
  return number(from, name).value_or(0);
}

// A fault stands as an object in a record, and as its code alone in a list.
std::string fault_code(const json::object& from, std::string_view name) {
  const json::value* value = member(from, name);
  if (value && value->is_object()) return text(value->get_object(), "code");
  return text(from, name);
}

const json::object* object(const json::object& from, std::string_view name) {
  const json::value* value = member(from, name);
  return value ? value->if_object() : nullptr;
}

std::optional<TransferFault> fault(const json::object& from) {
  const json::object* fault = object(from, "fault");
  if (!fault) return std::nullopt;
  return TransferFault{text(*fault, "code"),    text(*fault, "side"),   text(*fault, "doing"),
                       text(*fault, "reply"),   text(*fault, "detail"), text(*fault, "remedy"),
                       text(*fault, "sentence")};
}

std::optional<TransferChecksum> checksum(const json::object& from) {
  const json::object* checksum = object(from, "checksum");
  if (!checksum) return std::nullopt;
  return TransferChecksum{text(*checksum, "algorithm"), text(*checksum, "value"),
                          text(*checksum, "verdict")};
}

// As TransferSpec takes the value of an option.
std::string option_text(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (!value.is_array()) return json::serialize(value);
  std::string lines;
  for (const json::value& one : value.get_array()) {
    if (!one.is_string()) continue;
    if (!lines.empty()) lines += '\n';
    lines += std::string_view(one.get_string().data(), one.get_string().size());
  }
  return lines;
}

std::map<std::string, std::string> options(const json::object& from) {
  std::map<std::string, std::string> options;
  const json::object* given = object(from, "options");
  if (!given) return options;
  for (const auto& [name, value] : *given) {
    options[std::string(name)] = option_text(value);
  }
  return options;
}

void fill(TransferAnswer& out, const json::object& in) {
  out.handle = text(in, "handle");
  out.status = text(in, "status");
  out.stopping = flag(in, "stopping");
  out.created = flag(in, "created");
  out.priority = static_cast<int>(count(in, "priority"));
}

void fill(FileCounts& out, const json::object& in) {
  out.total = count(in, "total");
  out.waiting = count(in, "waiting");
  out.active = count(in, "active");
  out.done = count(in, "done");
  out.failed = count(in, "failed");
  out.skipped = count(in, "skipped");
  out.would_move = count(in, "would_move");
  out.deleted = count(in, "deleted");
  out.would_delete = count(in, "would_delete");
  out.bytes = count(in, "bytes");
  out.bytes_waiting = count(in, "bytes_waiting");
  out.bytes_active = count(in, "bytes_active");
  out.bytes_done = count(in, "bytes_done");
  out.bytes_failed = count(in, "bytes_failed");
  out.bytes_skipped = count(in, "bytes_skipped");
  out.bytes_would_move = count(in, "bytes_would_move");
  out.listing = flag(in, "listing");
}

void fill(TransferProgress& out, const json::object& in) {
  out.handle = text(in, "handle");
  out.status = text(in, "status");
  out.stopping = flag(in, "stopping");
  out.hold = text(in, "hold");
  out.hold_detail = text(in, "hold_detail");
  out.fault = fault(in);
  out.size = number(in, "size");
  out.bytes_confirmed = count(in, "bytes_confirmed");
  out.bytes_sent = count(in, "bytes_sent");
  out.rate = real(in, "rate").value_or(0);
  out.eta = number(in, "eta");
  out.eta_is_least = flag(in, "eta_is_least");
  out.streams = count(in, "streams");
  out.doing = text(in, "doing");
  out.kind = text(in, "kind");
  if (const json::object* files = object(in, "files")) fill(out.files.emplace(), *files);
}

void fill(TransferRecord& out, const json::object& in) {
  fill(static_cast<TransferProgress&>(out), in);
  out.id = text(in, "id");
  out.owner = text(in, "owner");
  out.source = text(in, "source");
  out.destination = text(in, "destination");
  out.priority = static_cast<int>(count(in, "priority"));
  out.attempts = count(in, "attempts");
  out.epoch = count(in, "epoch");
  out.bytes_resent = count(in, "bytes_resent");
  out.checksum = checksum(in);
  out.adopted = flag(in, "adopted");
  out.skipped = flag(in, "skipped");
  out.label = text(in, "label");
  out.options = options(in);
  out.not_before = text(in, "not_before");
  out.submitted_at = text(in, "submitted_at");
  out.committed_at = text(in, "committed_at");
  out.started_at = text(in, "started_at");
  out.finished_at = text(in, "finished_at");
}

void fill(FileRecord& out, const json::object& in) {
  out.source = text(in, "source");
  out.destination = text(in, "destination");
  out.kind = text(in, "kind");
  out.status = text(in, "status");
  out.size = number(in, "size");
  if (const auto proof = checksum(in)) {
    if (!proof->value.empty()) out.checksum = proof->algorithm + ":" + proof->value;
    out.verdict = proof->verdict;
  }
  out.adopted = flag(in, "adopted");
  out.fault = fault(in);
}

void fill(TransferEvent& out, const json::object& in) {
  out = {count(in, "seq"), text(in, "at"),     text(in, "who"),
         text(in, "what"), text(in, "why"),    text(in, "status"),
         text(in, "hold"), count(in, "epoch"), fault_code(in, "fault")};
}

void fill(TransferAttempt& out, const json::object& in) {
  out = {count(in, "epoch"),   text(in, "mover"),          text(in, "started_at"),
         text(in, "ended_at"), count(in, "bytes_resumed"), count(in, "bytes_sent"),
         text(in, "flow_end"), fault_code(in, "fault")};
}

void fill(LinkState& out, const json::object& in) {
  out = {text(in, "source"), text(in, "destination"), count(in, "active"), count(in, "waiting"),
         real(in, "rate").value_or(0)};
}

void fill(EndpointState& out, const json::object& in) {
  out = {text(in, "endpoint"), flag(in, "down"), text(in, "down_since"), text(in, "next_probe"),
         fault_code(in, "fault")};
}

void fill(TransferWhy& out, const json::object& in) {
  out.handle = text(in, "handle");
  out.status = text(in, "status");
  out.hold = text(in, "hold");
  out.sentence = text(in, "sentence");
  out.until = text(in, "until");
  out.ahead = number(in, "ahead");
  out.fault = fault(in);
}

void fill(StoredCredential& out, const json::object& in) {
  out = {text(in, "id"),       text(in, "kind"),       text(in, "subject"),
         text(in, "endpoint"), text(in, "not_after"),  text(in, "path"),
         text(in, "added_at"), text(in, "renewed_at"), {}};
}

void fill(ServicePublicKey& out, const json::object& in) {
  out.algorithm = text(in, "algorithm");
  out.public_key = text(in, "public_key");
  out.fingerprint = text(in, "fingerprint");
}

void fill(ServiceVersion& out, const json::object& in) {
  out.version = text(in, "version");
  out.api = text(in, "api");
  out.instance = text(in, "instance");
  out.pid = static_cast<std::int64_t>(count(in, "pid"));
}

// The objects of an array; each keeps its own document where its type has room for one.
template <class T>
std::vector<T> each(const json::object& from, std::string_view name) {
  std::vector<T> out;
  const json::value* value = member(from, name);
  if (!value || !value->is_array()) return out;
  for (const json::value& one : value->get_array()) {
    if (!one.is_object()) continue;
    T& last = out.emplace_back();
    fill(last, one.get_object());
    if constexpr (requires { last.json; }) last.json = json::serialize(one);
  }
  return out;
}

void fill(TransferHistory& out, const json::object& in) {
  out.events = each<TransferEvent>(in, "events");
  out.attempts = each<TransferAttempt>(in, "attempts");
}

void fill(Links& out, const json::object& in) {
  out.links = each<LinkState>(in, "links");
  out.endpoints = each<EndpointState>(in, "endpoints");
}

void fill(TransferPage& out, const json::object& in) {
  out.transfers = each<TransferRecord>(in, "transfers");
  out.next = text(in, "next");
}

void fill(FilePage& out, const json::object& in) {
  out.files = each<FileRecord>(in, "files");
  out.next = text(in, "next");
}

void fill(std::vector<StoredCredential>& out, const json::object& in) {
  out = each<StoredCredential>(in, "credentials");
}

void fill(std::vector<StoredLimit>& out, const json::object& in) {
  out = each<StoredLimit>(in, "limits");
}

std::optional<json::object> parse_object(std::string_view body) {
  json::parse_options options;
  options.max_depth = depth_max;
  json::error_code ec;
  json::value value = json::parse(json::string_view(body.data(), body.size()), ec, {}, options);
  if (ec || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

Code code_of_status(unsigned status) {
  switch (status) {
    case 401:
      return Code::not_authenticated;
    case 403:
      return Code::not_allowed;
    case 404:
      return Code::no_such_route;
    case 405:
      return Code::method_not_allowed;
    case 409:
      return Code::wrong_state;
    case 413:
      return Code::too_large;
    case 422:
      return Code::idempotency_key_reused;
    case 429:
      return Code::busy;
    case 503:
      return Code::unavailable;
    case 507:
      return Code::storage_full;
    default:
      return status < 500 ? Code::invalid_request : Code::internal;
  }
}

// `unknown`: for a code that this client does not know yet.
Error error_of(const json::object& document, Code unknown) {
  const std::string word = text(document, "code");
  std::string detail = text(document, "detail");
  if (detail.empty()) detail = text(document, "title");
  if (const auto code = code_of(word)) return {*code, std::move(detail)};
  return {unknown, fmt::format("{}: {}", word, detail)};
}

tl::unexpected<Error> not_understood(std::string_view body) {
  return fail(Code::internal, fmt::format("the service's answer is not understood: {}",
                                          printable(body, shown_max)));
}

}  // namespace

Error problem(unsigned status, std::string_view body) {
  const auto document = parse_object(body);
  if (!document) {
    return {code_of_status(status),
            fmt::format("HTTP status {}: {}", status, printable(body, shown_max))};
  }
  return error_of(*document, code_of_status(status));
}

Result<AddedFiles> read_added(std::string_view answer, std::size_t first, std::size_t sent) {
  AddedFiles out;
  std::uint64_t told = 0;
  for (std::string_view rest = answer; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const auto says = parse_object(line);
    if (!says) return not_understood(line);
    const auto refused = number(*says, "line");
    if (says->contains("lines") && says->contains("code")) {
      Error error = error_of(*says, Code::internal);
      if (refused) error.line = first + *refused;
      return tl::unexpected(std::move(error));
    }
    if (refused) {
      out.refused.push_back({first + *refused - 1, text(*says, "code"), text(*says, "detail")});
      continue;
    }
    if (says->contains("code")) return tl::unexpected(error_of(*says, Code::internal));
    told += count(*says, "lines");
    out.added += count(*says, "added");
    out.files = count(*says, "files");
  }
  if (told != sent) return not_understood(answer);
  return out;
}

template <class T>
Result<T> read(std::string_view body) {
  const auto document = parse_object(body);
  if (!document) return not_understood(body);
  T out{};
  fill(out, *document);
  if constexpr (requires { out.json; }) out.json = json::serialize(*document);
  return out;
}

template Result<TransferAnswer> read(std::string_view);
template Result<TransferProgress> read(std::string_view);
template Result<TransferRecord> read(std::string_view);
template Result<TransferPage> read(std::string_view);
template Result<FilePage> read(std::string_view);
template Result<TransferHistory> read(std::string_view);
template Result<TransferWhy> read(std::string_view);
template Result<Links> read(std::string_view);
template Result<StoredCredential> read(std::string_view);
template Result<std::vector<StoredCredential>> read(std::string_view);
template Result<StoredLimit> read(std::string_view);
template Result<std::vector<StoredLimit>> read(std::string_view);
template Result<ServicePublicKey> read(std::string_view);
template Result<ServiceVersion> read(std::string_view);

}  // namespace rft::client
