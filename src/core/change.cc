#include "core/change.h"

#include <fmt/format.h>

namespace rft {

std::string mover_name(const std::string& mover) {
  return fmt::format("mover {}", mover);
}

void ChangeWriter::end(Status status) {
  file().status = status;
  file().stop_asked = false;
  file().hold = Hold::none;
  file().hold_detail.clear();
  file().not_before.reset();
  file().held_since.reset();
  file().finished_at = at_;
}

void ChangeWriter::discard_part(const Uuid& ledger_id) {
  if (auto left = left_behind(change_.next, at_, ledger_id)) {
    change_.discarded.push_back(std::move(*left));
  }
  // Final names have no part to give up, and how the last flow into them ended stays true.
  if (!writes_final_names(change_.next)) file().part = Part{};
  // Of what is all or none: what was proven, and not ordered to be published, goes with it.
  if (file().publish_ordered || !is_all_or_none(request())) return;
  file().intent.reset();
  file().bundle = without_intents(file().bundle);
}

namespace {

// Another id of the same moment: as unique as the one that was drawn. The last two octets stay, for
// a clock that counts its ids there.
Uuid nth(const Uuid& drawn, std::uint64_t n) {
  constexpr std::size_t first = 9, end = 14;
  Uuid id = drawn;
  for (std::size_t at = end; n > 0 && at > first;) {
    n += id.bytes[--at];
    id.bytes[at] = static_cast<std::uint8_t>(n);
    n >>= 8;
  }
  return id;
}

// A part of which no file can be moved, and that is known from the first.
void end_unborn(File& file, WallTime at) {
  const bool failed = file.bundle.tally().failed > 0;
  file.status = failed ? Status::failed : Status::done;
  file.hold = Hold::none;
  file.finished_at = at;
  if (failed) file.fault = file.bundle.files().front().fault;
}

}  // namespace

// A part numbers what it bears behind all parts of its whole; what deletes stands above them.
std::uint64_t ChangeWriter::fresh_number(const Draws& draws) {
  if (is_whole(file())) return ++file().born;
  return (is_removal(request()) ? first_extra : 0) + draws.numbered + ++numbered_;
}

Transfer& ChangeWriter::bear_part(std::uint64_t number, Kind kind, Url source, Url destination,
                                  const Draws& draws) {
  const std::string whole_handle = request().handle.substr(0, request().handle.find('/'));
  const std::uint64_t nth_born = change_.born.size() + 1;
  Transfer& part = change_.born.emplace_back();
  part.request = request();
  part.request.whole = is_whole(file()) ? request().id : *request().whole;
  part.request.id = nth(draws.request, nth_born);
  part.request.handle = fmt::format("{}/{}", whole_handle, number);
  part.request.number = number;
  part.request.source = std::move(source);
  part.request.destination = std::move(destination);
  part.file.id = nth(draws.file, nth_born);
  part.file.kind = kind;
  part.file.life = file().life;  // one that failed when it was born does not rise in the same
  part.file.status = Status::committed;
  part.file.hold = Hold::turn;
  part.file.committed_at = at_;
  return part;
}

void ChangeWriter::bear(std::vector<NewFile> files, const Draws& draws) {
  for (std::vector<NewFile>& cut : cut_into_bundles(std::move(files))) {
    NewFile& first = cut.front();
    const bool alone = !first.passed_over && first.size.value_or(0) >= bundle_file_max;
    Transfer& part = bear_part(fresh_number(draws), alone ? Kind::file : Kind::bundle, first.source,
                               first.destination, draws);
    if (alone) {
      part.request.options.checksum = first.checksum;
      part.file.size = *first.size;
    } else {
      part.file.bundle = bundle_of(cut);
      if (request().options.skip_errors) {
        part.file.bundle = with_bad_sources_skipped(part.file.bundle);
      }
      if (request().options.links == Links::skip) {
        part.file.bundle = with_links_skipped(part.file.bundle);
      }
      if (waiting_items(part.file.bundle).empty()) end_unborn(part.file, at_);
    }
    part.file.tally = tally_of(part);
    if (is_whole(file())) file().tally += part.file.tally;
  }
}

void ChangeWriter::bear_apart(std::uint32_t item, const Draws& draws) {
  const BundleFile apart = file().bundle.files()[item];
  const std::uint64_t number = first_apart + request().number * bundle_items_max + item;
  Transfer& part = bear_part(number, Kind::file, {request().source.endpoint, apart.source},
                             {request().destination.endpoint, apart.destination}, draws);
  if (!apart.wanted.algorithm.empty()) part.request.options.checksum = apart.wanted;
  part.file.size = apart.size.value_or(0);
  part.file.tally = tally_of(part);
}

void ChangeWriter::bear_listing(const Draws& draws) {
  bear_listing_apart({""}, draws);
  file().tally += change_.born.back().file.tally;
}

void ChangeWriter::bear_listing_apart(const std::vector<std::string>& folders, const Draws& draws) {
  Transfer& part =
      bear_part(fresh_number(draws), Kind::listing, request().source, request().destination, draws);
  for (const std::string& folder : folders) part.file.due.push_back({folder});
  part.file.tally = tally_of(part);
}

void ChangeWriter::bear_unlisted(const std::string& folder, Fault why, const Draws& draws) {
  bear_listing_apart({folder}, draws);
  File& file = change_.born.back().file;
  file.status = Status::failed;
  file.hold = Hold::none;
  file.finished_at = at_;
  file.fault = std::move(why);
  file.tally = tally_of(change_.born.back());
}

// One-sided, as a check is: no breaker, session or credential of the source is waited for.
void ChangeWriter::bear_extras_listing(const Draws& draws) {
  const Url folder = request().destination;
  Transfer& part = bear_part(first_extra, Kind::listing, folder, folder, draws);
  Options& options = part.request.options;
  options.act = is_plan(request()) ? Act::plan_remove : Act::remove;
  options.source_credential = options.destination_credential;
  part.file.due = {FolderDue{}};
  part.file.tally = tally_of(part);
  file().tally += part.file.tally;
}

void ChangeWriter::bear_folders_listing(const Draws& draws) {
  bear_listing(draws);
  change_.born.back().request.options.act = Act::keep_folders;
}

void ChangeWriter::bear_extras(std::vector<NewFile> files, const Draws& draws) {
  for (const std::vector<NewFile>& cut : cut_into_bundles(std::move(files))) {
    Transfer& part = bear_part(fresh_number(draws), Kind::bundle, cut.front().source,
                               cut.front().destination, draws);
    part.file.bundle = with_failed_skipped(bundle_of(cut));
    if (is_plan(request())) part.file.bundle = all_waiting_would_delete(part.file.bundle);
    part.file.hold = Hold::others;
    if (waiting_items(part.file.bundle).empty()) end_unborn(part.file, at_);
    part.file.tally = tally_of(part);
  }
}

void ChangeWriter::begin_attempt() {
  change_.attempt = Attempt{file().id, file().epoch,     file().mover, at_, std::nullopt, 0,
                            0,         FlowEnd::no_flow, std::nullopt};
}

// Ends the try of the present epoch: nobody works on the transfer afterwards.
void ChangeWriter::end_attempt(FlowEnd end, std::optional<Fault> fault) {
  Attempt attempt;
  attempt.file = file().id;
  attempt.epoch = file().epoch;
  attempt.mover = file().mover;
  attempt.ended_at = at_;
  attempt.bytes_sent = file().epoch_sent;
  attempt.end = end;
  attempt.fault = std::move(fault);
  change_.attempt = std::move(attempt);
  change_.drop_orders = true;
  file().bytes_sent += file().epoch_sent;
  file().epoch_sent = 0;
  file().mover.clear();
}

Change ChangeWriter::take() {
  if (is_part(change_.next)) file().tally = tally_of(change_.next);
  for (Said& said : said_) {
    Event event;
    event.at = at_;
    event.owner = request().owner;
    event.handle = request().handle;
    event.request = request().id;
    event.who = std::move(said.who);
    event.what = std::move(said.what);
    event.why = std::move(said.why);
    event.status = change_.erased ? Status::user_stop : file().status;
    event.hold = file().hold;
    event.epoch = file().epoch;
    event.fault = file().fault;
    change_.events.push_back(std::move(event));
  }
  return std::move(change_);
}

}  // namespace rft
