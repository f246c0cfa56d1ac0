#include "cli/whole_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cli/figures.h"
#include "cli/progress.h"

namespace rft::cli {
namespace {

constexpr std::string_view gap = "  ";

// As it would be on a bar; of nothing, all.
double fraction(const Share& share) {
  return share.whole == 0 ? 1.0
                          : static_cast<double>(share.part) / static_cast<double>(share.whole);
}

// Of a list the sizes of files that were not looked at are not known.
std::string bytes_of(const FileCounts& files, std::uint64_t bytes_confirmed) {
  if (files.would_move > 0) return bytes(files.bytes_would_move);
  const std::uint64_t confirmed = std::max(bytes_confirmed, files.bytes_done);
  if (confirmed >= files.bytes) return bytes(confirmed);
  return fmt::format("{} of {}", bytes(confirmed), bytes(files.bytes));
}

std::string done_of_total(const FileCounts& files) {
  if (files.would_move > 0) {
    return fmt::format("{} of {} would be moved", files.would_move, files_text(files.total));
  }
  const std::uint64_t done = files.done + files.would_move + files.deleted + files.would_delete;
  return fmt::format("{} of {}{}", done, files.listing ? "at least " : "", files_text(files.total));
}

std::optional<Share> share_of_files(const FileCounts& files, std::uint64_t bytes_confirmed) {
  if (files.listing) return std::nullopt;
  const Share of_files{
      files.done + files.skipped + files.would_move + files.deleted + files.would_delete,
      files.total};
  // A plan moves no bytes.
  if (files.would_move > 0) return of_files;
  const std::uint64_t confirmed = std::max(bytes_confirmed, files.bytes_done);
  const Share of_bytes{confirmed + files.bytes_skipped, files.bytes};
  return fraction(of_bytes) < fraction(of_files) ? of_bytes : of_files;
}

// What `done` speaks of, by the option that was asked for (P4).
std::string_view proof(const TransferRecord& record) {
  const auto verify = record.options.find("verify");
  if (verify == record.options.end() || verify->second == "checksum") return "verified";
  return verify->second == "size_only" ? "size_only" : "not_verified";
}

}  // namespace

std::optional<Share> share_of(const TransferProgress& now) {
  if (now.files) return share_of_files(*now.files, now.bytes_confirmed);
  if (!now.size) return std::nullopt;
  return Share{now.bytes_confirmed, *now.size};
}

std::string stood_there(const TransferRecord& record) {
  if (record.skipped) return ", by sync what stood there already is as good";
  if (!record.adopted) return "";
  const bool compared = record.checksum && record.checksum->verdict == "verified";
  return compared ? ", an identical file stood there already"
                  : ", a file of that size stood there already";
}

std::string eta_text(const TransferProgress& now) {
  return (now.eta_is_least ? "at least " : "") + duration(now.eta.value_or(0));
}

std::string files_text(std::uint64_t count) {
  return fmt::format("{} file{}", count, count == 1 ? "" : "s");
}

std::string whole_amount(const FileCounts& files, std::uint64_t bytes_confirmed) {
  if (files.listing && files.total == 0) return "listing";
  const auto share = share_of_files(files, bytes_confirmed);
  const std::string lead = share ? percent(share->part, share->whole) : "listing";
  return fmt::format("{}{}{}{}{}", lead, gap, done_of_total(files), gap,
                     bytes_of(files, bytes_confirmed));
}

std::string counts_text(const FileCounts& files) {
  const std::array<std::pair<std::uint64_t, const char*>, 8> all{
      {{files.done, "done"},
       {files.would_move, "would_move"},
       {files.deleted, "deleted"},
       {files.would_delete, "would_delete"},
       {files.failed, "failed"},
       {files.skipped, "skipped"},
       {files.active, "active"},
       {files.waiting, "waiting"}}};
  std::string text;
  for (const auto& [count, word] : all) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, word);
  }
  return text.empty() ? "none" : text;
}

