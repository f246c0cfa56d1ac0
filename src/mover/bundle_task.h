// BundleTask: one BundleOrder, from the first look to the last word. Knows no protocol; a
// ManyCarrier does what it decides. Every step is taken for all files at once, and each file has
// its own luck: it is *due* until it has an outcome or is left without one in this epoch.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mover/flow_rules.h"
#include "mover/judge.h"
#include "mover/protocol.h"
#include "mover/traits.h"
#include "mover/work.h"

namespace rft::mover {

class BundleTask final : public Work {
 public:
  using MakeCarrier = std::function<std::unique_ptr<ManyCarrier>(const BundleOrder&, Interrupt*)>;
  BundleTask(BundleOrder order, MakeCarrier make_carrier, WorkPorts ports);
  BundleTask(const BundleTask&) = delete;
  BundleTask& operator=(const BundleTask&) = delete;

  // Says Begun, Moving, BundleVerified, Outcomes on the way.
  awaitable<void> run() override;
  void publish(std::uint64_t verified) override;
  void interrupt(Interrupt::Why why) override;

 private:
  enum class State : std::uint8_t { due, proven, settled, left };
  struct Item {
    const BundleItem* order = nullptr;
    std::string source;  // names as the servers take them
    std::string final_name;
    State state = State::due;
    std::uint32_t round = 0;      // of its part's name
    std::string proven_name;      // of its part, as an earlier epoch proved it
    bool part_may_stand = false;  // under the name of this round
    bool replaces = false;        // something stands under its final name
    bool rename_unknown = false;
    std::string algorithm;               // empty: no checksum is compared
    FileFacts facts;                     // of the source
    Traits traits;                       // of the source, that it keeps
    std::optional<Standing> there;       // under the final name, when last looked
    FileFacts part;                      // as proven
    std::optional<Checksum> checksum{};  // the same at both sides
    std::optional<Fault> own_fault{};    // for which it was left; none: for that of all
  };
  using Lot = std::vector<Item*>;
  using NameOf = std::function<std::string(const Item&)>;

  // bundle_task.cc: the course of it, and what becomes of an item.
  awaitable<Outcome<void>> carry();
  awaitable<void> carry_lot(Lot lot);
  bool is_in_doubt() const;  // a rename may have been done
  Lot all_due();
  static Lot due(const Lot& lot);
  static std::vector<std::string> names(const Lot& lot, const NameOf& name_of);
  void settle(Item& item, ItemOutcome outcome);
  void settle_done(Item& item, std::uint64_t size, bool adopted);
  void settle_apart(Item& item);
  void settle_kept(Item& item, bool adopted = false);  // of a plan: a move would adopt it
  void settle_identical(Item& item);                   // to what stands there
  void settle_would_move(Item& item);
  void refuse(Item& item, const Fault& fault);  // an outcome where the fault's remedy is `never`
  void leave(Item& item, const Fault& fault);
  void leave_all(const Lot& lot, const Fault& fault);  // for a reason that is no file's own
  void put_aside(Item& item, const Fault& fault);
  awaitable<void> discard();  // the parts that are of no use any more
  void presume_end(Duration silent);
  void tell_outcomes();
  void say_outcomes();
  bool leaves_parts() const;
  void say_moving(Doing doing);
  TaskSays last_word() const;
  Failed failure() const;

  // bundle_doubt.cc: renames and parts of earlier epochs.
  awaitable<void> settle_doubts();
  awaitable<void> look_for_published(Lot doubtful);
  void settle_published(Item& item, const FileFacts& there);
  awaitable<void> clear_earlier_parts(Lot lot, bool must_be_gone);

  // bundle_look.cc: looks, what stands there already, folders. A plan makes none.
  Outcome<void> agree_on_proof();
  awaitable<void> look_around();
  void judge_sources(const Lot& lot, const std::vector<Look>& looks);
  using JudgePlace = std::function<Outcome<Place>(const Item&)>;
  awaitable<void> respect_existing(Lot lot, JudgePlace judge);
  awaitable<void> keep_identical(Lot lot);
  awaitable<void> adopt(Lot lot);
  awaitable<void> make_folders(Lot lot, std::map<std::string, Look> seen);
  std::optional<Fault> judge_folder(const std::string& folder, const Look& seen) const;
  awaitable<Outcome<void>> begin();

