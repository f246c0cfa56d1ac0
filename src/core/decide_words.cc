// What a mover's words and its death make of a transfer.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/extras.h"
#include "core/listing.h"
#include "core/try_end.h"

namespace rft {
namespace {

// A tree of which something was not heard is not done, whatever its mover says.
const Fault not_whole{FaultCode::protocol_broken, Side::none, Doing::list, "",
                      "the mover ended the listing before all folders were told"};

std::string moved(const Done& said) {
  if (said.skipped) return "skipped: by sync what stands there is as good";
  const bool compared = said.verdict == Verdict::verified;
  return fmt::format("{} bytes, {}{}", said.size, word(said.verdict),
                     !said.adopted ? ""
                     : compared    ? "; an identical file stood there already"
                                   : "; a file of that size stood there already");
}

std::string planned(const Done& said) {
  if (said.adopted || said.skipped) return "a plan: it is there already";
  return fmt::format("a plan: {} bytes would be moved", said.size);
}

std::string told_of(const Request& request, const Done& said) {
  if (is_plan(request)) return planned(said);
  return is_check(request) ? fmt::format("a check: {} bytes are as recorded", said.size)
                           : moved(said);
}

class WordTaker {
 public:
  WordTaker(ChangeWriter& writer, const Draws& draws)
      : writer_(writer), file_(writer.file()), draws_(draws), who_(mover_name(file_.mover)) {}

  void operator()(const Begun& said) {
    if (file_.kind != Kind::file) return begin_many(said);
    if (!file_.source_facts) file_.source_facts = said.source;
    file_.size = said.source.size;
    const std::uint64_t had = file_.part.confirmed.bytes();
    file_.part.confirmed = said.resumed;
    file_.streams = said.streams;
    if (writer_.request().options.publish == Publish::in_place)
      file_.final_name_is_ours = true;
    else
      file_.part.epochs = {file_.epoch};
    if (said.presumed) file_.part.presumed_before = true;
    if (file_.publish_ordered) not_published();
    // Both log-ins and looks went well, so what it was held for is over. A full disk shows later.
    if (!file_.fault || entry(file_.fault->code).hold != Hold::space) end_hold(file_);
    if (!said.part_adopted && had > 0) {
      writer_.say(
          who_, "afresh",
          fmt::format("nothing of it could be resumed; {} confirmed bytes are given up", had));
    }
    if (!said.part_adopted) return writer_.say(who_, "begun", "");
    writer_.say(who_, "resumed",
                fmt::format("{} bytes are there{}", said.resumed.bytes(),
                            said.presumed ? "; the old flow's end is presumed" : ""));
  }

  void operator()(const Moving& said) {
    take_progress(file_, said.confirmed, said.bytes_sent);
    file_.streams = said.streams;
  }

  void operator()(const Verified& said) {
    file_.epoch_sent = std::max(file_.epoch_sent, said.bytes_sent);
    file_.part.end = FlowEnd::known;
    if (stage(file_) == Stage::stopping) return;  // the order to stop is under way
    take_progress(file_, RangeSet{{0, said.part.size}}, said.bytes_sent);
    file_.intent = PublishIntent{said.part, said.checksum};
    file_.checksum = said.checksum;
    file_.verdict = said.verdict;
    order_to_publish(PublishOrder{task_of(file_)});
    writer_.say(who_, "verified",
                said.checksum ? fmt::format("{} {}", said.checksum->algorithm, said.checksum->value)
                              : std::string(word(said.verdict)));
  }

  // These of its files are to be renamed, all at one word.
  void operator()(const BundleVerified& said) {
    file_.epoch_sent = std::max(file_.epoch_sent, said.bytes_sent);
    if (stage(file_) == Stage::stopping) return;  // the order to stop is under way
    file_.bundle = with_intents(file_.bundle, said.items);
    order_to_publish(PublishOrder{task_of(file_), file_.heard});
  }

  void operator()(const Proven& said) {
    file_.epoch_sent = std::max(file_.epoch_sent, said.bytes_sent);
    const bool stopping = stage(file_) == Stage::stopping;
    writer_.end_attempt(FlowEnd::known, std::nullopt);
    if (stopping) return end_stopped(writer_, "it is proven and was not published");
    file_.tries = file_.afresh = 0;
    file_.fault.reset();
    end_hold(file_);
    back_to_waiting(writer_, Hold::others, "", std::nullopt);
    writer_.say(who_, "proven", "it is published when all files of the request are");
  }

