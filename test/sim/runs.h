// Runs: many worlds on all cores, and what they have shown together.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/world.h"

namespace rft::sim {

// Calls `one` with 0 to count - 1, each once, on `jobs` threads, nearly in this order. `one` is
// called by several threads at once.
void in_parallel(unsigned jobs, std::uint64_t count, const std::function<void(std::uint64_t)>& one);

Findings run_world(std::uint64_t seed, Mutants mutants);
// The last lines of what happened in a world, at most `most`.
std::vector<std::string> last_lines(std::uint64_t seed, Mutants mutants, std::size_t most);

struct Sum {
  std::uint64_t worlds = 0, steps = 0, faults = 0, transfers = 0, done = 0, files = 0, broken = 0;
  std::array<std::uint64_t, fault_rows.size()> counts{};
  Hits hits{};
  void add(const Findings& findings);
};

struct Wish {
  std::vector<std::uint64_t> seeds;
  Mutants mutants;
  bool twice = false;  // each world must run the same again
  unsigned jobs = 1;
};
// Tells of each world that breaks a law, and how to see it again.
Sum run_worlds(const Wish& wish);

// Which law each set of mutants breaks first, with the seed; nothing where no seed shows it.
struct Found {
  std::uint64_t seed = 0;
  Broken broken;
};
// Each mutant alone and each pair: one of them must be found by a seed of the range. How many not.
std::uint64_t find_mutants(std::uint64_t from, std::uint64_t to, unsigned jobs);

}  // namespace rft::sim
