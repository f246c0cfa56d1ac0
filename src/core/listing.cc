#include "core/listing.h"

#include <algorithm>

#include "wire/pattern.h"

namespace rft {
namespace {

NewFile below(const Request& listing, const std::string& path) {
  const auto at = [&path](const Url& folder) { return Url{folder.endpoint, folder.path + path}; };
  return {at(listing.source), at(listing.destination)};
}

// Wanted files may lie below what may be a folder: it is not passed over in silence.
bool may_be_wanted(const Options& options, const PassedOver& one) {
  const bool names_folder = one.path.ends_with('/');
  if (!names_folder && !one.may_be_folder) return is_wanted_file(options, one.path);
  return is_wanted_folder(options, names_folder ? one.path : one.path + '/');
}

}  // namespace

std::vector<NewFile> wanted_files(const Request& listing, const Listed& said) {
  std::vector<NewFile> files;
  for (const ListedFile& one : said.files) {
    if (!is_wanted_file(listing.options, one.path)) continue;
    files.push_back(below(listing, one.path));
    files.back().size = one.size;
  }
  for (const PassedOver& one : said.passed_over) {
    if (one.path == said.folder || !may_be_wanted(listing.options, one)) continue;
    files.push_back(below(listing, one.path));
    files.back().passed_over = one.fault;
  }
  return files;
}

NewFile unlisted_folder(const Request& listing, const Listed& said, Fault why) {
  NewFile folder = below(listing, said.folder);
  folder.passed_over = std::move(why);
  return folder;
}

std::optional<Fault> why_not_listed(const Listed& said) {
  for (const PassedOver& one : said.passed_over) {
    if (one.path == said.folder) return one.fault;
  }
  return std::nullopt;
}

bool moves_any(const std::vector<NewFile>& files) {
  return std::any_of(files.begin(), files.end(),
                     [](const NewFile& file) { return !file.passed_over; });
}

std::vector<FolderDue>::iterator due_folder(std::vector<FolderDue>& due, const std::string& path) {
  return std::find_if(due.begin(), due.end(),
                      [&](const FolderDue& folder) { return folder.path == path; });
}

void go_on_behind(FolderDue& due, const Listed& said, bool moves) {
  due.after = said.after;
  due.is_needed = due.is_needed || moves || why_not_listed(said);
}

std::optional<NewFile> empty_folder(const Request& listing, const FolderDue& told) {
  if (told.is_needed || !is_wanted_file(listing.options, told.path)) return std::nullopt;
  // A source that is empty altogether may be one that is not mounted: it has nothing for which its
  // destination's files would be extra (seeks_extras).
  if (told.path.empty() && listing.options.delete_extra) return std::nullopt;
  NewFile folder = below(listing, told.path);
  folder.is_folder = true;
  return folder;
}

std::optional<NewFile> kept_folder(const Request& listing, const Listed& said) {
  if (!said.whole || said.folder.empty() || why_not_listed(said)) return std::nullopt;
  NewFile folder = below(listing, said.folder);
  folder.is_folder = true;
  return folder;
}

std::optional<Fault> why_not_kept(const Request& listing, const Listed& said) {
  auto why = why_not_listed(said);
  const bool is_gone =
      why && (why->code == FaultCode::no_such_folder || why->code == FaultCode::no_such_file);
  if (is_gone || listing.options.skip_errors) return std::nullopt;
  return why;
}

}  // namespace rft
