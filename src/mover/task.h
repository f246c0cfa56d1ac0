// MoveTask: one MoveOrder, from the first look to the last word. Knows no protocol; a Carrier does
// what it decides.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "mover/protocol.h"
#include "mover/traits.h"
#include "mover/work.h"

namespace rft::mover {

class MoveTask final : public Work {
 public:
  using MakeCarrier = std::function<std::unique_ptr<Carrier>(const MoveOrder&, Interrupt*)>;
  MoveTask(MoveOrder order, MakeCarrier make_carrier, WorkPorts ports);

  // Says Begun, Moving, Verified on the way.
  awaitable<void> run() override;
  void publish(std::uint64_t verified) override;
  void interrupt(Interrupt::Why why) override;

 private:
  using Ending = std::optional<Done>;  // set: the task is over, happily; else it goes on

  awaitable<Outcome<Ending>> carry();
  TaskSays last_word(const Outcome<Ending>& outcome) const;

  // task_doubt.cc: the rename of an earlier epoch whose end is not known.
  awaitable<Outcome<Ending>> settle_doubt();
  awaitable<Outcome<Ending>> published_before();
  enum class Whose : std::uint8_t { another, ours, spoilt };
  awaitable<Outcome<Whose>> whose(const FileFacts& there);
  awaitable<Outcome<Whose>> whose_by_checksum(const FileFacts& there);
  awaitable<Outcome<Ending>> fence_and_look_again();
  awaitable<Outcome<Ending>> publish_proven();

  // task_begin.cc: looks, what stands there already, and the part.
  Outcome<void> agree_on_proof();
  awaitable<Outcome<void>> try_traits();
  awaitable<Outcome<void>> look_around();
  Outcome<void> judge_source(const Look& seen);
  awaitable<Outcome<Ending>> respect_existing();
  awaitable<Outcome<Ending>> keep_if_identical();
  awaitable<Outcome<Ending>> adopt_existing(const Standing& there);
  awaitable<Outcome<void>> make_parents();
  awaitable<Outcome<Ending>> foresee();
  awaitable<Outcome<Ending>> check();
  awaitable<Outcome<void>> begin();
  awaitable<Outcome<bool>> take_over_part();
  awaitable<Outcome<bool>> adopt_part();
  awaitable<Outcome<bool>> is_whole(const FileFacts& part);
  awaitable<Outcome<std::optional<std::string>>> find_part();
  awaitable<Outcome<FileFacts>> settle(std::string name, Duration quiet, Duration interval,
                                       Doing doing);

  // task_finish.cc: proof and publication.
  awaitable<Outcome<void>> move();
  awaitable<Outcome<void>> set_traits(Traits traits);
  awaitable<Outcome<void>> verify();
  Outcome<void> judge_written(const Look& seen, const std::optional<FileFacts>& agreed);
  awaitable<Outcome<void>> compare_checksums();
  awaitable<Outcome<std::optional<Checksum>>> both_checksums(std::string destination_name);
  awaitable<Outcome<void>> look_at_source_again();
  awaitable<Outcome<Ending>> look_before_publish(bool& replaces);
  awaitable<Outcome<Ending>> publish_part();
  awaitable<Outcome<void>> look_after_publish();
  awaitable<Outcome<void>> take_name_away();
  Done done(bool adopted) const;
  Done skipped() const;

  bool is_check() const { return order_.options.act == Act::check; }
  bool is_plan() const { return order_.options.act == Act::plan; }
  bool in_place() const { return order_.options.publish == Publish::in_place; }
  bool wants_checksum() const { return order_.options.verify == Verify::checksum; }
  bool wants_no_proof() const { return order_.options.verify == Verify::none; }
  bool is_doubtful() const;  // a flow into this part ended presumed: design 5.6's second looks
  std::string source_name() const { return order_.source.wire_path(); }
  std::string final_name() const { return order_.destination.wire_path(); }
  std::string part_of(std::uint32_t epoch) const;
  std::string written_name() const;  // where the bytes go: the part, in_place the final name

  const MoveOrder order_;
  MakeCarrier make_carrier_;
  WorkPorts ports_;
  Interrupt interrupt_;
  std::unique_ptr<Carrier> carrier_;
  Signal publish_signal_;
  bool publish_ordered_ = false;
  bool publish_unknown_ = false;
  bool is_proven_ = false;  // and whether it is published comes with a later order

  std::string algorithm_;  // empty: no checksum is compared
  FileFacts source_;
  Traits traits_;                     // of the source, that it keeps
  std::optional<Standing> existing_;  // under the final name
  std::optional<Standing> folder_;    // in which it is
  RangeSet resumed_;
  Flow flow_;
  FileFacts part_;  // as verified
  std::optional<Checksum> checksum_;
  Verdict verdict_ = Verdict::none;
};

}  // namespace rft::mover
