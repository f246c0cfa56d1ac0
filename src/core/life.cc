#include "core/life.h"

#include "base/words.h"
#include "core/transfer.h"

namespace rft {
namespace {

constexpr std::array<std::string_view, 7> statuses{
    "inactive", "committed", "active", "done", "failed", "user_stop_partial_trans", "user_stop"};
constexpr std::array<std::string_view, 5> kinds{"file", "bundle", "listing", "list", "tree"};
constexpr std::array<std::string_view, 2> credential_kinds{"x509_proxy", "password"};

}  // namespace

std::string_view word(Status status) {
  return word_of(status, statuses);
}
std::optional<Status> status_of(std::string_view word) {
  return enumerator_of<Status>(word, statuses);
}
std::string_view word(Kind kind) {
  return word_of(kind, kinds);
}
std::optional<Kind> kind_of(std::string_view word) {
  return enumerator_of<Kind>(word, kinds);
}
std::string_view word(CredentialKind kind) {
  return word_of(kind, credential_kinds);
}
std::optional<CredentialKind> credential_kind_of(std::string_view word) {
  return enumerator_of<CredentialKind>(word, credential_kinds);
}

bool is_final(Status status) {
  return status == Status::done || status == Status::failed ||
         status == Status::user_stop_partial_trans;
}

namespace {

// They are no files of the request: one that waits is work of its tree as a listing is, and one
// that fails is told, since then not all is as it was asked for.
Tally of_folders(const Tally& sum) {
  Tally folders;
  folders.listings = count_of(sum, Counted::waiting);
  folders.failed = sum.failed;
  folders.files = folders.listings + folders.failed;
  return folders;
}

}  // namespace

Tally tally_of(const Transfer& part) {
  const File& file = part.file;
  const std::uint64_t sent = file.bytes_sent + file.epoch_sent;
  if (file.kind == Kind::bundle) {
    Tally sum = file.bundle.tally();
    sum.bytes_sent = sent;
    if (is_removal(part.request)) {
      sum.bytes = sum.bytes_failed = sum.bytes_skipped = sum.unsized = sum.real_files = 0;
    }
    return keeps_folders(part.request) ? of_folders(sum) : sum;
  }
  const bool failed = file.status == Status::failed;
  const bool done = file.status == Status::done;
  Tally sum;
  // Until it is whole a listing counts as a file: where it is stopped or fails, not all is there.
  if (file.kind == Kind::listing) {
    sum.files = done ? 0 : 1;
    sum.failed = failed ? 1 : 0;
    sum.listings = is_final(file.status) ? 0 : 1;
    return sum;
  }
  // By a plan it stands there already: nothing would be moved.
  const bool kept = done && (file.skipped || (is_plan(part.request) && file.adopted));
  sum.files = 1;
  sum.real_files = failed ? 0 : 1;
  sum.bytes_sent = sent;
  sum.bytes = file.size;
  sum.failed = failed ? 1 : 0;
  sum.skipped = kept ? 1 : 0;
  sum.done = done && !kept ? 1 : 0;
  sum.bytes_done = done && !kept ? file.size : 0;
  sum.bytes_failed = failed ? file.size : 0;
  sum.bytes_skipped = kept ? file.size : 0;
  return sum;
}

namespace {

LedgerPart ledger_part(const Transfer& transfer, WallTime at, const Uuid& id,
                       std::vector<BundleItem> items) {
  const Request& request = transfer.request;
  const Part& part = transfer.file.part;
  return LedgerPart{id,
                    request.owner,
                    request.handle,
                    request.destination,
                    request.options.destination_credential,
                    part.id,
                    part.epochs,
                    at,
                    std::move(items)};
}

}  // namespace

std::optional<LedgerPart> left_behind(const Transfer& transfer, WallTime at, const Uuid& id) {
  std::vector<BundleItem> items = waiting_items(transfer.file.bundle);
  const bool all_gone = transfer.file.kind == Kind::bundle && items.empty();
  if (transfer.file.part.epochs.empty() || all_gone) return std::nullopt;
  return ledger_part(transfer, at, id, std::move(items));
}

LedgerPart left_by_ended(const Transfer& bundle, WallTime at, const Uuid& id) {
  return ledger_part(bundle, at, id, ended_items(bundle.file.bundle));
}

Stage stage(const File& file) {
  switch (file.status) {
    case Status::inactive:
      return Stage::inactive;
    case Status::committed:
      return Stage::committed;
    case Status::active:
      return file.stop_asked ? Stage::stopping : Stage::active;
    case Status::done:
      return Stage::done;
    case Status::failed:
      return Stage::failed;
    case Status::user_stop_partial_trans:
    case Status::user_stop:
      return Stage::stopped;
  }
  return Stage::failed;
}

}  // namespace rft
