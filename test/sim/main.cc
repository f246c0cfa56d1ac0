// sim: worlds from seeds. See test/sim/README.md.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/text.h"
#include "sim/matrix.h"
#include "sim/runs.h"

namespace rft::sim {
namespace {

// So many worlds must have hit every kind of fault, and every cell of the matrix.
constexpr std::uint64_t worlds_for_kinds = 2'000, worlds_for_cells = 100'000;

struct Options {
  Wish wish;
  std::uint64_t from = 1, to = 0;
  bool trace = false;
  bool all_mutants = false;
  bool same_matrix = false;  // compare `matrix` instead of writing it
  std::string matrix;        // a file
};

void print_figures(const Sum& sum, double seconds) {
  const auto worlds = static_cast<double>(sum.worlds);
  fmt::print(
      "{} worlds, {:.0f} a second; a world has {:.0f} steps, {:.1f} faults, {:.1f} transfers "
      "of {:.1f} files, of which {:.1f} end done\n",
      sum.worlds, worlds / seconds, static_cast<double>(sum.steps) / worlds,
      static_cast<double>(sum.faults) / worlds, static_cast<double>(sum.transfers) / worlds,
      static_cast<double>(sum.files) / worlds, static_cast<double>(sum.done) / worlds);
  for (const FaultRow& row : fault_rows) {
    fmt::print("  {:>9}  {}\n", sum.counts[static_cast<std::size_t>(row.kind)], row.sentence);
  }
}

// Seeds without coverage mean nothing.
bool covers(const Sum& sum) {
  bool all = true;
  for (const FaultRow& row : fault_rows) {
    if (sum.worlds < worlds_for_kinds || sum.counts[static_cast<std::size_t>(row.kind)] > 0)
      continue;
    fmt::print("no world had the fault '{}'\n", row.word);
    all = false;
  }
  if (sum.worlds < worlds_for_cells) return all;
  for (const std::string& cell : cells_not_hit(sum.hits)) {
    fmt::print("no world had {}\n", cell);
    all = false;
  }
  return all;
}

int run(const Options& options) {
  const auto begun = std::chrono::steady_clock::now();
  const Sum sum = run_worlds(options.wish);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  print_figures(sum, took.count());
  if (!options.matrix.empty()) {
    std::ofstream(options.matrix) << matrix_text(sum.hits, sum.worlds);
    for (const std::string& cell : cells_not_hit(sum.hits)) fmt::print("not hit: {}\n", cell);
  }
  return sum.broken == 0 && covers(sum) ? 0 : 1;
}

// The page says what the table says.
int compare_matrix(const std::string& path) {
  std::ifstream file(path);
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  if (without_counts(page) == without_counts(matrix_text({}, 0))) return 0;
  fmt::print("{} is not what faults.def says: run `make sim`\n", path);
  return 1;
}

int trace(const Options& options) {
  int broken = 0;
  for (const std::uint64_t seed : options.wish.seeds) {
    World world(seed, options.wish.mutants,
                [](const std::string& line) { fmt::print("{}\n", line); });
    const Findings findings = world.run();
    if (!findings.broken) continue;
    fmt::print("{} is broken: {}\n", findings.broken->law, findings.broken->how);
    ++broken;
  }
  return broken == 0 ? 0 : 1;
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
      "usage: sim [--seeds FROM..TO] [--seed N] [--seeds-in FILE] [--jobs N] [--twice] [--trace]\n"
      "           [--mutant NAME]... [--mutants] [--matrix FILE | --same-matrix FILE]\n",
      stderr);
  return 2;
}

bool take_range(Options& options, const std::string& value) {
  const std::size_t dots = value.find("..");
  if (dots == std::string::npos) return false;
  const auto from = parse_number(value.substr(0, dots));
  const auto to = parse_number(value.substr(dots + 2));
  if (!from || !to) return false;
  options.from = *from;
  options.to = *to;
  return true;
}

// False where the option or its value is unknown.
bool take_value(Options& options, const std::string& option, const std::string& value) {
  const auto number = parse_number(value);
  if (option == "--seeds") return take_range(options, value);
  if (option == "--seeds-in") {
    const auto seeds = seeds_in(value);
    options.wish.seeds.insert(options.wish.seeds.end(), seeds.begin(), seeds.end());
  } else if (option == "--seed" && number) {
    options.wish.seeds.push_back(*number);
  } else if (option == "--jobs" && number && *number > 0) {
    options.wish.jobs = static_cast<unsigned>(*number);
  } else if (option == "--matrix" || option == "--same-matrix") {
    options.matrix = value;
    options.same_matrix = option == "--same-matrix";
  } else if (const auto mutant = mutant_of(value); option == "--mutant" && mutant) {
    options.wish.mutants.add(*mutant);
  } else {
    return false;
  }
  return true;
}

std::optional<Options> options_of(const std::vector<std::string>& words) {
  Options options;
  options.wish.jobs = std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--mutants") {
      options.all_mutants = true;
    } else if (words[i] == "--trace") {
      options.trace = true;
    } else if (words[i] == "--twice") {
      options.wish.twice = true;
    } else if (i + 1 == words.size() || !take_value(options, words[i], words[i + 1])) {
      return std::nullopt;
    } else {
      ++i;
    }
  }
  if (options.all_mutants) return options;
  for (std::uint64_t seed = options.from; seed <= options.to; ++seed) {
    options.wish.seeds.push_back(seed);
  }
  return options;
}

}  // namespace
}  // namespace rft::sim

int main(int argc, char** argv) {
  using namespace rft::sim;
  const auto options = options_of({argv + 1, argv + argc});
  if (!options) return usage();
  if (options->all_mutants) {
    return find_mutants(options->from, options->to, options->wish.jobs) == 0 ? 0 : 1;
  }
  if (options->same_matrix) return compare_matrix(options->matrix);
  return options->trace ? trace(*options) : run(*options);
}