  void operator()(const Outcomes& said) {
    file_.epoch_sent = std::max(file_.epoch_sent, said.bytes_sent);
    file_.bundle = with_outcomes(file_.bundle, said.outcomes);
    settle_due(said.outcomes);
    if (writer_.request().options.skip_errors)
      file_.bundle = with_bad_sources_skipped(file_.bundle);
    if (said.parts_left && !file_.part.epochs.empty()) {
      writer_.discard_parts_of_ended(draws_.ledger);
    }
    if (said.outcomes.empty()) return;
    file_.tries = file_.afresh = 0;
    end_hold(file_);
    const std::vector<BundleFile> files = file_.bundle.files();
    const bool renames = std::any_of(files.begin(), files.end(),
                                     [](const BundleFile& one) { return one.intent.has_value(); });
    // A stop that waited for this to be known has its time from now on.
    const bool known_now = file_.publish_ordered && !renames;
    if (known_now && stage(file_) == Stage::stopping) file_.held_since = writer_.at();
    file_.publish_ordered = file_.publish_ordered && renames;
    for (const ItemOutcome& outcome : said.outcomes) {
      const bool apart = outcome.fate == Fate::apart && outcome.number < files.size();
      if (apart) writer_.bear_apart(outcome.number, draws_);
    }
  }

  // Folders' files, or some of them: they are parts of the whole from now on, in the same step in
  // which the listing goes on behind them, so that each is named once.
  void operator()(const FoldersListed& said) {
    if (is_removal(writer_.request())) {
      take_extras(said);
    } else if (keeps_folders(writer_.request())) {
      take_folders(said);
    } else {
      take_files(said);
    }
    file_.tries = 0;
    end_hold(file_);
  }

  void operator()(const Done& said) {
    if (file_.kind != Kind::file) return end_many(said);
    file_.epoch_sent = std::max(file_.epoch_sent, said.bytes_sent);
    writer_.end_attempt(FlowEnd::known, std::nullopt);
    if (said.adopted || said.skipped) writer_.discard_part(draws_.ledger);
    file_.part = Part{};
    writer_.end(Status::done);
    file_.publish_ordered = false;
    file_.intent.reset();
    file_.fault.reset();
    file_.size = said.size;
    file_.adopted = said.adopted;
    file_.skipped = said.skipped;
    file_.verdict = said.verdict;
    if (said.checksum) file_.checksum = said.checksum;
    writer_.say(who_, "done", told_of(writer_.request(), said));
  }

  void operator()(Failed said) {
    // It speaks of its one side as its source; to people that is the destination.
    if (is_removal(writer_.request()) && said.fault.side == Side::source) {
      said.fault.side = Side::destination;
    }
    if (file_.heard == 1 && !file_.publish_ordered) forget_unused_name(said.fault.doing);
    take_progress(file_, said.confirmed, said.bytes_sent);
    take_flow_end(file_, said.end, said.silent, writer_.at());
    // Of what is all or none the proof is kept: its next mover looks for what was proven.
    const bool keeps_proof = is_all_or_none(writer_.request());
    if (!said.publish_unknown && !keeps_proof) forget_intent(file_);
    if (!said.publish_unknown) file_.publish_ordered = false;
    const bool stopping = stage(file_) == Stage::stopping;
    writer_.end_attempt(said.end, said.fault);
    if (!stopping) return end_try(writer_, said.fault, draws_, said.item_faults);
    if (said.publish_unknown) return await_look(writer_, who_, sentence(said.fault));
    end_stopped(writer_, end_sentence(said.end));
  }

  void operator()(const Stopped& said) {
    take_progress(file_, said.confirmed, said.bytes_sent);
    take_flow_end(file_, said.end, said.silent, writer_.at());
    const bool stopping = stage(file_) == Stage::stopping;
    writer_.end_attempt(said.end, std::nullopt);
    forget_intent(file_);
    if (stopping) return end_stopped(writer_, end_sentence(said.end));
    back_to_waiting(writer_, Hold::turn, "", std::nullopt);
    writer_.say(who_, "halted", end_sentence(said.end));
  }

  void operator()(const UnknownTask&) {}

