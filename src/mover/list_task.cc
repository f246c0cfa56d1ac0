#include "mover/list_task.h"

#include <algorithm>
#include <utility>

#include "mover/limits.h"
#include "mover/list_links.h"
#include "wire/pattern.h"

namespace rft::mover {

ListTask::ListTask(ListOrder order, MakeLister make_lister, WorkPorts ports,
                   std::size_t folders_due_max)
    : order_(std::move(order)),
      make_lister_(std::move(make_lister)),
      ports_(std::move(ports)),
      folders_due_max_(folders_due_max),
      due_(order_.due.begin(), order_.due.end()) {
  for (const FolderDue& due : due_) due_names_ += due.path.size();
}

awaitable<void> ListTask::run() {
  lister_ = make_lister_(order_, &interrupt_);
  const Outcome<void> outcome = co_await walk();
  lister_.reset();
  co_await say();  // also what was found before it failed
  ports_.say(last_word(outcome));
}

void ListTask::interrupt(Interrupt::Why why) {
  interrupt_.raise(why);
}

TaskSays ListTask::last_word(const Outcome<void>& outcome) const {
  if (outcome) {
    Done done;
    done.size = files_;
    return done;
  }
  if (interrupt_.why() == Interrupt::Why::stop) return Stopped{};
  Failed failed;
  failed.fault = outcome.error();
  if (interrupt_.why() == Interrupt::Why::mover_ends) {
    failed.fault = Fault{FaultCode::lease_ended, Side::none, Doing::list, "", ""};
  }
  return failed;
}

awaitable<Outcome<void>> ListTask::walk() {
  const bool has_root =
      std::any_of(due_.begin(), due_.end(), [](const FolderDue& due) { return due.path.empty(); });
  if (has_root) {
    if (const auto good = co_await look_at_root(); !good) co_return failed(good);
  }
  while (!due_.empty()) {
    if (const auto listed = co_await list_next(); !listed) co_return failed(listed);
  }
  co_return Outcome<void>();
}

awaitable<Outcome<void>> ListTask::look_at_root() {
  const FolderDue root;
  std::vector<std::string> name;
  name.push_back(folder_name(order_.source, root));
  const auto looks = co_await lister_->look_each(std::move(name));
  if (!looks) co_return failed(looks);
  const Look& there = looks->at(0);
  if (!there) co_return failed(there);
  if (!*there && is_removal()) {  // nothing is there, so there is nothing to remove
    due_.clear();
    co_return Outcome<void>();
  }
  if (!*there) co_return fault(FaultCode::no_such_folder, Side::source, Doing::list);
  if (!(*there)->is_folder) co_return fault(FaultCode::not_a_folder, Side::source, Doing::list);
  co_return Outcome<void>();
}

awaitable<Outcome<void>> ListTask::list_next() {
  const std::size_t asked = std::min(ahead_, due_.size());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < asked; ++i) names.push_back(folder_name(order_.source, due_[i]));
  auto listed = co_await lister_->list(std::move(names));
  if (!listed) co_return failed(listed);
  std::size_t entries = 0;
  for (Listing& listing : *listed) {
    entries += listing ? listing->size() : 0;
    FolderDue due = std::move(due_.front());
    due_.pop_front();
    due_names_ -= std::min(due_names_, due.path.size());
    const auto told = co_await tell(std::move(due), std::move(listing));
    if (!told) co_return failed(told);
  }
  ahead_ = next_ahead(asked, listed->size(), entries);
  if (is_time_to_say()) co_return co_await say();
  co_return Outcome<void>();
}

