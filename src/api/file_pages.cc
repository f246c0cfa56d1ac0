#include "api/file_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "base/text.h"

namespace rft::api {
namespace {

FileStatus without_fate(const File& file) {
  return file.status == Status::active ? FileStatus::active : FileStatus::waiting;
}

FileStatus status_of(const File& bundle, const std::optional<Fate>& fate) {
  if (fate == Fate::done) return FileStatus::done;
  if (fate == Fate::failed) return FileStatus::failed;
  if (fate == Fate::would_move) return FileStatus::would_move;
  if (fate == Fate::deleted) return FileStatus::deleted;
  if (fate == Fate::would_delete) return FileStatus::would_delete;
  return fate == Fate::skipped ? FileStatus::skipped : without_fate(bundle);
}

FileStatus status_of_one(const Request& request, const File& file) {
  if (file.status == Status::failed) return FileStatus::failed;
  if (file.status != Status::done) return without_fate(file);
  if (file.skipped) return FileStatus::skipped;
  if (!is_plan(request)) return FileStatus::done;
  return file.adopted ? FileStatus::skipped : FileStatus::would_move;
}

std::optional<FileEntry> entry_of(const Transfer& part, const BundleFile& file) {
  if (file.fate == Fate::apart) return std::nullopt;
  const Request& bundle = part.request;
  if (keeps_folders(bundle) && file.fate != Fate::failed) return std::nullopt;  // no file of it
  // What is deleted has one side.
  const std::string& source = is_removal(bundle) ? file.destination : file.source;
  return FileEntry{{bundle.source.endpoint, source},
                   {bundle.destination.endpoint, file.destination},
                   status_of(part.file, file.fate),
                   file.size,
                   file.checksum,
                   file.verdict,
                   file.adopted,
                   file.fault,
                   file.is_folder};
}

// A listing that failed is shown as the folder that it could not list.
Url shown(const Url& url, const File& file) {
  return file.due.size() == 1 ? Url{url.endpoint, url.path + file.due.front().path} : url;
}

FileEntry entry_of_one(const Request& request, const File& file) {
  FileEntry entry{shown(request.source, file),
                  shown(request.destination, file),
                  status_of_one(request, file),
                  std::nullopt,
                  file.checksum,
                  file.verdict,
                  file.adopted,
                  file.fault};
  if (file.source_facts) {
    entry.size = file.source_facts->size;
  } else if (file.status == Status::done || file.size > 0) {
    entry.size = file.size;
  }
  entry.is_folder = file.kind == Kind::listing;
  return entry;
}

Counted counted_as(FileStatus status) {
  switch (status) {
    case FileStatus::done:
    case FileStatus::would_move:
      return Counted::done;
    case FileStatus::failed:
      return Counted::failed;
    case FileStatus::skipped:
      return Counted::skipped;
    case FileStatus::deleted:
    case FileStatus::would_delete:
      return Counted::deleted;
    default:
      return Counted::waiting;
  }
}

// Reads part after part until the page is full, all is read or the bound is reached.
class PageReader : public std::enable_shared_from_this<PageReader> {
 public:
  PageReader(Engine& engine, FileQuery query, std::function<void(Result<FilePage>)> then)
      : engine_(engine), query_(std::move(query)), then_(std::move(then)) {
    page_.next = query_.after;
    // The part of the cursor may have more.
    if (query_.after && query_.after->part > 0) read_up_to_ = query_.after->part - 1;
  }

  void read() {
    const auto with = query_.status ? std::optional(counted_as(*query_.status)) : std::nullopt;
    engine_.parts(query_.owner, query_.handle, read_up_to_, parts_per_read, with,
                  [self = shared_from_this()](const Result<std::vector<Transfer>>& parts) {
                    if (!parts) return self->then_(tl::unexpected(parts.error()));
                    self->take(*parts);
                  });
  }

 private:
  void take(const std::vector<Transfer>& parts) {
    for (const Transfer& part : parts) {
      take(part);
      if (page_.files.size() == query_.limit) return then_(std::move(page_));
    }
    parts_read_ += parts.size();
    const bool last = parts.size() < parts_per_read;
    if (last) page_.next.reset();
    if (last || parts_read_ >= parts_per_page_max) return then_(std::move(page_));
    read();
  }

  void take(const Transfer& part) {
    read_up_to_ = part.request.number;
    page_.next = std::max(page_.next, std::optional(FileCursor{read_up_to_, 0}));
    auto entries = entries_of(part);
    for (std::size_t item = 0; item < entries.size(); ++item) {
      const FileCursor here{part.request.number, item};
      if (query_.after && here <= *query_.after) continue;
      page_.next = here;
      const bool wanted =
          entries[item] && (!query_.status || entries[item]->status == *query_.status);
      if (wanted) page_.files.push_back(std::move(*entries[item]));
      if (page_.files.size() == query_.limit) return;
    }
  }

  Engine& engine_;
  FileQuery query_;
  std::function<void(Result<FilePage>)> then_;
  FilePage page_;  // its `next`: the last file that was looked at
  std::uint64_t read_up_to_ = 0;
  std::size_t parts_read_ = 0;
};

}  // namespace

std::string FileCursor::text() const {
  return fmt::format("{}.{}", part, item);
}

std::optional<FileCursor> FileCursor::parse(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto part = parse_number(text.substr(0, dot));
  const auto item = parse_number(text.substr(dot + 1));
  constexpr std::uint64_t part_max = std::numeric_limits<std::int64_t>::max();  // of a store
  if (!part || !item || *part > part_max) return std::nullopt;
  return FileCursor{*part, *item};
}

std::vector<std::optional<FileEntry>> entries_of(const Transfer& part) {
  const File& file = part.file;
  if (file.kind == Kind::listing && file.status != Status::failed) return {};
  if (file.kind != Kind::bundle) return {entry_of_one(part.request, file)};
  std::vector<std::optional<FileEntry>> entries;
  for (const BundleFile& one : file.bundle.files()) entries.push_back(entry_of(part, one));
  return entries;
}

void read_files(Engine& engine, FileQuery query, std::function<void(Result<FilePage>)> then) {
  std::make_shared<PageReader>(engine, std::move(query), std::move(then))->read();
}

}  // namespace rft::api