 private:
  void take_files(const FoldersListed& said) {
    std::vector<NewFile> files;
    for (const Listed& one : said.folders) {
      const auto due = due_folder(file_.due, one.folder);
      if (due == file_.due.end()) continue;
      take_folder(*due, one, files);
      go_on_below(due, one);
    }
    writer_.bear(std::move(files), draws_);
  }

  void take_folder(FolderDue& due, const Listed& said, std::vector<NewFile>& files) {
    const Request& request = writer_.request();
    std::vector<NewFile> wanted = wanted_files(request, said);
    const bool has_folders = !said.folders.empty() || !said.folders_apart.empty();
    go_on_behind(due, said, has_folders || moves_any(wanted));
    if (said.whole) {
      if (auto empty = empty_folder(request, due)) wanted.push_back(std::move(*empty));
    }
    if (auto why = why_not_listed(said)) {
      if (request.options.skip_errors) {
        wanted.push_back(unlisted_folder(request, said, std::move(*why)));
      } else {
        writer_.bear_unlisted(said.folder, std::move(*why), draws_);
      }
    }
    if (request.options.delete_extra) {
      for (std::string& digest : names_of(said)) writer_.line({std::move(digest), ""});
    }
    std::move(wanted.begin(), wanted.end(), std::back_inserter(files));
  }

  void take_extras(const FoldersListed& said) {
    std::vector<NewFile> extras;
    auto known = draws_.known.begin();
    for (const Listed& one : said.folders) {
      const auto asked = static_cast<std::ptrdiff_t>(names_asked(one).size());
      const std::vector<bool> of_this(known, known + asked);
      known += asked;
      const auto due = due_folder(file_.due, one.folder);
      if (due == file_.due.end()) continue;
      due->after = one.after;
      std::vector<NewFile> found = extras_of(writer_.request(), one, of_this);
      std::move(found.begin(), found.end(), std::back_inserter(extras));
      go_on_below(due, one);
    }
    writer_.bear_extras(std::move(extras), draws_);
  }

  void take_folders(const FoldersListed& said) {
    std::vector<NewFile> kept;
    for (const Listed& one : said.folders) {
      const auto due = due_folder(file_.due, one.folder);
      if (due == file_.due.end()) continue;
      due->after = one.after;
      if (auto folder = kept_folder(writer_.request(), one)) kept.push_back(std::move(*folder));
      if (auto why = why_not_kept(writer_.request(), one)) {
        writer_.bear_unlisted(one.folder, std::move(*why), draws_);
      }
      go_on_below(due, one);
    }
    writer_.bear(std::move(kept), draws_);
  }

  void go_on_below(std::vector<FolderDue>::iterator due, const Listed& said) {
    if (said.whole) file_.due.erase(due);
    for (const std::string& folder : said.folders) file_.due.push_back({folder});
    if (!said.folders_apart.empty()) writer_.bear_listing_apart(said.folders_apart, draws_);
  }

  void order_to_publish(const PublishOrder& order) {
    if (!draws_.may_publish) return;
    file_.publish_ordered = true;
    writer_.order(order);
  }

  void begin_many(const Begun& said) {
    if (file_.kind == Kind::bundle) file_.source_facts = FileFacts{said.source.size, "", ""};
    if (writer_.request().options.publish == Publish::in_place) file_.final_name_is_ours = true;
    if (!said.items.empty()) file_.bundle = with_final_names_ours(file_.bundle, said.items);
    if (file_.publish_ordered) not_published();
    end_hold(file_);
    writer_.say(who_, "begun", "");
  }

  void settle_due(const std::vector<ItemOutcome>& outcomes) {
    if (!file_.source_facts) return;
    std::uint64_t& due = file_.source_facts->size;
    for (const ItemOutcome& outcome : outcomes) due -= std::min(due, outcome.size);
  }

  // All files of a bundle have an outcome, or a listing is whole.
  void end_many(const Done& said) {
    // The mover before this one died when all was proven, and before it said so.
    if (!draws_.may_publish && all_proven(file_.bundle)) return (*this)(Proven{said.bytes_sent});
    // It was a look for a stop: those that it was about are there, the others are not.
    if (!waiting_items(file_.bundle).empty()) {
      return (*this)(Stopped{FlowEnd::no_flow, {}, {}, said.bytes_sent});
    }
    file_.epoch_sent = std::max(file_.epoch_sent, said.bytes_sent);
    writer_.end_attempt(FlowEnd::known, std::nullopt);
    if (!file_.due.empty() && !is_removal(writer_.request()))
      return end_try(writer_, not_whole, draws_);
    const Tally sum = file_.bundle.tally();
    const std::vector<BundleFile> files = file_.bundle.files();
    const auto failed = std::find_if(
        files.begin(), files.end(), [](const BundleFile& one) { return one.fate == Fate::failed; });
    file_.part = Part{};
    file_.size = sum.bytes_done;
    if (sum.failed > 0) return end_failed(writer_, *failed->fault, "", draws_.ledger);
    writer_.end(Status::done);
    file_.publish_ordered = false;
    file_.fault.reset();
    writer_.say(who_, "done", told_of_many(said, sum));
  }

