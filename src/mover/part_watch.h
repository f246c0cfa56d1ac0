// PartWatch: in stream mode the destination sends no markers, so a session of its own asks for the
// part's size each second (design 5.8).
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "mover/pool.h"

namespace rft::mover {

class PartWatch {
 public:
  std::uint64_t size() const { return size_; }
  Signal& changed() { return changed_; }
  void stop();

  // Looks until stop(). Where no session can be had there is nothing to see, and the flow runs on.
  static awaitable<void> look(std::shared_ptr<PartWatch> watch, Pool& pool, SessionKey key,
                              std::string name);

 private:
  std::uint64_t size_ = 0;
  bool stopped_ = false;
  Signal changed_;
  Interrupt interrupt_;
};

}  // namespace rft::mover
