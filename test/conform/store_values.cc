#include "store_values.h"

#include "store/described.h"
#include "store/rows.h"
#include "wire/frame.h"

namespace rft {
// For comparisons alone; rows hold the octets.
static boost::json::value to_json(const Bundle& bundle) {
  return boost::json::string(base64(bundle.bytes_form()));
}

}  // namespace rft

namespace rft::conform {
namespace {

template <class T>
std::string json_of(const T& value) {
  return boost::json::serialize(codec::to_json(value));
}

File whole_file(std::uint64_t number) {
  File file;
  file.id = id(number * 10 + 1);
  file.version = 1;
  file.status = Status::active;
  file.stop_asked = true;
  file.priority = 71;
  file.rank = -5;
  file.pushed = true;
  file.hold = Hold::stopping;
  file.hold_detail = "until its mover says so: \xc3\xa9";
  file.not_before = at(1);
  file.held_since = at(2);
  file.epoch = 4'000'000'000;
  file.mover = "4f2a";
  file.heard = 1ULL << 63;
  file.attempts = 7;
  file.tries = 3;
  file.afresh = 2;
  file.mover_deaths = 1;
  file.budget_from = 4;
  file.most_confirmed = 300;
  file.part = {id(number * 10 + 2),
               {7, 6},
               FlowEnd::presumed,
               false,
               12s,
               at(3),
               true,
               RangeSet{{0, 100}, {200, 1ULL << 40}}};
  file.source_facts = FileFacts{1ULL << 41, "20261126070352", "fd01g4af"};
  file.intent = PublishIntent{{5, "20261126070353", "u"}, Checksum{"ADLER32", "0a0b0c0d"}};
  file.publish_ordered = true;
  file.final_name_is_ours = true;
  file.bytes_sent = ~0ULL;
  file.epoch_sent = 12;
  file.streams = 8;
  file.fault = Fault{FaultCode::stalled, Side::destination, Doing::move, "426 \"x\"\r\n", "30 s"};
  file.checksum = Checksum{"MD5", "d41d8cd98f00b204e9800998ecf8427e"};
  file.verdict = Verdict::size_only;
  file.adopted = true;
  file.size = 1ULL << 41;
  file.committed_at = at(4);
  file.started_at = at(5);
  file.finished_at = at(6);
  file.kind = Kind::bundle;
  file.life = 3;
  file.born = 17;
  file.tally = {9, 4, 3, 2, 1ULL << 40, 77};
  file.bundle = Bundle(
      {{"/a%20b", "/c", 5, {"MD5", "0a"}, std::nullopt, Fate::done}, {"/x", "/y", std::nullopt}});
  file.due = {{"sub/", "name"}, {"", ""}};
  return file;
}

Options whole_options(std::uint64_t number) {
  Options options;
  options.existing = Existing::overwrite;
  options.checksum = {"SHA256", "00ff"};
  options.verify = Verify::size_only;
  options.publish = Publish::in_place;
  options.data_channel = DataChannel::private_;
  options.resume = Resume::strict;
  options.finish_by = at(7);
  options.max_tries = 9;
  options.label = "run 42";
  options.streams_max = 16;
  options.parents = Parents::fail;
  options.source_credential = id(number * 10 + 3);
  options.destination_credential = id(number * 10 + 4);
  return options;
}

}  // namespace

WallTime at(long long seconds) {
  return wall_time(noon + seconds * 1000);
}

Uuid id(std::uint64_t number) {
  return Uuid::v7(wall_time(noon + static_cast<long long>(number)), {});
}

Url url(const std::string& text) {
  return parse_url(text).value();
}

Transfer whole_transfer(std::uint64_t number, const std::string& owner, const std::string& handle) {
  Transfer transfer;
  transfer.request = {id(number * 10),
                      owner,
                      handle,
                      url("gsiftp://a.example:2812/data/x%20y"),
                      url("ftp://[::1]/~/x"),
                      whole_options(number),
                      std::string("\0\xff'digest", 9),
                      at(8)};
  transfer.file = whole_file(number);
  return transfer;
}

Change submission(std::uint64_t number, const std::string& owner, const std::string& handle) {
  Change change;
  change.next = whole_transfer(number, owner, handle);
  File file;
  file.id = change.next.file.id;
  file.version = 1;
  change.next.file = file;
  change.created = true;
  return change;
}

Change next(const Transfer& from, Status status) {
  Change change;
  change.next = from;
  ++change.next.file.version;
  change.next.file.status = status;
  return change;
}

Change erasure(const Transfer& from) {
  Change change = next(from, from.file.status);
  change.erased = true;
  return change;
}

Event event(std::int64_t seq, const Transfer& transfer, const std::string& what) {
  const Request& request = transfer.request;
  return {seq,
          at(seq),
          request.owner,
          request.handle,
          request.id,
          "mover 4f2a",
          what,
          "why",
          Status::committed,
          Hold::space,
          3,
          Fault{FaultCode::cut, Side::both, Doing::verify, "", ""}};
}

Attempt attempt(const Transfer& transfer, std::uint32_t epoch) {
  return {transfer.file.id, epoch,       "4f2a", at(10), std::nullopt, 11, 12,
          FlowEnd::known,   std::nullopt};
}

LedgerPart ledger_part(std::uint64_t number, const Transfer& transfer) {
  return {id(number),
          transfer.request.owner,
          transfer.request.handle,
          transfer.request.destination,
          id(number + 1),
          id(number + 2),
          {3, 1},
          at(13)};
}

OutboxRow move_order(const Transfer& transfer) {
  MoveOrder order;
  order.task = task_of(transfer.file);
  order.source = transfer.request.source;
  order.destination = transfer.request.destination;
  order.part = transfer.file.part.id;
  return {order.task, "4f2a", order};
}

OutboxRow stop_order(const Transfer& transfer) {
  return {task_of(transfer.file), "4f2a", StopOrder{task_of(transfer.file)}};
}

KeptAnswer kept(const std::string& owner, const std::string& key, Answer answer, WallTime time) {
  return {owner, key, std::string("\x01\0\x02", 3), std::move(answer), time};
}

CredentialFacts credential(std::uint64_t number, const std::string& owner) {
  return {id(number), owner,  CredentialKind::password, url("ftp://h.example/x").endpoint,
          "anna",     at(20), "/tmp/x509up_u1000",      2,
          at(21),     at(22)};
}

EndpointRow endpoint_row(const std::string& host) {
  return {url("gsiftp://" + host + "/x").endpoint, at(30), at(31),
          Fault{FaultCode::unreachable, Side::source, Doing::connect, "", "refused"}};
}

Limit limit(const std::string& scope) {
  const Bounds day{3, 40, 6, 200'000'000}, night{std::nullopt, 64, std::nullopt, std::nullopt};
  return {LimitScope::parse(scope).value(),
          day,
          {{0x1f, 480, 1080, night}},
          LimitZone::local,
          7,
          at(40),
          bob};
}

Saving saving(Change change) {
  Saving saving;
  saving.changes.push_back(std::move(change));
  return saving;
}

std::string text(const Transfer& transfer) {
  const Request& r = transfer.request;
  return r.id.text() + " " + r.owner + " " + r.handle + " " + r.source.text() + " " +
         r.destination.text() + " " + options_json(r.options) + " " + hex(r.digest) + " " +
         std::to_string(milliseconds(r.submitted_at)) + " " + transfer.file.id.text() + " " +
         json_of(transfer.file) + "\n";
}

std::string text(const std::vector<Transfer>& transfers) {
  std::string all;
  for (const Transfer& transfer : transfers) all += text(transfer);
  return all;
}

std::string text(const std::vector<Event>& events) {
  return json_of(events) + "\n";
}
std::string text(const std::vector<Attempt>& attempts) {
  return json_of(attempts) + "\n";
}

std::string text(const OpenWork& work) {
  std::string all = text(work.transfers);
  for (const OutboxRow& row : work.outbox) {
    all += row.task.file.text() + " " + std::to_string(row.task.epoch) + " " + row.mover + " " +
           order_json(row.order) + "\n";
  }
  all += json_of(work.ledger) + "\n" + json_of(work.endpoints) + "\n" + json_of(work.credentials);
  for (const Limit& one : work.limits) {
    all += "\n" + one.scope.text() + " " + json_of(one.bounds) + json_of(one.windows) + " " +
           std::string(word(one.zone)) + " " + std::to_string(one.share) + " " +
           std::to_string(milliseconds(one.set_at)) + " " + one.set_by;
  }
  return all + " " + std::to_string(work.last_seq) + " " + std::to_string(work.last_rank) + " " +
         std::to_string(work.newest_epoch) + "\n";
}

std::string text(const Loaded& loaded) {
  std::string all = loaded.transfer ? text(*loaded.transfer) : "none\n";
  if (!loaded.kept) return all;
  const KeptAnswer& kept = *loaded.kept;
  return all + kept.owner + " " + kept.key + " " + hex(kept.digest) + " " +
         answer_json(kept.answer) + " " + std::to_string(milliseconds(kept.at)) + "\n";
}

}  // namespace rft::conform
