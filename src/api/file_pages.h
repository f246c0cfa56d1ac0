// The files of a request, page by page out of its parts: no request is ever whole in memory.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/file_status.h"
#include "engine/engine.h"

namespace rft::api {

// A part has up to bundle_items_max files. One page reads no more parts than this, found or not
// what was asked for.
inline constexpr std::uint32_t parts_per_read = 16;
inline constexpr std::size_t parts_per_page_max = 256;

// A place in the order of all files of a request: "<part number>.<item>" as text.
struct FileCursor {
  std::uint64_t part = 0;
  std::uint64_t item = 0;
  std::string text() const;
  static std::optional<FileCursor> parse(std::string_view text);
  auto operator<=>(const FileCursor&) const = default;
};

struct FileEntry {
  Url source;
  Url destination;
  FileStatus status = FileStatus::waiting;
  std::optional<std::uint64_t> size;  // where it is known
  std::optional<Checksum> checksum;
  Verdict verdict = Verdict::none;
  bool adopted = false;
  std::optional<Fault> fault;
  bool is_folder = false;  // an empty one, that is made; one that could not be listed
};

struct FilePage {
  std::vector<FileEntry> files;
  std::optional<FileCursor> next;  // nothing on the last page
};

struct FileQuery {
  std::string owner;
  std::string handle;
  std::optional<FileStatus> status;
  std::optional<FileCursor> after;
  std::uint32_t limit = 100;
};

// The files of one part. A file that is moved apart stands there as nothing: it is shown as the
// part that it became. Of a listing that failed its folder is shown, as it is counted.
std::vector<std::optional<FileEntry>> entries_of(const Transfer& part);

void read_files(Engine& engine, FileQuery query, std::function<void(Result<FilePage>)> then);

}  // namespace rft::api
