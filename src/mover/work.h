// Work: what a worker starts for an order that takes a while, and speaks for until its last word.
#pragma once
#include <cstdint>
#include <functional>

#include "mover/async.h"
#include "wire/message.h"

namespace rft::mover {

// What a work may ask of the mover that it runs in.
struct WorkPorts {
  std::function<std::uint64_t(TaskSays)> say;  // gives the number of the word
  std::function<bool()> may_publish;           // enough of the lease is left for a rename
  Signal* lease_changed = nullptr;
  std::function<void()> hurry;      // what this task said goes to rftd without waiting for more
  std::function<bool()> all_saved;  // rftd has saved all that this task said
  Signal* saved = nullptr;          // it may have become so
};

class Work {
 public:
  virtual ~Work() = default;
  // Says exactly one of Done, Failed, Stopped, Proven at the end.
  virtual awaitable<void> run() = 0;
  // The order to publish came; of a bundle it names the word that it answers.
  virtual void publish(std::uint64_t verified) = 0;
  virtual void interrupt(Interrupt::Why why) = 0;
};

}  // namespace rft::mover