std::string whole_size(const FileCounts& files) {
  return fmt::format("{} in {}{} file{}", bytes(files.bytes), files.total, files.listing ? "+" : "",
                     files.total == 1 && !files.listing ? "" : "s");
}

std::uint64_t files_to_go(const FileCounts& files) {
  return files.waiting + files.active + files.failed;
}

bool is_plan(const TransferRecord& record) {
  const auto act = record.options.find("act");
  return act != record.options.end() && act->second == "plan";
}

std::string status_word(const TransferRecord& record) {
  return shown(record.status) + (is_plan(record) ? " (dry run)" : "");
}

std::string plan_verdict(const TransferRecord& record) {
  if (!record.files) {
    return fmt::format("dry run: {}", record.adopted || record.skipped
                                          ? "it is there already, nothing would be moved"
                                          : bytes(record.size.value_or(0)) + " would be moved");
  }
  const FileCounts& files = *record.files;
  std::string text = fmt::format("dry run: {}, {} would be moved", files_text(files.would_move),
                                 bytes(files.bytes_would_move));
  if (files.would_delete > 0) text += fmt::format("; {} would be deleted", files.would_delete);
  if (files.skipped > 0) text += fmt::format("; {} skipped", files.skipped);
  if (files.failed > 0) text += fmt::format("; {} would fail", files.failed);
  return text;
}

std::string whole_verdict(const TransferRecord& record) {
  const FileCounts& files = *record.files;
  const bool looked_at_all =
      record.status == "done" || (record.status == "failed" && files.failed > 0);
  if (is_plan(record) && looked_at_all) return plan_verdict(record);
  const std::string moved = bytes(files.bytes_done);
  if (record.status == "done") {
    return fmt::format("done: {}, {}, {}{}{}{}", proof(record), files_text(files.done), moved,
                       took(record),
                       files.deleted > 0 ? fmt::format(", {} deleted", files.deleted) : "",
                       files.skipped > 0 ? fmt::format(", {} skipped", files.skipped) : "");
  }
  if (record.status == "failed" && files.failed > 0) {
    return fmt::format("failed: {} of {}{}; {}, {}", files.failed, files_text(files.total),
                       took(record), counts_text(files), moved);
  }
  if (record.status == "failed") {
    return fmt::format("failed: {}{}; {}", fault_text(record), took(record), counts_text(files));
  }
  return fmt::format("stopped: {}, {}; 'rft commit {}' goes on from there", counts_text(files),
                     bytes(std::max(record.bytes_confirmed, files.bytes_done)), record.handle);
}

namespace {

// What a plan skips so the move itself counts as done.
std::string_view adopted_text(const FileRecord& file) {
  return file.status == "skipped" ? "would be adopted: it stands there already"
                                  : "adopted: it stood there already";
}

}  // namespace

std::string file_line(const FileRecord& file) {
  std::string line = fmt::format("{:<12}{}{:>8}{}{}", shown(file.status), gap,
                                 file.size ? bytes(*file.size) : "-", gap, shown(file.source));
  if (file.fault) line += fmt::format("{}{}", gap, shown(file.fault->sentence));
  if (file.adopted) line += fmt::format("{}{}", gap, adopted_text(file));
  return line;
}

std::string failures_text(const TransferRecord& record, const std::vector<FileRecord>& some) {
  std::string text;
  for (const FileRecord& file : some) {
    text += fmt::format("  {}: {}\n", shown(file.source),
                        file.fault ? shown(file.fault->sentence) : "no fault is recorded");
  }
  const std::uint64_t failed = record.files ? record.files->failed : 0;
  if (failed > some.size()) text += fmt::format("  and {} more\n", failed - some.size());
  return text + fmt::format(
                    "'rft ls {0} --files --status failed' lists what failed, 'rft retry "
                    "{0}' tries it again\n",
                    record.handle);
}

}  // namespace rft::cli
