#include "api/receipt_stream.h"

#include <array>
#include <boost/json.hpp>
#include <utility>

#include "api/file_pages.h"
#include "api/render.h"

namespace rft::api {
namespace {

namespace json = boost::json;

// What the header tells of the request, by the names of its record. Patterns are left out: they
// may be long, and what they chose is listed.
constexpr std::array<std::string_view, 13> request_facts{
    "handle", "id",    "owner",        "kind",         "source",     "destination", "status",
    "fault",  "label", "submitted_at", "committed_at", "started_at", "finished_at"};

json::object facts_of(const Found& found) {
  json::object record = render_record(found);
  json::object facts;
  for (const std::string_view name : request_facts) facts[name] = std::move(record[name]);
  json::object& options = record["options"].as_object();
  options.erase("include");
  options.erase("exclude");
  facts["options"] = std::move(options);
  return facts;
}

receipt::File line_of(const FileEntry& entry, const File& part) {
  receipt::File line;
  line.source = entry.source.text();
  line.destination = entry.destination.text();
  line.is_folder = entry.is_folder;
  line.status = word(entry.status);
  line.size = entry.size;
  if (entry.checksum) line.checksum = entry.checksum->algorithm + ":" + entry.checksum->value;
  line.verdict = word(entry.verdict);
  line.adopted = entry.adopted;
  line.attempts = part.attempts;
  line.started_at = part.started_at;
  line.finished_at = part.finished_at;
  line.fault = entry.fault;
  return line;
}

class ReceiptStream : public BodyStream, public std::enable_shared_from_this<ReceiptStream> {
 public:
  ReceiptStream(Engine& engine, const Found& found, receipt::SigningKey key, Places::Place place)
      : engine_(engine),
        request_(found.transfer.request),
        version_(found.transfer.file.version),
        whole_(is_whole(found.transfer.file)),
        writer_(std::move(key)),
        place_(std::move(place)) {}

  void begin(const Found& found, WallTime now) { push(writer_.header(facts_of(found), now)); }

 protected:
  void drained() override {
    if (reading_) return;
    reading_ = true;
    if (read_all_) return look_again();
    engine_.parts(request_.owner, request_.handle, read_up_to_, parts_per_chunk, std::nullopt,
                  [weak = weak_from_this()](const Result<std::vector<Transfer>>& parts) {
                    if (auto self = weak.lock()) self->take(parts);
                  });
  }

 private:
  void take(const Result<std::vector<Transfer>>& parts) {
    reading_ = false;
    if (!parts) return break_off(parts.error());
    std::string lines;
    for (const Transfer& part : *parts) {
      read_up_to_ = part.request.number;
      // A receipt says what was delivered, and what failed of it.
      if (is_removal(part.request)) continue;
      if (keeps_folders(part.request) && part.file.status != Status::failed) continue;
      if (part.file.kind == Kind::listing && part.file.status != Status::done) complete_ = false;
      for (const auto& entry : entries_of(part)) {
        if (entry) lines += writer_.file(line_of(*entry, part.file));
      }
    }
    read_all_ = !whole_ || parts->size() < parts_per_chunk;
    if (lines.empty()) return drained();
    push(lines);
  }

  // What was read in pieces is one state only if nothing changed meanwhile.
  void look_again() {
    engine_.find(request_.owner, request_.handle,
                 [weak = weak_from_this()](const Result<Found>& found) {
                   if (auto self = weak.lock()) self->end(found);
                 });
  }

  void end(const Result<Found>& found) {
    if (!found) return break_off(found.error());
    const Transfer& now = found->transfer;
    if (now.request.id != request_.id || now.file.version != version_) {
      return break_off({Code::wrong_state,
                        "the request changed while its receipt was being made; ask again once it "
                        "has ended"});
    }
    const auto seal = writer_.seal(complete_);
    if (!seal) return break_off(seal.error());
    push(*seal);
    finish();
  }

  void break_off(const Error& error) {
    push(json::serialize(json::object{{"code", entry(error.code).word}, {"detail", error.detail}}) +
         "\n");
    finish();
  }

  Engine& engine_;
  Request request_;
  std::uint64_t version_;
  bool whole_;
  receipt::Writer writer_;
  Places::Place place_;
  std::uint64_t read_up_to_ = 0;
  bool reading_ = false;
  bool read_all_ = false;
  bool complete_ = true;
};

}  // namespace

std::shared_ptr<BodyStream> make_receipt(Engine& engine, const Found& found,
                                         receipt::SigningKey key, WallTime now,
                                         Places::Place place) {
  auto stream = std::make_shared<ReceiptStream>(engine, found, std::move(key), std::move(place));
  stream->begin(found, now);
  return stream;
}

}  // namespace rft::api
