#include "cli/record_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/figures.h"
#include "cli/progress.h"
#include "cli/whole_text.h"

namespace rft::cli {
namespace {

void add(std::vector<Row>& rows, const std::string& name, std::string_view value) {
  if (!value.empty()) rows.push_back({name, shown(value)});
}

std::string state_of(const TransferRecord& record) {
  std::string text = status_word(record);
  if (is_held(record)) text += ", " + hold_text(record);
  return text;
}

void add_bytes(std::vector<Row>& rows, const TransferRecord& record) {
  const auto size = record.files ? record.files->bytes : record.size;
  if (size) rows.push_back({"size", fmt::format("{} ({} bytes)", bytes(*size), *size)});
  const auto confirmed = record.files ? std::max(record.bytes_confirmed, record.files->bytes_done)
                                      : record.bytes_confirmed;
  rows.push_back({"confirmed", fmt::format("{} {}", bytes(confirmed), share_text(record))});
  rows.push_back({"sent", fmt::format("{}, of these {} again", bytes(record.bytes_sent),
                                      bytes(record.bytes_resent))});
  if (record.rate > 0) rows.push_back({"rate", rate(record.rate)});
  if (record.eta) rows.push_back({"time to go", eta_text(record)});
  if (record.streams > 0) rows.push_back({"streams", std::to_string(record.streams)});
}

void add_files(std::vector<Row>& rows, const TransferRecord& record) {
  if (!record.files) return;
  add(rows, "kind", record.kind);
  add(rows, "files",
      fmt::format("{}: {}{}", record.files->total, counts_text(*record.files),
                  record.files->listing ? "; listing goes on" : ""));
}

}  // namespace

std::string share_text(const TransferProgress& progress) {
  const auto share = share_of(progress);
  return share ? percent(share->part, share->whole) : "";
}

std::string size_text(const TransferProgress& progress) {
  if (progress.files) return whole_size(*progress.files);
  return progress.size ? bytes(*progress.size) : "";
}

std::string record_text(const TransferRecord& record) {
  std::vector<Row> rows;
  add(rows, "handle", record.handle);
  add(rows, "id", record.id);
  add(rows, "owner", record.owner);
  add(rows, "source", record.source);
  add(rows, "destination", record.destination);
  add(rows, "label", record.label);
  add_files(rows, record);
  add(rows, "status", state_of(record));
  add(rows, "not before", record.not_before);
  if (record.fault) add(rows, "fault", record.fault->sentence);
  rows.push_back({"priority", std::to_string(record.priority)});
  if (!record.files) {
    rows.push_back({"attempts", fmt::format("{} (epoch {})", record.attempts, record.epoch)});
  }
  add_bytes(rows, record);
  if (record.doing != "nothing") add(rows, "doing", record.doing);
  if (record.checksum) {
    add(rows, "checksum",
        fmt::format("{} {} {}", record.checksum->verdict, record.checksum->algorithm,
                    record.checksum->value));
  }
  if (record.adopted || record.skipped) {
    add(rows, record.adopted ? "adopted" : "skipped", "yes" + stood_there(record));
  }
  for (const auto& [name, value] : record.options) add(rows, "option " + shown(name), value);
  add(rows, "submitted", record.submitted_at);
  add(rows, "committed", record.committed_at);
  add(rows, "started", record.started_at);
  add(rows, "finished", record.finished_at);
  return table(rows);
}

std::string status_text(const TransferRecord& record) {
  if (record.status == "done" && is_plan(record)) {
    return fmt::format("{}  done, {}\n", shown(record.handle), plan_verdict(record));
  }
  std::string text =
      fmt::format("{}  {}", shown(record.handle), change_line(record, status_word(record)));
  const bool told = record.files && record.files->failed > 0;  // by the count
  if (record.status == "failed" && record.fault && !told)
    text += "  " + shown(record.fault->sentence);
  return text + '\n';
}

std::string priority_stays(const TransferSpec& spec, const TransferAnswer& answer) {
  if (answer.created || !spec.priority || *spec.priority == answer.priority) return "";
  const bool changes = answer.status == "inactive" || answer.status == "committed" ||
                       answer.status == "user_stop_partial_trans";
  return fmt::format("{0} was submitted before with priority {1}, which stays{2}\n",
                     shown(answer.handle), answer.priority,
                     changes ? fmt::format("; 'rft priority {} {}' changes it",
                                           shown(answer.handle), *spec.priority)
                             : "");
}

std::string list_text(const std::vector<TransferRecord>& records) {
  if (records.empty()) return "";
  std::vector<Row> rows{{"HANDLE", "STATUS", "PRIO", "DONE", "SIZE", "SOURCE", "DESTINATION"}};
  for (const TransferRecord& record : records) {
    rows.push_back({shown(record.handle),
                    status_word(record) + (is_held(record) ? "/" + shown(record.hold) : ""),
                    std::to_string(record.priority), share_text(record), size_text(record),
                    shown(record.source), shown(record.destination)});
  }
  return table(rows);
}

std::string why_text(const TransferWhy& why) {
  std::string text =
      fmt::format("{}  {}: {}", shown(why.handle), shown(why.status), shown(why.sentence));
  if (!why.until.empty()) text += fmt::format(" (until {})", shown(why.until));
  return text + '\n';
}

std::string history_text(const TransferHistory& history) {
  std::vector<Row> rows{{"AT", "WHO", "WHAT", "STATUS", "HOLD", "EPOCH", "FAULT", "WHY"}};
  for (const TransferEvent& event : history.events) {
    rows.push_back({shown(event.at), shown(event.who), shown(event.what), shown(event.status),
                    event.hold == "none" ? "" : shown(event.hold), std::to_string(event.epoch),
                    shown(event.fault), shown(event.why)});
  }
  std::string text = table(rows);
  if (history.attempts.empty()) return text;
  rows = {{"EPOCH", "STARTED", "ENDED", "RESUMED AT", "SENT", "FLOW'S END", "FAULT", "MOVER"}};
  for (const TransferAttempt& attempt : history.attempts) {
    rows.push_back({std::to_string(attempt.epoch), shown(attempt.started_at),
                    shown(attempt.ended_at), bytes(attempt.bytes_resumed),
                    bytes(attempt.bytes_sent), shown(attempt.flow_end), shown(attempt.fault),
                    shown(attempt.mover)});
  }
  return text + '\n' + table(rows);
}

std::string links_text(const Links& links) {
  std::string text;
  if (!links.links.empty()) {
    std::vector<Row> rows{{"ACTIVE", "WAITING", "RATE", "SOURCE", "DESTINATION"}};
    for (const LinkState& link : links.links) {
      rows.push_back({std::to_string(link.active), std::to_string(link.waiting), rate(link.rate),
                      shown(link.source), shown(link.destination)});
    }
    text += table(rows);
  }
  if (!links.endpoints.empty()) {
    std::vector<Row> rows{{"ENDPOINT", "STATE", "SINCE", "NEXT PROBE", "FAULT"}};
    for (const EndpointState& endpoint : links.endpoints) {
      rows.push_back({shown(endpoint.endpoint), endpoint.down ? "down" : "up",
                      shown(endpoint.down_since), shown(endpoint.next_probe),
                      shown(endpoint.fault)});
    }
    text += (text.empty() ? "" : "\n") + table(rows);
  }
  return text;
}

std::string credentials_text(const std::vector<StoredCredential>& credentials) {
  if (credentials.empty()) return "";
  std::vector<Row> rows{{"ID", "KIND", "ENDS", "FOR", "FROM", "IDENTITY"}};
  for (const StoredCredential& one : credentials) {
    rows.push_back({shown(one.id), shown(one.kind), shown(one.not_after), shown(one.endpoint),
                    shown(one.path), shown(one.subject)});
  }
  return table(rows);
}

}  // namespace rft::cli
