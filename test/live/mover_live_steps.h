// What the live tests of the mover share: the folders and servers of a test, and the usual steps.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "mover_live_bed.h"
#include "wire/part_name.h"

namespace rft::live {

namespace fs = std::filesystem;
inline constexpr std::uint64_t mib = 1 << 20;

class MoverLive : public testing::Test {
 protected:
  void SetUp() override {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    folder = Bed::get().folder(name);
    fs::create_directories(folder + "/out");
    source = folder + "/source";
    destination = folder + "/out/destination";
  }
  std::string one() { return Bed::get().server("one", "--anon"); }
  std::string two() { return Bed::get().server("two", "--anon"); }
  // Ends the two servers of the shaped link; a test that needs time for its faults is on it.
  std::string slow_source() { return Bed::get().server("src", "--anon --netns wan-src"); }
  std::string slow_destination() { return Bed::get().server("dst", "--anon --netns wan-dst"); }

  std::string folder, source, destination;
};

Done publish(Mover& mover, const Task& task);

// What the next epoch is told after the mover of this one has said its last or died.
MoveOrder next_epoch(MoveOrder order, const RangeSet& confirmed, FlowEnd end);

// The first word of progress that tells of at least so many bytes.
Moving wait_for_bytes(Mover& mover, const Task& task, std::uint64_t bytes);

Failed failure(Mover& mover, const Task& task);

// The file is moved, published, compared and removed again.
void arrives(Mover& mover, const MoveOrder& order, const std::string& source,
             const std::string& destination);

// The rest of a file whose first bytes stand in a part of an earlier epoch.
void finishes_from(const MoveOrder& order, const std::string& source,
                   const std::string& destination);

// Hands over a proxy of one of the testbed's users, as rftd does.
Uuid give_proxy(Mover& mover, const std::string& user);

}  // namespace rft::live