  std::string told_of_many(const Done& said, const Tally& sum) const {
    if (file_.kind == Kind::listing) return fmt::format("{} files found in this try", said.size);
    if (is_removal(writer_.request())) {
      return fmt::format("{} files deleted, {} left as they are", sum.deleted, sum.skipped);
    }
    if (keeps_folders(writer_.request())) {
      return fmt::format("{} folders have the modes and times of their sources", sum.done);
    }
    return fmt::format("{} files, {} bytes{}, {} skipped", sum.done, sum.bytes_done,
                       is_plan(writer_.request()) ? " would be moved" : "", sum.skipped);
  }

  // A try that never came to its part: no look for that has to ask for this epoch's name (P11).
  void forget_unused_name(Doing doing) {
    const bool before_the_part = doing == Doing::connect || doing == Doing::login ||
                                 doing == Doing::features || doing == Doing::look ||
                                 doing == Doing::make_parents;
    if (before_the_part) std::erase(file_.part.epochs, file_.epoch);
  }

  // It looked before it began: the rename that an earlier epoch was ordered did not happen. A stop
  // that waited for this to be known goes out now, and its time begins.
  void not_published() {
    forget_intent(file_);
    if (stage(file_) != Stage::stopping) return;
    file_.held_since = writer_.at();
    writer_.order(StopOrder{task_of(file_)});
  }

  ChangeWriter& writer_;
  File& file_;
  const Draws& draws_;
  std::string who_;
};

}  // namespace

std::optional<Change> on_word(const Transfer& transfer, const TaskWord& word, Now now,
                              const Draws& draws) {
  const File& file = transfer.file;
  if (word.task != task_of(file) || file.mover.empty()) return std::nullopt;
  if (std::holds_alternative<UnknownTask>(word.says)) {  // has no number: nothing came before it
    return on_mover_lost(transfer, LostBecause::no_trace, Duration{0}, now, draws);
  }
  if (word.seq <= file.heard) return std::nullopt;
  ChangeWriter writer(transfer, now.wall);
  writer.file().heard = word.seq;
  std::visit(WordTaker(writer, draws), word.says);
  return writer.take();
}

std::optional<Change> on_mover_lost(const Transfer& transfer, LostBecause because, Duration silent,
                                    Now now, const Draws& draws) {
  if (transfer.file.status != Status::active || transfer.file.mover.empty()) return std::nullopt;
  ChangeWriter writer(transfer, now.wall);
  File& file = writer.file();
  const bool stopping = stage(file) == Stage::stopping;
  const Fault fault{because == LostBecause::died ? FaultCode::mover_lost : FaultCode::lease_ended,
                    Side::none, Doing::nothing, "", ""};
  const std::string who = mover_name(file.mover);
  take_flow_end(file, FlowEnd::presumed, silent, now.wall);
  writer.end_attempt(FlowEnd::presumed, fault);
  if (stopping) {
    if (file.publish_ordered) {
      await_look(writer, service, "the mover died while it renamed");
    } else {
      end_stopped(writer, end_sentence(FlowEnd::presumed));
    }
    return writer.take();
  }
  if (because != LostBecause::died) {
    back_to_waiting(writer, Hold::turn, "", std::nullopt);
    writer.say(service, "mover_lost", "with the service or the machine; costs nothing");
    return writer.take();
  }
  ++file.mover_deaths;
  if (file.mover_deaths > mover_deaths_at_once || file.tries >= tries_in_a_row_max) {
    end_try(writer, fault, draws);
    return writer.take();
  }
  ++file.tries;
  file.fault = fault;
  back_to_waiting(writer, Hold::turn, "", std::nullopt);
  writer.say(service, "mover_lost", fmt::format("{} died; goes on with another at once", who));
  return writer.take();
}

}  // namespace rft