  // bundle_folders.cc: those that are items themselves.
  awaitable<void> see_to_folders();
  awaitable<void> look_at_source_folders(Lot lot);
  std::optional<Fault> judge_own_folder(const Item& item, const Look& seen) const;
  void settle_folder(Item& item, bool stood);

  // bundle_check.cc: of a check, which asks the destination alone.
  awaitable<void> check();
  awaitable<void> check_checksums(Lot lot);
  void settle_as_recorded(Item& item);

  // bundle_remove.cc: of one that removes, which asks the destination alone.
  awaitable<void> remove();
  awaitable<void> remove_emptied(Lot gone);
  void settle_left(Item& item, const Fault& why);
  void settle_deleted(Item& item);

  // bundle_preserve.cc: modes and times.
  awaitable<Outcome<void>> try_traits();
  awaitable<void> let_write_again(Lot lot);
  awaitable<void> set_traits(Lot arrived);
  awaitable<void> set_folders();
  void judge_folder_pair(Item& item, const Look& source, const Look& there);
  void settle_nothing_kept(Item& item);
  awaitable<void> set_folder_traits(Lot standing);

  // bundle_move.cc
  std::vector<Lot> lots();
  awaitable<Lot> move(Lot lot);
  awaitable<Outcome<Pipelined>> send(const Lot& waiting);
  void heed_end(const Pipelined& told);
  Lot go_on_behind(const Lot& waiting, const Pipelined& told);
  static bool is_of_one_file(const Pipelined& told);

  // bundle_prove.cc
  awaitable<void> prove(Lot arrived);
  awaitable<void> look_at_parts(Lot arrived);
  void judge_part(Item& item, const Look& seen);
  awaitable<void> look_at_sources_again(Lot lot);
  awaitable<void> compare_parts(Lot arrived);
  // Nothing where they differ.
  awaitable<std::vector<Outcome<std::optional<Checksum>>>> both_checksums(Lot lot, NameOf name_of);

  // bundle_publish.cc
  awaitable<void> publish_lot(Lot proven);
  awaitable<void> publish_proven(Lot lot);
  awaitable<Lot> find_proven(Lot lot);
  awaitable<void> fence(Lot standing, std::size_t orders);
  awaitable<void> rename_when(Lot proven, std::function<bool()> is_ordered);
  awaitable<Lot> look_before_publish(Lot proven);
  std::uint64_t say_verified(const Lot& proven);
  awaitable<void> rename(Lot proven);
  awaitable<void> look_after_publish(Lot renamed);
  awaitable<void> look_at_each(Lot renamed);
  awaitable<void> take_names_away(Lot spoilt);

  bool is_check() const { return order_.options.act == Act::check; }
  bool keeps_folders() const { return order_.options.act == Act::keep_folders; }
  bool is_removal() const { return order_.options.act == Act::remove; }
  bool is_plan() const { return order_.options.act == Act::plan; }
  bool in_place() const { return order_.options.publish == Publish::in_place; }
  bool wants_no_proof() const { return order_.options.verify == Verify::none; }
  // Nothing is looked at that a proof or the option `existing` would need.
  bool is_bare() const {
    return !is_plan() && in_place() && wants_no_proof() &&
           order_.options.existing == Existing::overwrite && order_.options.sync == Sync::always;
  }
  const WantedChecksum& wanted(const Item& item) const;
  std::string written_name(const Item& item) const;  // the part, in_place the final name

  const BundleOrder order_;
  MakeCarrier make_carrier_;
  WorkPorts ports_;
  Interrupt interrupt_;
  std::unique_ptr<ManyCarrier> carrier_;
  std::deque<Item> items_;
  Signal publish_signal_;
  std::uint64_t publish_ordered_ = 0;  // the BundleVerified that may be published

  std::optional<Fault> shared_fault_;  // that left items without an outcome; the first
  std::optional<Fault> first_fault_;   // the first such one of an item's own
  std::optional<Fault> halted_;        // nothing more is moved in this epoch
  unsigned unexplained_refusals_ = 0;  // in a row
  std::vector<std::string> discarded_;
  bool earlier_left_ = false;  // a part of an earlier epoch could not be deleted
  Outcomes untold_;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t bytes_done_ = 0;
  RateMeter rate_;
  FlowEnd end_ = FlowEnd::no_flow;
  Duration silent_{0};
};

}  // namespace rft::mover
