// What a task does with the bytes and after the last of them: flow, proof, publication.
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "mover/judge.h"
#include "mover/limits.h"
#include "mover/task.h"
#include "mover/waiting.h"

namespace rft::mover {

using namespace asio::experimental::awaitable_operators;

awaitable<Outcome<void>> MoveTask::move() {
  if (resumed_.covers(source_.size) && source_.size != 0) co_return Outcome<void>();
  Freight freight;
  freight.source = source_name();
  freight.destination = written_name();
  freight.size = source_.size;
  freight.there = resumed_;
  freight.streams = order_.streams;
  const std::function<void()> progressed = [this] {
    ports_.say(Moving{flow_.confirmed, flow_.bytes_sent, flow_.rate, order_.streams, Doing::move});
  };
  co_return co_await carrier_->move(freight, flow_, progressed);
}

// Before the proof, so that its looks are at what is published, and an old flow that writes on is
// seen by the time that it changes.
awaitable<Outcome<void>> MoveTask::set_traits(Traits traits) {
  if (!order_.options.preserve.any()) co_return Outcome<void>();
  if (traits.name.empty()) traits.name = written_name();
  std::vector<Traits> files;
  files.push_back(std::move(traits));
  const auto answers = co_await carrier_->set_traits(std::move(files));
  co_return judge_set(answers.front());
}

awaitable<Outcome<void>> MoveTask::verify() {
  std::optional<FileFacts> agreed;
  if (is_doubtful()) {
    // Two looks that agree, before the checksum starts (design 5.6).
    const auto quiet =
        co_await settle(written_name(), agree_interval, agree_interval, Doing::verify);
    if (!quiet) co_return failed(quiet);
    agreed = *quiet;
  }
  if (!algorithm_.empty()) {
    ports_.say(Moving{flow_.confirmed, flow_.bytes_sent, 0, order_.streams, Doing::verify});
  }
  const auto [there, proven] = co_await (
      carrier_->look(Side::destination, written_name(), Doing::verify) && compare_checksums());
  if (const auto good = judge_written(there, agreed); !good) co_return failed(good);
  if (!proven) co_return failed(proven);
  if (is_doubtful()) {
    const auto after = co_await carrier_->look(Side::destination, written_name(), Doing::verify);
    if (!after) co_return failed(after);
    if (!*after || (*after)->facts != part_) {
      co_return fault(FaultCode::changed_after_verify, Side::destination, Doing::verify);
    }
  }
  carrier_->leave_source();
  co_return Outcome<void>();
}

// `agreed`: what looks before the proof have seen, where an old flow may still write.
Outcome<void> MoveTask::judge_written(const Look& seen, const std::optional<FileFacts>& agreed) {
  if (!seen) return failed(seen);
  if (!*seen) return fault(FaultCode::part_missing, Side::destination, Doing::verify);
  part_ = (*seen)->facts;
  if (agreed && *agreed != part_) {
    return fault(FaultCode::changed_after_verify, Side::destination, Doing::verify);
  }
  if (part_.size != source_.size && !wants_no_proof()) {
    return fault(FaultCode::size_differs, Side::destination, Doing::verify);
  }
  const auto kept = judge_kept(traits_, **seen);
  if (!kept && agreed) {
    return fault(FaultCode::changed_after_verify, Side::destination, Doing::verify);
  }
  return kept;
}

// The source's checksum is taken after its last byte was sent: so it also tells whether the source
// changed meanwhile. Without one, a look does.
awaitable<Outcome<void>> MoveTask::compare_checksums() {
  if (algorithm_.empty()) {
    verdict_ = verdict_without_checksum(order_.options.verify);
    co_return co_await look_at_source_again();
  }
  const auto same = co_await both_checksums(written_name());
  if (!same) co_return failed(same);
  if (!*same) {
    carrier_->distrust_channel();
    co_return fault(FaultCode::checksum_differs, Side::destination, Doing::verify);
  }
  checksum_ = **same;
  verdict_ = Verdict::verified;
  co_return Outcome<void>();
}

// Nothing where they differ.
awaitable<Outcome<std::optional<Checksum>>> MoveTask::both_checksums(std::string destination_name) {
  // A stop starts no checksum.
  if (interrupt_) co_return fault(FaultCode::cut, Side::none, Doing::verify);
  const auto [source, destination] =
      co_await (carrier_->checksum(Side::source, source_name(), algorithm_, source_.size) &&
                carrier_->checksum(Side::destination, destination_name, algorithm_, source_.size));
  if (!source) co_return failed(source);
  const Checksum theirs{algorithm_, *source};
  if (const auto good = judge_content(order_.options.checksum, theirs); !good) {
    co_return failed(good);
  }
  if (!destination) co_return failed(destination);
  if (*source != *destination) co_return std::optional<Checksum>();
  co_return std::optional(theirs);
}

awaitable<Outcome<void>> MoveTask::look_at_source_again() {
  const auto now = co_await carrier_->look(Side::source, source_name(), Doing::verify);
  if (!now) co_return failed(now);
  if (!*now || (*now)->facts != source_) {
    co_return fault(FaultCode::source_changed, Side::source, Doing::verify);
  }
  co_return Outcome<void>();
}

awaitable<Outcome<MoveTask::Ending>> MoveTask::publish_part() {
  bool replaces = false;
  do {
    const auto told = co_await wait_for_publish(*carrier_, ports_, interrupt_, publish_signal_,
                                                [this] { return publish_ordered_; });
    if (!told) co_return failed(told);
    const auto there = co_await look_before_publish(replaces);
    if (!there || *there) co_return there;
  } while (interrupt_ || !ports_.may_publish());
  const Renamed renamed = co_await carrier_->rename(written_name(), final_name(), Doing::publish);
  publish_unknown_ = renamed.unknown;
  if (renamed.fault) co_return tl::unexpected(judge_rename(renamed, replaces));
  if (const auto seen = co_await look_after_publish(); !seen) co_return failed(seen);
  co_return done(false);
}

awaitable<Outcome<MoveTask::Ending>> MoveTask::look_before_publish(bool& replaces) {
  const auto there = co_await carrier_->look(Side::destination, final_name(), Doing::publish);
  if (!there) co_return failed(there);
  existing_ = *there;
  const auto place = judge_place_again(existing_, order_.options);
  if (!place) co_return failed(place);
  if (*place == Place::adopted) co_return co_await adopt_existing(*existing_);
  replaces = *place == Place::replaced;
  co_return Ending();
}

// A rename does not fence: an old writer writes on into the renamed file. Where one may live, the
// name is taken away again from what is not what was verified.
awaitable<Outcome<void>> MoveTask::look_after_publish() {
  publish_unknown_ = true;
  const auto there = co_await carrier_->look(Side::destination, final_name(), Doing::publish);
  if (!there) co_return failed(there);
  const After after = judge_after(*there, part_, is_doubtful());
  if (after == After::spoilt) co_return co_await take_name_away();
  publish_unknown_ = false;
  if (after == After::good) co_return Outcome<void>();
  co_return fault(FaultCode::changed_after_verify, Side::destination, Doing::publish,
                  "another file stands under its name now");
}

awaitable<Outcome<void>> MoveTask::take_name_away() {
  const Renamed back = co_await carrier_->rename(final_name(), written_name(), Doing::publish);
  publish_unknown_ = back.fault && back.fault->code != FaultCode::part_missing;
  co_return fault(FaultCode::changed_after_verify, Side::destination, Doing::publish);
}

}  // namespace rft::mover
