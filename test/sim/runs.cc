#include "sim/runs.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <deque>
#include <mutex>
#include <thread>

namespace rft::sim {
namespace {

constexpr std::size_t lines_told = 60;  // of a world that broke a law
constexpr std::uint64_t failures_told = 20;

void tell_failure(std::uint64_t seed, const Findings& findings, const Wish& wish) {
  fmt::print("seed {}: {} is broken: {}\n", seed, findings.broken->law, findings.broken->how);
  for (const std::string& line : last_lines(seed, wish.mutants, lines_told))
    fmt::print("  {}\n", line);
  fmt::print("to see all of it: sim --seed {} --trace\n", seed);
  std::fflush(stdout);
}

std::string name_of(Mutants mutants) {
  std::string name;
  for (const MutantRow& row : mutant_rows) {
    if (mutants.has(row.mutant))
      name += fmt::format("{}{}", name.empty() ? "" : " with ", row.word);
  }
  return name;
}

std::optional<Found> find(Mutants mutants, std::uint64_t from, std::uint64_t to) {
  for (std::uint64_t seed = from; seed <= to; ++seed) {
    const Findings findings = run_world(seed, mutants);
    if (findings.broken) return Found{seed, *findings.broken};
  }
  return std::nullopt;
}

struct Search {
  Mutants mutants;
  bool alone = true;
  std::string covered;
};

std::vector<Search> all_searches() {
  std::vector<Search> searches;
  for (const MutantRow& row : mutant_rows) {
    Search one;
    one.mutants.add(row.mutant);
    one.covered = row.covered;
    searches.push_back(one);
  }
  for (std::size_t a = 0; a < mutant_rows.size(); ++a) {
    for (std::size_t b = a + 1; b < mutant_rows.size(); ++b) {
      Search pair;
      pair.alone = false;
      pair.mutants.add(mutant_rows[a].mutant);
      pair.mutants.add(mutant_rows[b].mutant);
      searches.push_back(pair);
    }
  }
  return searches;
}

}  // namespace

void in_parallel(unsigned jobs, std::uint64_t count,
                 const std::function<void(std::uint64_t)>& one) {
  std::atomic<std::uint64_t> next{0};
  const auto work = [&] {
    for (std::uint64_t i = next++; i < count; i = next++) one(i);
  };
  std::vector<std::jthread> threads;
  for (unsigned i = 1; i < jobs; ++i) threads.emplace_back(work);
  work();
}

Findings run_world(std::uint64_t seed, Mutants mutants) {
  return World(seed, mutants).run();
}

std::vector<std::string> last_lines(std::uint64_t seed, Mutants mutants, std::size_t most) {
  std::deque<std::string> lines;
  World world(seed, mutants, [&](const std::string& line) {
    lines.push_back(line);
    if (lines.size() > most) lines.pop_front();
  });
  world.run();
  return {lines.begin(), lines.end()};
}

void Sum::add(const Findings& findings) {
  ++worlds;
  steps += findings.steps;
  faults += findings.faults;
  transfers += findings.transfers;
  done += findings.done;
  files += findings.files;
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += findings.counts[i];
  for (std::size_t i = 0; i < hits.size(); ++i) {
    for (std::size_t j = 0; j < hits[i].size(); ++j) hits[i][j] += findings.hits[i][j];
  }
}

Sum run_worlds(const Wish& wish) {
  Sum sum;
  std::mutex guard;
  in_parallel(wish.jobs, wish.seeds.size(), [&](std::uint64_t i) {
    const std::uint64_t seed = wish.seeds[i];
    const Findings findings = run_world(seed, wish.mutants);
    const bool same = !wish.twice || run_world(seed, wish.mutants).hash == findings.hash;
    const std::lock_guard lock(guard);
    sum.add(findings);
    if (findings.broken || !same) ++sum.broken;
    if (sum.broken > failures_told) return;
    if (!same) fmt::print("seed {} did not run the same twice\n", seed);
    if (findings.broken) tell_failure(seed, findings, wish);
  });
  return sum;
}

std::uint64_t find_mutants(std::uint64_t from, std::uint64_t to, unsigned jobs) {
  const std::vector<Search> searches = all_searches();
  std::atomic<std::uint64_t> missed{0};
  std::mutex guard;
  in_parallel(jobs, searches.size(), [&](std::uint64_t i) {
    const Search& search = searches[i];
    const auto found = find(search.mutants, from, to);
    const std::lock_guard lock(guard);
    const std::string name = name_of(search.mutants);
    if (found && search.alone) {
      fmt::print("{}: seed {}: {}: {}\n", name, found->seed, found->broken.law, found->broken.how);
    } else if (!found && !search.covered.empty()) {
      fmt::print("{}: not found, as is known: {}\n", name, search.covered);
    } else if (!found) {
      fmt::print("{}: not found in seeds {} to {}\n", name, from, to);
      ++missed;
    }
    std::fflush(stdout);
  });
  fmt::print("{} searches, {} in vain\n", searches.size(), missed.load());
  return missed;
}

}  // namespace rft::sim
