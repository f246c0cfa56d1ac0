#include "cli/move_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <istream>
#include <ostream>

#include "base/url.h"
#include "cli/figures.h"
#include "cli/file_list.h"
#include "cli/progress.h"
#include "cli/record_text.h"
#include "cli/watch.h"
#include "cli/whole_text.h"
#include "client/proxy.h"

namespace rft::cli {
namespace {

constexpr std::size_t files_per_chunk = 10'000;
constexpr std::size_t refused_shown_max = 10;

bool is_url(const std::string& text) {
  return text.find("://") != std::string::npos;
}

// Without folders a path lies below nothing.
Result<void> all_urls(const FileList::Chunk& chunk) {
  for (std::size_t i = 0; i < chunk.files.size(); ++i) {
    const NewFileLine& file = chunk.files[i];
    if (is_url(file.source) && is_url(file.destination)) continue;
    return fail(Code::invalid_request,
                fmt::format("line {}: it does not hold two URLs; without them give the two folders "
                            "that its paths are below: --from FILE SRC DST",
                            chunk.numbers[i]));
  }
  return {};
}

Result<std::string> root_of(const std::string& url, std::uint64_t number) {
  const auto parsed = parse_file_or_folder_url(url);
  if (parsed) return Url{parsed->endpoint, "/"}.text();
  return fail(parsed.error().code,
              fmt::format("line {}: '{}': {}", number, shown(url), parsed.error().detail));
}

// Reads a list in chunks, each of which was looked at as far as one can without the service.
class Reader {
 public:
  Reader(FileList list, const ListSource& source, bool folders)
      : list_(std::move(list)), destinations_(source.destinations), folders_(folders) {}

  Result<FileList::Chunk> next() {
    auto chunk = list_.next(files_per_chunk);
    if (chunk && destinations_) {
      for (NewFileLine& file : chunk->files) file.source = file.destination;
    }
    if (!chunk || folders_) return chunk;
    if (const auto urls = all_urls(*chunk); !urls) return tl::unexpected(urls.error());
    return chunk;
  }
  std::uint64_t left_out() const { return list_.left_out(); }

