#include "api/render.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>

namespace rft::api {
namespace {

namespace json = boost::json;

json::value or_null(const std::optional<WallTime>& time) {
  return time ? json::value(to_rfc3339(*time)) : json::value(nullptr);
}
json::value or_null(const std::optional<std::uint64_t>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

json::value or_null(const std::optional<Fault>& fault) {
  if (!fault) return nullptr;
  return json::object{{"code", word(fault->code)},   {"side", word(fault->side)},
                      {"doing", word(fault->doing)}, {"reply", fault->reply},
                      {"detail", fault->detail},     {"remedy", word(entry(fault->code).remedy)},
                      {"sentence", sentence(*fault)}};
}

// What the record and the short status both say of a transfer's progress.
struct Figures {
  std::uint64_t confirmed = 0;
  std::uint64_t sent = 0;
  std::optional<std::uint64_t> size;
  std::uint64_t rate = 0;
  std::uint32_t streams = 0;
  Doing doing = Doing::nothing;
  std::uint64_t given_up = 0;  // bytes of `size` that will not be confirmed
  bool grows = false;          // `size` is not all of it yet
};

// Of a request of many files: sums over them.
void put_stored_sums(Figures& figures, const Tally& sums) {
  if (sums.bytes > 0) figures.size = sums.bytes;
  figures.confirmed = sums.bytes_done;
  figures.given_up = sums.bytes_failed + sums.bytes_skipped;
  figures.grows = figures.grows || sums.unsized > 0;
}

Figures figures_of(const Found& found) {
  const File& file = found.transfer.file;
  Figures figures;
  if (file.source_facts) figures.size = file.source_facts->size;
  if (file.status == Status::done) figures.size = file.size;
  figures.confirmed = file.status == Status::done ? file.size : file.part.confirmed.bytes();
  figures.sent = file.bytes_sent + file.epoch_sent;
  figures.streams = file.streams;
  figures.grows = found.listing;
  if (is_whole(file)) put_stored_sums(figures, file.tally);
  if (found.live && file.status == Status::active) {
    figures.confirmed = found.live->bytes_confirmed;
    figures.sent = found.live->bytes_sent;
    figures.rate = found.live->rate;
    figures.streams = found.live->streams;
    figures.doing = found.live->doing;
  }
  if (is_plan(found.transfer.request)) figures.confirmed = 0;
  if (is_whole(file)) figures.sent = file.tally.bytes_sent;
  return figures;
}

// Where more may be found, it is the least.
std::optional<std::uint64_t> eta(const Figures& figures) {
  const std::uint64_t settled = figures.confirmed + figures.given_up;
  if (!figures.size || figures.rate == 0 || settled >= *figures.size) return {};
  const double seconds =
      static_cast<double>(*figures.size - settled) / static_cast<double>(figures.rate);
  constexpr double most = 1e15;  // seconds; a double holds it exactly
  return seconds < most ? std::optional(static_cast<std::uint64_t>(std::ceil(seconds)))
                        : std::nullopt;
}

json::value render(const std::optional<Checksum>& checksum, Verdict verdict) {
  if (!checksum && verdict == Verdict::none) return nullptr;
  json::object object{{"algorithm", nullptr}, {"value", nullptr}, {"verdict", word(verdict)}};
  if (checksum) {
    object["algorithm"] = checksum->algorithm;
    object["value"] = checksum->value;
  }
  return object;
}

std::string text_of(const WantedChecksum& wanted) {
  return wanted.value.empty() ? wanted.algorithm : wanted.algorithm + ":" + wanted.value;
}

json::array words_of(const Preserve& preserve) {
  json::array words;
  if (preserve.mode) words.emplace_back("mode");
  if (preserve.times) words.emplace_back("times");
  return words;
}

// Those that are not as by default, by the names and in the form in which they are asked for.
json::object render(const Options& options) {
  const Options usual;
  json::object set;
  if (options.existing != usual.existing) set["existing"] = word(options.existing);
  if (options.checksum != usual.checksum) set["checksum"] = text_of(options.checksum);
  if (options.verify != usual.verify) set["verify"] = word(options.verify);
  if (options.publish != usual.publish) set["publish"] = word(options.publish);
  if (options.data_channel) set["data_channel"] = word(*options.data_channel);
  if (options.resume != usual.resume) set["resume"] = word(options.resume);
  if (options.finish_by) set["finish_by"] = to_rfc3339(*options.finish_by);
  if (options.max_tries) set["max_tries"] = *options.max_tries;
  if (!options.label.empty()) set["label"] = options.label;
  if (options.streams_max) set["streams_max"] = *options.streams_max;
  if (options.parents != usual.parents) set["parents"] = word(options.parents);
  if (options.sync != usual.sync) set["sync"] = word(options.sync);
  if (options.preserve.any()) set["preserve"] = words_of(options.preserve);
  if (options.links != usual.links) set["links"] = word(options.links);
  if (options.act != usual.act) set["act"] = word(options.act);
  if (options.skip_errors) set["skip_errors"] = true;
  if (options.all_or_none) set["all_or_none"] = true;
  if (options.delete_extra) set["delete_extra"] = true;
  if (!options.include.empty()) set["include"] = json::value_from(options.include);
  if (!options.exclude.empty()) set["exclude"] = json::value_from(options.exclude);
  if (options.source_credential) set["source_credential"] = options.source_credential->text();
  if (options.destination_credential) {
    set["destination_credential"] = options.destination_credential->text();
  }
  return set;
}

// Parts that were just born may be at work before their request's sums have them.
std::uint64_t less(std::uint64_t from, std::uint64_t what) {
  return from > what ? from - what : 0;
}

json::value files_of(const Found& found) {
  const File& file = found.transfer.file;
  if (!is_whole(file)) return nullptr;
  const Tally& sums = file.tally;
  const bool plan = is_plan(found.transfer.request);
  const Live now = found.live.value_or(Live{});
  const std::uint64_t total = sums.files - sums.listings;
  return json::object{{"total", total},
                      {"waiting", less(total - sums.ended(), now.files_active)},
                      {"active", now.files_active},
                      {"done", plan ? 0 : sums.done},
                      {"failed", sums.failed},
                      {"skipped", sums.skipped},
                      {"would_move", plan ? sums.done : 0},
                      {"deleted", plan ? 0 : sums.deleted},
                      {"would_delete", plan ? sums.deleted : 0},
                      {"bytes", sums.bytes},
                      {"bytes_waiting", less(sums.bytes - sums.bytes_ended(), now.bytes_active)},
                      {"bytes_active", now.bytes_active},
                      {"bytes_done", plan ? 0 : sums.bytes_done},
                      {"bytes_failed", sums.bytes_failed},
                      {"bytes_skipped", sums.bytes_skipped},
                      {"bytes_would_move", plan ? sums.bytes_done : 0},
                      {"listing", found.listing}};
}

void add_figures(json::object& object, const Found& found, const Figures& figures) {
  object["bytes_confirmed"] = figures.confirmed;
  object["bytes_sent"] = figures.sent;
  object["size"] = or_null(figures.size);
  object["rate"] = figures.rate;
  object["eta"] = or_null(eta(figures));
  object["eta_is_least"] = figures.grows;
  object["streams"] = figures.streams;
  object["doing"] = word(figures.doing);
  object["kind"] = word(found.transfer.file.kind);
  object["files"] = files_of(found);
}

// Of many files what is on its way cannot be told from what is sent again before all have ended.
std::uint64_t resent(const File& file, const Figures& figures) {
  const bool known = !is_whole(file) || is_final(file.status);
  return known ? less(figures.sent, figures.confirmed) : 0;
}

bool stopping(const File& file) {
  return stage(file) == Stage::stopping;
}

json::object render(const Attempt& attempt) {
  return {{"epoch", attempt.epoch},
          {"mover", attempt.mover},
          {"started_at", to_rfc3339(attempt.started_at)},
          {"ended_at", or_null(attempt.ended_at)},
          {"bytes_resumed", attempt.bytes_resumed},
          {"bytes_sent", attempt.bytes_sent},
          {"flow_end", word(attempt.end)},
          {"fault", or_null(attempt.fault)}};
}

json::object render(const FileEntry& entry) {
  return {{"source", entry.source.text()},
          {"destination", entry.destination.text()},
          {"kind", entry.is_folder ? "folder" : "file"},
          {"status", word(entry.status)},
          {"size", or_null(entry.size)},
          {"checksum", render(entry.checksum, entry.verdict)},
          {"adopted", entry.adopted},
          {"fault", or_null(entry.fault)}};
}

}  // namespace

json::object render(const Yes& yes) {
  return {{"handle", yes.handle},
          {"status", word(yes.status)},
          {"stopping", yes.stopping},
          {"created", yes.created},
          {"priority", yes.priority}};
}

json::object render_refusal(std::string_view handle, const Error& error) {
  json::object object;
  object["handle"] = handle.empty() ? json::value(nullptr) : json::value(handle);
  object["error"] = json::object{{"code", entry(error.code).word},
                                 {"detail", error.detail},
                                 {"status", entry(error.code).http}};
  return object;
}

json::object render_chunk(std::uint64_t lines, const Answer& answer) {
  if (answer) return {{"lines", lines}, {"added", answer->added}, {"files", answer->files}};
  const Error& error = answer.error();
  json::object refused{
      {"lines", lines}, {"code", entry(error.code).word}, {"detail", error.detail}};
  if (error.line > 0) refused["line"] = error.line;
  return refused;
}

json::object render_refused_line(std::uint64_t line, const Error& error) {
  return {{"line", line}, {"code", entry(error.code).word}, {"detail", error.detail}};
}

json::object render_record(const Found& found) {
  const Request& request = found.transfer.request;
  const File& file = found.transfer.file;
  const Figures figures = figures_of(found);
  json::object object{{"handle", request.handle},
                      {"id", request.id.text()},
                      {"owner", request.owner},
                      {"source", request.source.text()},
                      {"destination", request.destination.text()},
                      {"priority", file.priority},
                      {"status", word(file.status)},
                      {"stopping", stopping(file)},
                      {"hold", word(file.hold)},
                      {"hold_detail", file.hold_detail},
                      {"not_before", or_null(file.not_before)},
                      {"fault", or_null(file.fault)},
                      {"attempts", file.attempts},
                      {"epoch", file.epoch}};
  add_figures(object, found, figures);
  object["bytes_resent"] = resent(file, figures);
  object["checksum"] = render(file.checksum, file.verdict);
  object["adopted"] = file.adopted;
  object["skipped"] = file.skipped;
  object["label"] = request.options.label;
  object["options"] = render(request.options);
  object["submitted_at"] = to_rfc3339(request.submitted_at);
  object["committed_at"] = or_null(file.committed_at);
  object["started_at"] = or_null(file.started_at);
  object["finished_at"] = or_null(file.finished_at);
  return object;
}

json::object render_status(const Found& found) {
  const File& file = found.transfer.file;
  json::object object{{"handle", found.transfer.request.handle},
                      {"status", word(file.status)},
                      {"stopping", stopping(file)},
                      {"hold", word(file.hold)},
                      {"hold_detail", file.hold_detail},
                      {"fault", or_null(file.fault)}};
  add_figures(object, found, figures_of(found));
  return object;
}

json::object render_page(const std::vector<Found>& transfers, const std::string& next) {
  json::array records;
  for (const Found& found : transfers) records.push_back(render_record(found));
  json::object object;
  object["transfers"] = std::move(records);
  object["next"] = next.empty() ? json::value(nullptr) : json::value(next);
  return object;
}

json::object render(const FilePage& page) {
  json::array files;
  for (const FileEntry& entry : page.files) files.push_back(render(entry));
  json::object object;
  object["files"] = std::move(files);
  object["next"] = page.next ? json::value(page.next->text()) : json::value(nullptr);
  return object;
}

json::object render(const std::string& handle, const Why& why) {
  return {
      {"handle", handle},           {"status", word(why.status)},  {"hold", word(why.hold)},
      {"sentence", why.sentence},   {"until", or_null(why.until)}, {"ahead", or_null(why.ahead)},
      {"fault", or_null(why.fault)}};
}

json::object render(const Event& event) {
  return {
      {"seq", event.seq},         {"at", to_rfc3339(event.at)}, {"who", event.who},
      {"what", event.what},       {"why", event.why},           {"status", word(event.status)},
      {"hold", word(event.hold)}, {"epoch", event.epoch},       {"fault", or_null(event.fault)}};
}

json::object render(const History& history) {
  json::array events;
  json::array attempts;
  for (const Event& event : history.events) events.push_back(render(event));
  for (const Attempt& attempt : history.attempts) attempts.push_back(render(attempt));
  json::object object;
  object["events"] = std::move(events);
  object["attempts"] = std::move(attempts);
  return object;
}

json::object render(const CredentialFacts& facts) {
  return {{"id", facts.id.text()},
          {"kind", word(facts.kind)},
          {"subject", facts.subject},
          {"endpoint", facts.endpoint ? json::value(facts.endpoint->text()) : json::value(nullptr)},
          {"not_after", or_null(facts.not_after)},
          {"path", facts.path},
          {"added_at", to_rfc3339(facts.added_at)},
          {"renewed_at", to_rfc3339(facts.renewed_at)}};
}

json::object render(const std::vector<Engine::LinkFigures>& links,
                    const std::vector<Engine::EndpointFigures>& endpoints) {
  json::array all_links;
  for (const auto& link : links) {
    all_links.push_back(json::object{{"source", link.source.text()},
                                     {"destination", link.destination.text()},
                                     {"active", link.active},
                                     {"waiting", link.waiting},
                                     {"rate", link.rate}});
  }
  json::array all_endpoints;
  for (const auto& one : endpoints) {
    all_endpoints.push_back(json::object{{"endpoint", one.endpoint.text()},
                                         {"down", one.down},
                                         {"down_since", or_null(one.down_since)},
                                         {"next_probe", or_null(one.next_probe)},
                                         {"fault", or_null(one.fault)}});
  }
  json::object object;
  object["links"] = std::move(all_links);
  object["endpoints"] = std::move(all_endpoints);
  return object;
}

std::string render_sse(const Event& event) {
  json::object data = render(event);
  data["handle"] = event.handle;
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", event.seq, event.what,
                     json::serialize(data));
}

}  // namespace rft::api
