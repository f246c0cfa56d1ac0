// ListTask: one ListOrder, from the look at its folder to the last word. Knows no protocol; a
// Lister asks for what it decides.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include "mover/limits.h"
#include "mover/list_words.h"
#include "mover/lister.h"
#include "mover/work.h"

namespace rft::mover {

class ListTask final : public Work {
 public:
  using MakeLister = std::function<std::unique_ptr<Lister>(const ListOrder&, Interrupt*)>;
  // `folders_due_max`: fewer in tests, where a tree of a dozen folders is wide then.
  ListTask(ListOrder order, MakeLister make_lister, WorkPorts ports,
           std::size_t folders_due_max = list_folders_due_max);

  // Walks the folders first in, first out; those found go to the end. Says FoldersListed on the
  // way, of which list_words_unsaved_max at most wait to be saved.
  awaitable<void> run() override;
  void publish(std::uint64_t) override {}  // a listing has nothing to publish
  void interrupt(Interrupt::Why why) override;

 private:
  awaitable<Outcome<void>> walk();
  awaitable<Outcome<void>> look_at_root();
  awaitable<Outcome<void>> list_next();
  awaitable<Outcome<void>> tell(FolderDue due, Listing listing);
  awaitable<Outcome<void>> look_at_destination(const std::vector<Entry>& entries);
  awaitable<Outcome<NotFollowed>> resolve_links(const FolderDue& due, std::vector<Entry>& entries);
  Listed keep_due(Listed piece);
  void add(Listed piece);
  bool is_time_to_say() const;
  awaitable<Outcome<void>> say();
  TaskSays last_word(const Outcome<void>& outcome) const;

  bool keeps_folders() const { return order_.options.act == Act::keep_folders; }
  bool is_removal() const {
    return order_.options.act == Act::remove || order_.options.act == Act::plan_remove;
  }

  const ListOrder order_;
  MakeLister make_lister_;
  WorkPorts ports_;
  const std::size_t folders_due_max_;
  Interrupt interrupt_;
  std::unique_ptr<Lister> lister_;
  std::deque<FolderDue> due_;
  std::string destination_;    // what is unique of it, once it stands; for a source on its host
  std::size_t due_names_ = 0;  // octets
  std::size_t ahead_ = 1;
  FoldersListed word_;  // that grows until it is full, or its patience is over
  WordRoom room_;
  Instant word_begun_{};
  bool said_some_ = false;
  std::size_t unsaved_ = 0;  // words said since all were saved
  std::uint64_t files_ = 0;
};

}  // namespace rft::mover
