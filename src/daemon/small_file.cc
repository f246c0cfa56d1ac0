#include "daemon/small_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "vault/file.h"

namespace rft {
namespace {

using vault::File;
using vault::system_words;

tl::unexpected<Error> cannot(std::string_view what, const std::string& path) {
  return fail(Code::bad_state, fmt::format("cannot {} '{}': {}", what, path, system_words()));
}

bool write_all(const File& file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<std::optional<std::string>> read_small_file(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file && errno == ENOENT) return std::nullopt;
  if (!file) return cannot("open", path);
  std::string bytes(small_file_bytes_max + 1, '\0');
  const ssize_t got = ::read(file.get(), bytes.data(), bytes.size());
  if (got < 0) return cannot("read", path);
  bytes.resize(static_cast<std::size_t>(got));
  if (bytes.size() > small_file_bytes_max) {
    return fail(Code::bad_state,
                fmt::format("'{}' is longer than {} bytes", path, small_file_bytes_max));
  }
  return bytes;
}

Result<void> replace_small_file(const std::string& path, std::string_view bytes) {
  const std::string next = path + ".next";
  const File file(
      ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return cannot("make", next);
  if (!write_all(file, bytes) || ::fsync(file.get()) != 0) return cannot("write", next);
  if (::rename(next.c_str(), path.c_str()) != 0) return cannot("replace", path);
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  const File opened(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::fsync(opened.get()) != 0) return cannot("sync the folder of", path);
  return {};
}

}  // namespace rft
