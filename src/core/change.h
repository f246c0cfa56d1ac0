// How the decisions write a Change: the next value with its version, and what history says of it.
#pragma once
#include <string>
#include <utility>

#include "core/decide.h"

namespace rft {

class ChangeWriter {
 public:
  ChangeWriter(const Transfer& from, WallTime at) : at_(at) {
    change_.next = from;
    ++change_.next.file.version;
  }

  File& file() { return change_.next.file; }
  const Transfer& transfer() const { return change_.next; }
  const Request& request() const { return change_.next.request; }
  WallTime at() const { return at_; }

  void created() { change_.created = true; }
  void erased() { change_.erased = true; }
  void order(Order order) {
    change_.orders.push_back({task_of(file()), file().mover, std::move(order)});
  }
  void say(std::string who, std::string what, std::string why) {
    said_.push_back({std::move(who), std::move(what), std::move(why)});
  }
  // A final status: nothing is waited for any more.
  void end(Status status);
  // The part, if there is one, goes to the ledger to be deleted; the next one has a new name.
  void discard_part(const Uuid& ledger_id);
  // What files of a bundle left that have a fate goes to the ledger; the part goes on.
  void discard_parts_of_ended(const Uuid& ledger_id) {
    change_.discarded.push_back(left_by_ended(change_.next, at_, ledger_id));
  }
  // New parts of a whole: of the one that is written, or of the one that it is a part of. Their ids
  // are made of the draws' request and file, each by another number.
  void bear(std::vector<NewFile> files, const Draws& draws);
  void bear_apart(std::uint32_t item, const Draws& draws);  // a file of this bundle, by itself
  void bear_listing(const Draws& draws);
  // By a listing: of folders that it does not walk itself; of one that could not be listed, which
  // is tried again with the next commit.
  void bear_listing_apart(const std::vector<std::string>& folders, const Draws& draws);
  void bear_unlisted(const std::string& folder, Fault why, const Draws& draws);
  // Of delete_extra: the listing of the destination, and the parts that delete what it found.
  void bear_extras_listing(const Draws& draws);
  void bear_folders_listing(const Draws& draws);
  void bear_extras(std::vector<NewFile> files, const Draws& draws);
  void line(KnownLine line) { change_.lines.push_back(std::move(line)); }
  void begin_attempt();
  void end_attempt(FlowEnd end, std::optional<Fault> fault);

  Change take();

 private:
  struct Said {
    std::string who, what, why;
  };
  std::uint64_t fresh_number(const Draws& draws);
  Transfer& bear_part(std::uint64_t number, Kind kind, Url source, Url destination,
                      const Draws& draws);

  Change change_;
  WallTime at_;
  std::uint64_t numbered_ = 0;  // parts that this change gave a number
  std::vector<Said> said_;
};

inline constexpr const char* service = "service";
std::string mover_name(const std::string& mover);

}  // namespace rft
