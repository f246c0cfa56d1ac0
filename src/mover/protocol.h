// What a work asks of a protocol. A Carrier carries one file between one source and one
// destination, a ManyCarrier many small ones at once; GridFTP's is the first of both. Names are
// paths as the servers take them.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mover/async.h"
#include "wire/message.h"

namespace rft::mover {

// What stands under a name.
struct Standing {
  bool is_folder = false;
  FileFacts facts;                 // of a folder without a size
  std::optional<unsigned> mode{};  // where the server tells it
  bool is_link = false;            // where the server tells it; all else is of what it leads to
  bool is_told_file = false;       // by its type: that it has a size is said of some folders too
};
using Look = Outcome<std::optional<Standing>>;  // nothing: nothing stands there

// What a file at the destination is to have of its source beside its bytes.
struct Traits {
  std::string name{};
  std::string modify{};            // YYYYMMDDHHMMSS, UTC; empty: as it is
  std::optional<unsigned> mode{};  // at most 0777; nothing: as it is
  bool operator==(const Traits&) const = default;
};

struct Renamed {
  std::optional<Fault> fault;  // none: renamed
  bool unknown = false;        // the order was sent and its answer was not read
};

// The two servers of a work, and what every work asks of them. Of what is asked by the dozen the
// answers stand in the order of what was asked, and each is about its own alone; after the end of a
// connection those that have none yet have that for their answer.
class BothSides {
 public:
  virtual ~BothSides() = default;

  // Logs in at both sides and agrees on the data channel's security. To be called first, once.
  virtual awaitable<Outcome<void>> meet() = 0;
  // An algorithm that both sides compute; with a wish that or nothing.
  virtual std::optional<std::string> common_checksum(const std::string& wish) const = 0;
  virtual awaitable<std::vector<Look>> look_many(Side side, std::vector<std::string> names,
                                                 Doing doing) = 0;
  // At the destination, in this order.
  virtual awaitable<std::vector<Outcome<void>>> make_folders(std::vector<std::string> names) = 0;
  // At the destination; of each the first refusal. Its detail is the word of the option `preserve`.
  virtual awaitable<std::vector<Outcome<void>>> set_traits(std::vector<Traits> files) = 0;
  // Holds the sessions for a task that waits.
  virtual awaitable<Outcome<void>> keep_alive() = 0;
  // Bytes arrived that were not sent: the way that they took is not used again.
  virtual void distrust_channel() {}

  awaitable<Look> look(Side side, std::string name, Doing doing);
};

struct Freight {
  std::string source;
  std::string destination;  // the part, or with publish=in_place the final name
  std::uint64_t size = 0;
  RangeSet there;  // what is at the destination already
  unsigned streams = 1;
};

// How far the flow has come; current whenever the task looks.
struct Flow {
  RangeSet confirmed;  // with what was there before
  std::uint64_t bytes_sent = 0;
  std::uint64_t rate = 0;  // bytes a second over the last markers
  FlowEnd end = FlowEnd::no_flow;
  Duration silent{0};
};

class Carrier : public virtual BothSides {
 public:
  // Which of the ranges confirmed in a part the next flow can leave out.
  virtual awaitable<Outcome<RangeSet>> resumable(std::string source, std::string part,
                                                 RangeSet confirmed) = 0;
  virtual awaitable<Outcome<void>> move(const Freight& freight, Flow& flow,
                                        const std::function<void()>& progressed) = 0;
  // Of the whole file, in the normal form of lower-case hex.
  virtual awaitable<Outcome<std::string>> checksum(Side side, std::string name,
                                                   std::string algorithm, std::uint64_t size) = 0;
  virtual awaitable<Renamed> rename(std::string from, std::string to, Doing doing) = 0;
  // The source is not needed any more.
  virtual void leave_source() = 0;
};

// Names as the servers take them; the destination's is that of a part of this attempt alone.
struct Consignment {
  std::string source;
  std::string destination;
  std::uint64_t size = 0;
};

// How far a pipeline came. Of the files, in their order, the first `moved` have arrived: both sides
// said 226. Where that is not all, file `moved` is the one that did not. RETRs and STORs pair by
// order of opening and nothing else: what stands under the destinations from there up to `ordered`
// may hold other files' bytes, whatever their replies said. Those files are void: they are to be
// sent again under other names, and that costs them nothing (design 5.5).
struct Pipelined {
  std::size_t moved = 0;
  std::size_t ordered = 0;     // so many were sent to the servers
  std::optional<Fault> fault;  // none: all have arrived
  bool refused = false;        // a side refused that one file; else the pipeline broke
  bool written = false;        // what stands under its destination may be of this flow
  FlowEnd end = FlowEnd::known;
  Duration silent{0};
};

struct Rename {
  std::string from;
  std::string to;
};
struct Summand {
  std::string name;
  std::string algorithm;
};

// Many small files at once. A session that ended is replaced only after a move_many that ended it,
// so that what is proven and what is published are on one (design 5.6).
class ManyCarrier : public virtual BothSides {
 public:
  // Whether both sides have extended mode, without which nothing is pipelined. After meet().
  virtual bool can_move_many() const = 0;
  // `arrived` is told how many have, now and then.
  virtual awaitable<Outcome<Pipelined>> move_many(
      const std::vector<Consignment>& files, const std::function<void(std::size_t)>& arrived) = 0;
  // Of whole files, in the normal form of lower-case hex.
  virtual awaitable<std::vector<Outcome<std::string>>> checksum_many(
      Side side, std::vector<Summand> files) = 0;
  virtual awaitable<std::vector<Renamed>> rename_many(std::vector<Rename> renames) = 0;
  // At the destination; what is not there is as good as removed.
  virtual awaitable<std::vector<Outcome<void>>> remove_many(std::vector<std::string> names) = 0;
  // At the destination, in this order, folders that hold nothing. One that the server refuses to
  // remove stays, and that is no fault.
  virtual awaitable<std::vector<Outcome<void>>> remove_folders(std::vector<std::string> names) = 0;
};

}  // namespace rft::mover
