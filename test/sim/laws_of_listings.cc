// The laws of listings: each folder of a tree is listed by one part, what a listing keeps is
// bounded whatever the tree, and nothing is born of what has ended.
#include <fmt/format.h>

#include <algorithm>

#include "sim/laws.h"

namespace rft::sim {
namespace {

bool has_due(const File& listing, const std::string& folder) {
  return std::any_of(listing.due.begin(), listing.due.end(),
                     [&](const FolderDue& due) { return due.path == folder; });
}

// A folder that could not be listed: it has its own listing, which a commit tries again.
bool is_unlisted(const Transfer& born) {
  return born.file.status == Status::failed && born.file.due.size() == 1;
}

}  // namespace

void Laws::check_born_listing(const Transfer& part, const MemoryTables& tables) {
  const auto whole = tables.transfers.find(*part.request.whole);
  if (whole != tables.transfers.end() && is_final(whole->second.file.status)) {
    break_law("P8", name_of(part) + " is born of a request that has ended");
  }
  if (part.file.kind != Kind::listing) return;
  listing_bounds_[part.file.id] = std::max(part.file.due.size(), listings_take_ + 1);
  auto& listed = listed_[{*part.request.whole, part.request.options.act}];
  for (const FolderDue& due : part.file.due) {
    if (!listed.insert(due.path).second && !is_unlisted(part)) {
      break_law("P2", fmt::format("{}: '{}' has two listings", name_of(part), due.path));
    }
  }
}

// P11: of the folders that it finds a listing takes so many; those that it had when it was born are
// as many as a word names.
void Laws::check_listing(const Transfer& before, const Transfer& after) {
  if (after.file.due.size() > listing_bounds_[after.file.id]) {
    break_law("P11", fmt::format("{} keeps {} folders", name_of(after), after.file.due.size()));
  }
  auto& listed = listed_[{*after.request.whole, after.request.options.act}];
  for (const FolderDue& due : after.file.due) {
    if (has_due(before.file, due.path)) continue;
    if (!listed.insert(due.path).second) {
      break_law("P2", fmt::format("{}: '{}' is listed twice", name_of(after), due.path));
    }
  }
}

}  // namespace rft::sim