 private:
  FileList list_;
  bool destinations_;
  bool folders_;
};

void say_refused(Context& context, const FileList::Chunk& chunk, const AddedFiles& added) {
  const std::size_t shown_lines = std::min(added.refused.size(), refused_shown_max);
  for (std::size_t i = 0; i < shown_lines; ++i) {
    const RefusedLine& line = added.refused[i];
    const std::uint64_t number = line.line < chunk.numbers.size() ? chunk.numbers[line.line] : 0;
    context.terminal.err << fmt::format("rft: {}: line {}: {}\n", shown(line.code), number,
                                        shown(line.detail));
  }
  if (added.refused.size() > shown_lines) {
    context.terminal.err << fmt::format("rft: and {} more lines\n",
                                        added.refused.size() - shown_lines);
  }
  context.ended(entry(Code::invalid_request).exit);
}

void say_way_on(Context& context, const std::string& handle, std::uint64_t files) {
  context.terminal.err << fmt::format(
      "Nothing is committed, nothing moves. Repeat the command with '--handle {0}' (a file that "
      "is there counts once),\n{1}or forget it with 'rft clear {0}'.\n",
      handle, files == 0 ? "" : fmt::format("move what is there with 'rft commit {}', ", handle));
}

void wipe(const Terminal& terminal) {
  if (terminal.width > 0) terminal.err << "\r\x1b[K";
}

// What the service says of a line of the chunk is said of the list's.
Error in_list(Error error, const FileList::Chunk& chunk) {
  if (error.line == 0 || error.line > chunk.numbers.size()) return error;
  error.detail = fmt::format("line {}: {}", chunk.numbers[error.line - 1], error.detail);
  return error;
}

// Gives one chunk to the service. False where the rest is not to be sent.
bool add_chunk(Context& context, Client& client, const std::string& handle,
               const FileList::Chunk& chunk, std::uint64_t& files) {
  const CtrlC ctrl_c;
  const auto added = client.add_files(handle, chunk.files);
  wipe(context.terminal);
  if (CtrlC::pressed()) {
    context.ended(exit_interrupted);
    return false;
  }
  if (!added) {
    context.failed(handle, in_list(added.error(), chunk));
    return false;
  }
  files = added->files;
  if (!added->refused.empty()) say_refused(context, chunk, *added);
  return added->refused.empty();
}

// `files` are those that the service has of it. False where it did not come to the list's end.
bool add_all(Context& context, Client& client, const std::string& handle, Reader& reader,
             Result<FileList::Chunk> chunk, std::uint64_t& files) {
  while (chunk && !chunk->files.empty()) {
    if (!add_chunk(context, client, handle, *chunk, files)) return false;
    if (context.terminal.width > 0) {
      context.terminal.err << files_text(files) << " sent" << std::flush;
    }
    chunk = reader.next();
  }
  wipe(context.terminal);
  if (!chunk) {
    context.failed(handle, chunk.error());
    return false;
  }
  context.terminal.err << files_text(files) << " in the list\n";
  if (reader.left_out() > 0) {
    context.terminal.err << files_text(reader.left_out())
                         << " of the receipt left out, for they are not done in it\n";
  }
  context.terminal.err << std::flush;
  return true;
}

// Why a receipt may name none.
std::string not_done(const Reader& reader) {
  if (reader.left_out() == 0) return "";
  return fmt::format(" that is done ({} left out)", files_text(reader.left_out()));
}

Result<void> set_roots(TransferSpec& spec, const FileList::Chunk& first) {
  auto source = root_of(first.files.front().source, first.numbers.front());
  if (!source) return tl::unexpected(source.error());
  auto destination = root_of(first.files.front().destination, first.numbers.front());
  if (!destination) return tl::unexpected(destination.error());
  spec.source = std::move(*source);
  spec.destination = std::move(*destination);
  return {};
}

Result<FileList::Chunk> first_chunk(Reader& reader, const std::string& path, TransferSpec& spec) {
  auto chunk = reader.next();
  if (!chunk) return chunk;
  if (chunk->files.empty()) {
    return fail(Code::invalid_request,
                fmt::format("the list {} names no file{}; nothing was submitted",
                            path == "-" ? "on standard input" : path, not_done(reader)));
  }
  for (const NewFileLine& file : chunk->files) {
    spec.gsiftp_sources = spec.gsiftp_sources || client::needs_proxy(file.source);
    spec.gsiftp_destinations = spec.gsiftp_destinations || client::needs_proxy(file.destination);
  }
  if (!spec.source.empty()) return chunk;
  if (const auto roots = set_roots(spec, *chunk); !roots) return tl::unexpected(roots.error());
  return chunk;
}

}  // namespace

std::optional<TransferAnswer> submit_list(Context& context, Client& client, TransferSpec spec,
                                          const ListSource& source) {
  const auto refused = [&](const Error& error) {
    context.failed(spec.handle, error);
    return std::nullopt;
  };
  std::ifstream file;
  const bool standard_input = source.path == "-";
  std::error_code not_seen;  // then opening it tells why
  if (!standard_input && std::filesystem::is_directory(source.path, not_seen)) {
    return refused({Code::invalid_request,
                    fmt::format("{} is a folder; name a file that holds the list", source.path)});
  }
  if (!standard_input) file.open(source.path, std::ios::binary);
  if (!standard_input && !file) {
    return refused({Code::invalid_request, fmt::format("the list {} cannot be opened: {}",
                                                       source.path, std::strerror(errno))});
  }
  Reader reader(FileList(standard_input ? context.terminal.in : file, source.format), source,
                !spec.source.empty());
  auto first = first_chunk(reader, source.path, spec);
  if (!first) return refused(first.error());
  const auto answer = client.submit(spec);
  if (!answer) return refused(answer.error());
  context.terminal.err << "handle " << shown(answer->handle) << '\n';
  context.terminal.err << priority_stays(spec, *answer);
  if (answer->status != "inactive") {
    context.terminal.err << "The request was committed before; the list is not read again.\n";
    return *answer;
  }
  if (!answer->warning.empty()) context.terminal.err << "rft: " << answer->warning << '\n';
  std::uint64_t files = 0;
  if (add_all(context, client, answer->handle, reader, std::move(first), files)) return *answer;
  say_way_on(context, answer->handle, files);
  return std::nullopt;
}

}  // namespace rft::cli
