#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cli/figures.h"
#include "cli/whole_text.h"

namespace rft::cli {
namespace {

constexpr std::size_t bar_width_least = 10;
constexpr std::size_t bar_width_most = 40;
constexpr std::string_view gap = "  ";

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> hold_words{{
    {"turn", "waits for its turn"},
    {"back_off", "waits before the next try"},
    {"endpoint_down", "waits for an endpoint that is down"},
    {"credential", "waits for a credential"},
    {"space", "waits for space at the destination"},
    {"destination_busy", "waits for another transfer to the same destination"},
    {"others", "is proven, and waits for the other files of its request"},
    {"paused", "is paused by the operator"},
    {"limit", "waits for a limit of the service"},
    {"stopping", "is being stopped"},
}};

double fraction(const Share& share) {
  if (share.whole == 0) return 1.0;
  return std::min(static_cast<double>(share.part) / static_cast<double>(share.whole), 1.0);
}

std::string bar(const Share& share, std::size_t width) {
  const auto full = static_cast<std::size_t>(fraction(share) * static_cast<double>(width));
  return fmt::format("[{}{}]", std::string(full, '#'), std::string(width - full, '.'));
}

std::string amount(const TransferProgress& now) {
  if (now.files) return whole_amount(*now.files, now.bytes_confirmed);
  if (!now.size) return bytes(now.bytes_confirmed);
  return fmt::format("{}{}{} of {}", percent(now.bytes_confirmed, *now.size), gap,
                     bytes(now.bytes_confirmed), bytes(*now.size));
}

std::string pace(const TransferProgress& now) {
  std::string text;
  if (now.rate > 0) text += fmt::format("{}{}", gap, rate(now.rate));
  if (now.eta) text += fmt::format("{}ETA {}", gap, eta_text(now));
  if (now.streams > 0) {
    text += fmt::format("{}{} stream{}", gap, now.streams, now.streams == 1 ? "" : "s");
  }
  if (!now.files && !now.doing.empty() && now.doing != "nothing") {
    text += fmt::format("{}{}", gap, shown(now.doing));
  }
  return text;
}

std::string tries(const TransferRecord& record) {
  return fmt::format("{} attempt{}", record.attempts, record.attempts == 1 ? "" : "s");
}

std::string failures(const TransferProgress& now) {
  if (!now.files || now.files->failed == 0) return {};
  return fmt::format("{}{} failed", gap, now.files->failed);
}

std::string proof(const TransferRecord& record) {
  if (!record.checksum) return "not_verified";
  std::string text = shown(record.checksum->verdict);
  if (!record.checksum->value.empty()) {
    text +=
        fmt::format(", {} {}", shown(record.checksum->algorithm), shown(record.checksum->value));
  }
  return text;
}

std::string way_on(const TransferRecord& failed) {
  if (failed.fault && failed.fault->code == "is_a_folder" && failed.fault->side == "source") {
    return "'rft copy -r' moves all that is below a folder";
  }
  return fmt::format("'rft commit {}' tries again", failed.handle);
}

}  // namespace

bool is_held(const TransferProgress& now) {
  return !now.hold.empty() && now.hold != "none";
}

std::string hold_text(const TransferProgress& now) {
  // The service's detail is either a whole sentence of the transfer ("it waits for ..."), or what
  // went wrong.
  constexpr std::string_view sentence = "it ";
  if (now.hold_detail.starts_with(sentence)) return shown(now.hold_detail.substr(sentence.size()));
  const auto* known =
      std::ranges::find(hold_words, now.hold, [](auto& pair) { return pair.first; });
  std::string text(known == hold_words.end() ? shown(now.hold) : std::string(known->second));
  if (!now.hold_detail.empty()) text += ": " + shown(now.hold_detail);
  return text;
}

std::string took(const TransferRecord& record) {
  const std::string& from = record.started_at.empty() ? record.committed_at : record.started_at;
  const auto seconds = seconds_between(from, record.finished_at);
  return seconds ? fmt::format(" in {}", duration(*seconds)) : "";
}

std::string fault_text(const TransferProgress& now) {
  return now.fault ? shown(now.fault->sentence) : "no fault is recorded";
}

std::string bar_line(const TransferProgress& now, std::size_t width) {
  if (now.status == "inactive") return cut("not committed", width);
  const std::string words =
      amount(now) + (is_held(now) ? std::string(gap) + hold_text(now) : pace(now)) + failures(now);
  const auto share = share_of(now);
  if (!share) return cut(words, width);
  const std::size_t taken = words.size() + gap.size() + 2;
  const std::size_t room =
      std::clamp(width > taken ? width - taken : 0, bar_width_least, bar_width_most);
  return cut(bar(*share, room) + std::string(gap) + words, width);
}

std::string change_line(const TransferProgress& now) {
  return change_line(now, shown(now.status));
}

std::string change_line(const TransferProgress& now, std::string text) {
  if (now.status == "inactive") {
    return now.files ? fmt::format("inactive: not committed, {}", files_text(now.files->total))
                     : "inactive: not committed";
  }
  if (is_held(now)) text += ", " + hold_text(now);
  if (now.files || now.size || now.bytes_confirmed > 0) text += std::string(gap) + amount(now);
  if (now.status == "active" && !is_held(now)) text += pace(now);
  return text + failures(now);
}

bool is_news(const TransferProgress& before, const TransferProgress& now) {
  const auto tenth = [](const TransferProgress& look) {
    const auto share = share_of(look);
    return share && share->whole > 0 ? static_cast<int>(10.0 * fraction(*share)) : 0;
  };
  const auto listing = [](const TransferProgress& look) {
    return look.files && look.files->listing;
  };
  const auto failing = [](const TransferProgress& look) {
    return look.files && look.files->failed > 0;
  };
  return before.status != now.status || before.hold != now.hold || tenth(before) != tenth(now) ||
         listing(before) != listing(now) || failing(before) != failing(now);
}

std::string verdict_line(const TransferRecord& record) {
  if (record.files && is_final(record.status)) return whole_verdict(record);
  if (record.status == "done" && is_plan(record)) return plan_verdict(record);
  if (record.status == "done") {
    return fmt::format("done: {}{}, {}{}, {}", record.skipped ? "skipped" : proof(record),
                       stood_there(record), bytes(record.size.value_or(record.bytes_confirmed)),
                       took(record), tries(record));
  }
  if (record.status == "failed") {
    return fmt::format("failed: {}, {}{}; {}", fault_text(record), tries(record), took(record),
                       way_on(record));
  }
  if (record.status == "user_stop_partial_trans") {
    return fmt::format("stopped: {} kept; 'rft commit {}' goes on from there",
                       record.bytes_confirmed == 0 ? "nothing" : bytes(record.bytes_confirmed),
                       record.handle);
  }
  return change_line(record);
}

int exit_of(std::string_view final_status) {
  if (final_status == "done") return exit_done;
  return final_status == "failed" ? exit_failed : exit_stopped;
}

}  // namespace rft::cli
