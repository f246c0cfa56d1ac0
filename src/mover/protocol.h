// What a task asks of a protocol. One Carrier carries one file between one source and one
// destination; GridFTP's is the first. Names are paths as the servers take them.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "mover/async.h"
#include "wire/message.h"

namespace rft::mover {

// What stands under a name.
struct Standing {
  bool is_folder = false;
  FileFacts facts;  // of a file
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

struct Renamed {
  std::optional<Fault> fault;  // none: renamed
  bool unknown = false;        // the order was sent and its answer was not read
};

class Carrier {
 public:
  virtual ~Carrier() = default;

  // Logs in at both sides and agrees on the data channel's security. To be called first, once.
  virtual awaitable<Outcome<void>> meet() = 0;
  // An algorithm that both sides compute; with a wish that or nothing.
  virtual std::optional<std::string> common_checksum(const std::string& wish) const = 0;
  // Which of the ranges confirmed in a part the next flow can leave out.
  virtual awaitable<Outcome<RangeSet>> resumable(std::string source, std::string part,
                                                 RangeSet confirmed) = 0;

  virtual awaitable<Outcome<std::optional<Standing>>> look(Side side, std::string name,
                                                           Doing doing) = 0;
  virtual awaitable<Outcome<void>> make_folder(std::string name) = 0;
  virtual awaitable<Outcome<void>> move(const Freight& freight, Flow& flow,
                                        const std::function<void()>& progressed) = 0;
  // Of the whole file, in the normal form of lower-case hex.
  virtual awaitable<Outcome<std::string>> checksum(Side side, std::string name,
                                                   std::string algorithm, std::uint64_t size) = 0;
  virtual awaitable<Renamed> rename(std::string from, std::string to, Doing doing) = 0;
  // Holds the destination's session for a task that waits.
  virtual awaitable<Outcome<void>> keep_alive() = 0;
  // The source is not needed any more.
  virtual void leave_source() = 0;
  // Bytes arrived that were not sent: the way that they took is not used again.
  virtual void distrust_channel() {}
};

}  // namespace rft::mover