// A folder below the root that cannot be had is passed over, and said; the root is the order. Of
// one that lists what is to be removed each folder is.
awaitable<Outcome<void>> ListTask::tell(FolderDue due, Listing listing) {
  if (!listing) {
    if (due.path.empty() || is_removal()) co_return failed(listing);
    room_.take_folder(due.path.size());
    add(folder_passed_over(due, listing.error()));
    co_return Outcome<void>();
  }
  if (keeps_folders()) {
    std::erase_if(*listing, [](const Entry& entry) { return !may_be_folder(entry.kind); });
  }
  auto not_followed = co_await resolve_links(due, *listing);
  if (!not_followed) co_return failed(not_followed);
  const auto seen = co_await look_at_destination(*listing);
  if (!seen) co_return failed(seen);
  pass_over_destination(*listing, destination_, *not_followed);
  FolderWords words(order_.source, order_.options.links, std::move(due), std::move(*listing),
                    std::move(*not_followed));
  for (bool whole = false; !whole;) {
    Listed piece = keep_due(words.next(room_));
    whole = piece.whole;
    files_ += piece.files.size();
    add(std::move(piece));
    if (whole && !room_.is_full()) continue;
    const auto said = co_await say();
    if (!said) co_return failed(said);
  }
  co_return Outcome<void>();
}

// Until it stands it is looked for with each folder: this copy makes it. What is refused of it says
// nothing.
awaitable<Outcome<void>> ListTask::look_at_destination(const std::vector<Entry>& entries) {
  const bool has_folder = std::any_of(entries.begin(), entries.end(), [](const Entry& entry) {
    return entry.kind == EntryKind::folder;
  });
  if (!order_.destination || !destination_.empty() || !has_folder) co_return Outcome<void>();
  std::vector<std::string> name;
  name.push_back(folder_name(*order_.destination, {}));
  const auto looks = co_await lister_->look_each(std::move(name));
  if (!looks) co_return failed(looks);
  const Look& there = looks->front();
  if (there && *there && (*there)->is_folder) destination_ = (*there)->facts.unique;
  co_return Outcome<void>();
}

// What is to be removed never lies behind a link to a folder.
awaitable<Outcome<NotFollowed>> ListTask::resolve_links(const FolderDue& due,
                                                        std::vector<Entry>& entries) {
  if (order_.options.links != Links::follow || is_removal()) co_return NotFollowed();
  const FolderLinks links(order_, due, entries);
  auto names = links.names();
  std::vector<Look> looks;
  if (!names.empty()) {
    auto seen = co_await lister_->look_each(std::move(names));
    if (!seen) co_return failed(seen);
    looks = std::move(*seen);
  }
  co_return links.resolve(entries, looks);
}

// What is walked here of the folders that were found. What is excluded is walked by nobody.
Listed ListTask::keep_due(Listed piece) {
  for (std::string& folder : std::exchange(piece.folders, {})) {
    if (!is_wanted_folder(order_.options, folder)) continue;
    const bool has_room =
        due_.size() < folders_due_max_ && due_names_ + folder.size() <= list_due_names_max;
    if (!has_room) {
      piece.folders_apart.push_back(std::move(folder));
      continue;
    }
    due_names_ += folder.size();
    due_.push_back({folder, ""});
    piece.folders.push_back(std::move(folder));
  }
  return piece;
}

void ListTask::add(Listed piece) {
  if (word_.folders.empty()) word_begun_ = boot_now();
  word_.folders.push_back(std::move(piece));
}

// What was found first is said at once, so that it may move; then words of many small folders make
// bundles of many files.
bool ListTask::is_time_to_say() const {
  return !said_some_ || due_.empty() || boot_now() >= word_begun_ + patience;
}

// rftd stores each word before it acknowledges it: a listing goes no faster than that.
awaitable<Outcome<void>> ListTask::say() {
  if (word_.folders.empty()) co_return Outcome<void>();
  for (;;) {
    if (interrupt_) co_return fault(FaultCode::cut, Side::none, Doing::list);
    if (ports_.all_saved()) unsaved_ = 0;
    if (unsaved_ < list_words_unsaved_max) break;
    co_await wait_any(boot_now() + keep_alive_interval, ports_.saved, &interrupt_.changed);
  }
  ports_.say(std::exchange(word_, {}));
  room_ = {};
  said_some_ = true;
  ++unsaved_;
  co_return Outcome<void>();
}

}  // namespace rft::mover
