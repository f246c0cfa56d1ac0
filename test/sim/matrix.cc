#include "sim/matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace rft::sim {
namespace {

struct Meaning {
  char letter;
  std::string_view text;
};

constexpr std::array outcomes{
    Meaning{'S', "goes on as if nothing had happened, and spends no try (5.12)"},
    Meaning{'A',
            "the caller is told so or not answered, asks again and gets the one answer (P1, P2)"},
    Meaning{'W', "waits until it is over, then goes on; spends no try (P8)"},
    Meaning{'H', "is held with its reason, at no cost in tries, and goes on by itself (P8)"},
    Meaning{'R', "this try may end; the next goes on from what was confirmed (P7)"},
    Meaning{'L',
            "this try may end; whether the file was published is looked at before anything is done "
            "(P4, P9)"},
    Meaning{'Z',
            "found by size, facts or checksum before anything is published; sent afresh (P3, P4)"},
    Meaning{'F', "tried until its budget is spent, then failed with the cause (P8)"},
    Meaning{'P',
            "the one thing presumed: who was silent for the settling time has no writer (5.3); "
            "taken back where seen"},
    Meaning{'T', "the part is deleted later (the ledger)"},
    Meaning{'C',
            "answered as the table of calls says (core/life.h); the work goes on or ends "
            "accordingly (P2, P6, P9)"},
};

constexpr std::array reasons{
    Meaning{'n', "nobody works on it"},
    Meaning{'a', "nothing is asked of a server for it"},
    Meaning{'c', "no command is under way"},
    Meaning{'l', "no log-in is under way"},
    Meaning{'r', "no rename is under way"},
    Meaning{'f', "no flow of it is open"},
    Meaning{'x', "the flow was given up already"},
    Meaning{'o', "nothing was stored that could be told or lost"},
    Meaning{'y', "nothing is aborted"},
    Meaning{'w', "it needs no new mover"},
    Meaning{'k', "it is kept in memory"},
    Meaning{'j', "its handle is free: a call speaks of a new life"},
    Meaning{'m', "files in a pipeline keep no markers (5.4)"},
    Meaning{'p', "it is a part: a call speaks of its whole"},
    Meaning{'q', "nothing of a bundle is deleted"},
};

template <std::size_t n>
constexpr bool knows(const std::array<Meaning, n>& meanings, char letter) {
  for (const Meaning& meaning : meanings) {
    if (meaning.letter == letter) return true;
  }
  return false;
}

constexpr bool every_letter_means_something() {
  for (const FaultRow& row : fault_rows) {
    for (const MomentRow& moment : moment_rows) {
      const char letter = outcome(row.kind, moment.moment);
      if (!knows(outcomes, letter) && !knows(reasons, letter)) return false;
    }
  }
  return true;
}
static_assert(every_letter_means_something());

std::uint64_t hits_of(const Hits& hits, const FaultRow& row, const MomentRow& moment) {
  return hits[static_cast<std::size_t>(row.kind)][static_cast<std::size_t>(moment.moment)];
}

std::string counted(std::uint64_t hits) {
  if (hits >= 10'000'000) return fmt::format("{}M", hits / 1'000'000);
  if (hits >= 10'000) return fmt::format("{}k", hits / 1'000);
  return fmt::format("{}", hits);
}

template <std::size_t n>
std::string list_of(const std::array<Meaning, n>& meanings) {
  std::string text;
  for (const Meaning& meaning : meanings) {
    text += fmt::format("| {} | {} |\n", meaning.letter, meaning.text);
  }
  return text;
}

std::string moments_text() {
  std::string text = "\n## Moments\n\n| | moment | when |\n|---|---|---|\n";
  for (const MomentRow& moment : moment_rows) {
    text += fmt::format("| {} | {} | {} |\n", moment.letter, moment.word, moment.sentence);
  }
  return text;
}

constexpr std::string_view head =
    "# What may go wrong, when, and what is promised\n\n"
    "Made by `sim --matrix` from `test/sim/faults.def` and `test/sim/moments.def`; not written by "
    "hand. A cell is a kind of\n"
    "fault at a moment of a transfer: what is promised, and under it how often the run behind this "
    "page had that case. The\n"
    "laws of the simulation (`test/sim/laws.*`) hold the promises up in every world, whatever else "
    "goes wrong in it. A run\n"
    "of 100,000 worlds (`make sim`) fails where a cell with a promise was never hit.\n";

}  // namespace

std::vector<std::string> cells_not_hit(const Hits& hits) {
  std::vector<std::string> missed;
  for (const FaultRow& row : fault_rows) {
    for (const MomentRow& moment : moment_rows) {
      if (!can_be(row.kind, moment.moment) || hits_of(hits, row, moment) > 0) continue;
      missed.push_back(fmt::format("{} at '{}'", row.word, moment.word));
    }
  }
  return missed;
}

std::string matrix_text(const Hits& hits, std::uint64_t worlds) {
  std::string text(head);
  text += fmt::format("\nCounted in {} worlds.\n\n| fault |", worlds);
  for (const MomentRow& moment : moment_rows) text += fmt::format(" {} |", moment.letter);
  text += "\n|---|";
  for (std::size_t i = 0; i < moment_rows.size(); ++i) text += "---|";
  text += "\n";
  for (const FaultRow& row : fault_rows) {
    text += fmt::format("| {} |", row.sentence);
    for (const MomentRow& moment : moment_rows) {
      const char letter = outcome(row.kind, moment.moment);
      text += can_be(row.kind, moment.moment)
                  ? fmt::format(" {}<br>{} |", letter, counted(hits_of(hits, row, moment)))
                  : fmt::format(" {} |", letter);
    }
    text += "\n";
  }
  text += moments_text();
  text += "\n## What is promised\n\n| | |\n|---|---|\n" + list_of(outcomes);
  text += "\n## Why a case cannot be\n\n| | |\n|---|---|\n" + list_of(reasons);
  return text;
}

std::string without_counts(const std::string& text) {
  std::string bare;
  constexpr std::string_view mark = "<br>", counted_in = "Counted in ";
  for (std::size_t i = 0; i < text.size();) {
    const bool count = text.compare(i, mark.size(), mark) == 0;
    const bool worlds = text.compare(i, counted_in.size(), counted_in) == 0;
    if (!count && !worlds) {
      bare += text[i++];
      continue;
    }
    i += count ? mark.size() : counted_in.size();
    i = text.find_first_not_of("0123456789kM", i);
  }
  return bare;
}

}  // namespace rft::sim
