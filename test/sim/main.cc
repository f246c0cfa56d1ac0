// sim: worlds from seeds. See test/sim/README.md.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "sim/world.h"

namespace rft::sim {
namespace {

struct Wish {
  std::uint64_t from = 1, to = 0;
  std::vector<std::uint64_t> seeds;
  Mutant mutant = Mutant::none;
  bool trace = false;
  bool all_mutants = false;
  bool twice = false;
};

Findings run(std::uint64_t seed, Mutant mutant, bool trace) {
  World world(seed, mutant, trace);
  return world.run();
}

struct Sum {
  std::uint64_t worlds = 0, steps = 0, faults = 0, transfers = 0, done = 0, broken = 0;
  std::array<std::uint64_t, fault_rows.size()> counts{};
};

void tell_failure(std::uint64_t seed, const Findings& verdict) {
  fmt::print("seed {}: {} is broken: {}\n  to see it again: sim --seed {} --trace\n", seed,
             verdict.broken->law, verdict.broken->how, seed);
  std::fflush(stdout);
}

void add(Sum& sum, std::uint64_t seed, const Wish& wish) {
  const Findings verdict = run(seed, wish.mutant, wish.trace);
  ++sum.worlds;
  sum.steps += verdict.steps;
  sum.faults += verdict.faults;
  sum.transfers += verdict.transfers;
  sum.done += verdict.done;
  for (std::size_t i = 0; i < sum.counts.size(); ++i) sum.counts[i] += verdict.counts[i];
  if (wish.twice && run(seed, wish.mutant, false).hash != verdict.hash) {
    ++sum.broken;
    fmt::print("seed {} did not run the same twice\n", seed);
  }
  if (!verdict.broken) return;
  ++sum.broken;
  tell_failure(seed, verdict);
}

int run_worlds(const Wish& wish) {
  const auto begun = std::chrono::steady_clock::now();
  Sum sum;
  for (const std::uint64_t seed : wish.seeds) add(sum, seed, wish);
  for (std::uint64_t seed = wish.from; seed <= wish.to; ++seed) add(sum, seed, wish);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  const auto worlds = static_cast<double>(sum.worlds);
  fmt::print(
      "{} worlds, {:.0f} a second; a world has {:.0f} steps, {:.1f} faults, {:.1f} transfers "
      "of which {:.1f} end done\n",
      sum.worlds, worlds / took.count(), static_cast<double>(sum.steps) / worlds,
      static_cast<double>(sum.faults) / worlds, static_cast<double>(sum.transfers) / worlds,
      static_cast<double>(sum.done) / worlds);
  for (const FaultRow& row : fault_rows) {
    const std::uint64_t count = sum.counts[static_cast<std::size_t>(row.kind)];
    if (sum.worlds > 1) fmt::print("  {:>9}  {}\n", count, row.sentence);
    if (sum.worlds >= 1000 && count == 0) {
      fmt::print("no world had the fault '{}'\n", row.word);
      ++sum.broken;
    }
  }
  return sum.broken == 0 ? 0 : 1;
}

// Each mutant must be found by some seed of the range.
int find_mutants(const Wish& wish) {
  int missed = 0;
  for (const MutantRow& row : mutant_rows) {
    std::uint64_t seed = wish.from;
    std::optional<Findings> found;
    for (; seed <= wish.to && !found; ++seed) {
      Findings verdict = run(seed, row.mutant, false);
      if (verdict.broken) found = std::move(verdict);
    }
    if (found) {
      fmt::print("{}: found by seed {}: {}, {}\n", row.word, seed - 1, found->broken->law,
                 found->broken->how);
    } else {
      fmt::print("{}: not found\n", row.word);
      ++missed;
    }
  }
  return missed == 0 ? 0 : 1;
}

std::vector<std::uint64_t> seeds_in(const std::string& path) {
  std::vector<std::uint64_t> seeds;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto seed = parse_number(line.substr(0, line.find(' ')));
    if (seed) seeds.push_back(*seed);
  }
  return seeds;
}

int usage() {
  std::fputs(
      "usage: sim [--seeds FROM..TO] [--seed N] [--seeds-in FILE] [--trace] [--twice]\n"
      "           [--mutant NAME | --mutants]\n",
      stderr);
  return 2;
}

std::optional<Wish> wish_of(const std::vector<std::string>& words) {
  Wish wish;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& option = words[i];
    const bool takes_value =
        option == "--seeds" || option == "--seed" || option == "--seeds-in" || option == "--mutant";
    if (takes_value && i + 1 == words.size()) return std::nullopt;
    const std::string value = takes_value ? words[++i] : "";
    if (option == "--seeds") {
      const std::size_t dots = value.find("..");
      if (dots == std::string::npos) return std::nullopt;
      const auto from = parse_number(value.substr(0, dots));
      const auto to = parse_number(value.substr(dots + 2));
      if (!from || !to) return std::nullopt;
      wish.from = *from;
      wish.to = *to;
    } else if (option == "--seed") {
      const auto seed = parse_number(value);
      if (!seed) return std::nullopt;
      wish.seeds.push_back(*seed);
    } else if (option == "--seeds-in") {
      for (const std::uint64_t seed : seeds_in(value)) wish.seeds.push_back(seed);
    } else if (option == "--mutant") {
      const auto mutant = mutant_of(value);
      if (!mutant) return std::nullopt;
      wish.mutant = *mutant;
    } else if (option == "--mutants") {
      wish.all_mutants = true;
    } else if (option == "--trace") {
      wish.trace = true;
    } else if (option == "--twice") {
      wish.twice = true;
    } else {
      return std::nullopt;
    }
  }
  return wish;
}

}  // namespace
}  // namespace rft::sim

int main(int argc, char** argv) {
  const auto wish = rft::sim::wish_of({argv + 1, argv + argc});
  if (!wish) return rft::sim::usage();
  return wish->all_mutants ? rft::sim::find_mutants(*wish) : rft::sim::run_worlds(*wish);
}
