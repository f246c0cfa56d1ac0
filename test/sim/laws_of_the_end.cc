// The laws of the end: all has ended, nothing of ours is left, no work was done twice.
#include <fmt/format.h>

#include <algorithm>

#include "mover/bundle_parts.h"
#include "sim/laws.h"
#include "sim/session.h"
#include "wire/part_name.h"

namespace rft::sim {

// P8: once faults have stopped, everything committed has ended, and nothing of ours is left.
void Laws::all_ended(const MemoryTables& tables, const Engine::Totals& totals) {
  for (const auto& [id, transfer] : tables.transfers) {
    const Status status = transfer.file.status;
    // Of a stopped request those parts wait that nobody had looked at.
    const bool waits = is_part(transfer) && status == Status::committed;
    if ((status == Status::committed || status == Status::active) && !waits) {
      break_law("P8", fmt::format("{} has not ended: hold {}, {}", name_of(transfer),
                                  word(transfer.file.hold), transfer.file.hold_detail));
    }
  }
  if (totals.active != 0 || totals.waiting != 0) {
    break_law("leak", fmt::format("the engine counts {} active and {} waiting", totals.active,
                                  totals.waiting));
  }
  if (!tables.outbox.empty()) break_law("leak", "an order was never answered");
  if (!tables.ledger.empty()) break_law("leak", "the ledger keeps a part");
  check_parts(tables);
  check_work(tables);
  check_many(tables);
  check_claims();
}

// P7: what is sent again is what no marker had told, or the record says why it began afresh.
void Laws::check_work(const MemoryTables& tables) {
  for (const auto& [file, sent] : servers_.sent()) {
    const auto seen = seen_.find(file);
    if (seen == seen_.end() || seen->second.file.kind != Kind::file) continue;
    const Request& request = seen->second.request;
    std::uint64_t sendings = 1;
    for (const auto& [seq, event] : tables.events) {
      if (event.request == request.id && event.what == "afresh") ++sendings;
    }
    std::uint64_t size = 0;
    for (const Content& version : versions_.at(source_of(request.source))) {
      size = std::max(size, version.size);
    }
    if (sent.bytes <= size * sendings + sent.excusable) continue;
    break_law("P7", fmt::format("{}: {} bytes were sent of {}, begun {} times, and {} are excused",
                                name_of(seen->second), sent.bytes, size, sendings, sent.excusable));
  }
}

void Laws::check_parts(const MemoryTables& tables) {
  std::set<std::string> known;
  for (const auto& [id, transfer] : tables.transfers) {
    const Part& part = transfer.file.part;
    for (const std::uint32_t epoch : part.epochs) {
      known.insert(on_disk(mutants_, "/" + part_name(part.id, epoch)).substr(1));
      for (const BundleItem& item : waiting_items(transfer.file.bundle)) {
        for (const auto& name : mover::item_parts("/", part.id, {epoch}, item.number)) {
          known.insert(on_disk(mutants_, name).substr(1));
        }
      }
    }
  }
  for (const auto& [endpoint, server] : servers_.all()) {
    for (const auto& [path, inode] : server.files) {
      const std::string name = path.substr(path.rfind('/') + 1);
      if (is_part_name(name) && !known.contains(name) && !inode->planted) {
        break_law("leak", fmt::format("{}{} is left", endpoint.text(), path));
      }
    }
  }
}

}  // namespace rft::sim
