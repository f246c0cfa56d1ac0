#include "vault/proxy_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "vault/file.h"

namespace rft::vault {
namespace {

constexpr std::size_t path_shown_max = 1024;

auto refuse(std::string detail) {
  return fail(Code::invalid_credential, std::move(detail));
}

FileFingerprint fingerprint_of(const struct stat& facts) {
  return {facts.st_dev, facts.st_ino, static_cast<std::uint64_t>(facts.st_size),
          facts.st_mtim.tv_sec * 1'000'000'000 + facts.st_mtim.tv_nsec};
}

Result<void> check(const struct stat& facts, uid_t owner, const std::string& shown) {
  if (!S_ISREG(facts.st_mode)) return refuse(shown + " is not a regular file");
  if (facts.st_uid != owner) return refuse(shown + " does not belong to you");
  if ((facts.st_mode & 077) != 0) {
    return refuse(shown + " is open to other users: chmod 600 it, and think about who has read it");
  }
  if (facts.st_size > static_cast<off_t>(gsi::credential_bytes_max)) {
    return refuse(shown + " is longer than " + std::to_string(gsi::credential_bytes_max) +
                  " bytes");
  }
  return {};
}

// By the name of the descriptor that was checked, so that it is that file whatever `path` says now.
File readable(const File& checked) {
  const std::string name = "/proc/self/fd/" + std::to_string(checked.get());
  return File(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
}

// One byte more than may be shows a file that grew while it was read.
Result<Secret> read_all(const File& file, const std::string& shown) {
  std::string bytes(gsi::credential_bytes_max + 1, '\0');
  std::size_t filled = 0;
  ssize_t got = 1;
  while (got > 0 && filled < bytes.size()) {
    got = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  if (got < 0) return refuse("cannot read " + shown + ": " + system_words());
  bytes.resize(filled);
  return Secret(std::move(bytes));
}

}  // namespace

std::string FileFingerprint::text() const {
  return std::to_string(device) + ':' + std::to_string(inode) + ':' + std::to_string(size) + ':' +
         std::to_string(static_cast<std::uint64_t>(modified));
}

std::optional<FileFingerprint> FileFingerprint::parse(std::string_view text) {
  std::vector<std::uint64_t> numbers;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(':', at), text.size());
    const auto number = parse_number(text.substr(at, end - at));
    if (!number) return std::nullopt;
    numbers.push_back(*number);
    at = end + 1;
  }
  if (numbers.size() != 4) return std::nullopt;
  return FileFingerprint{numbers[0], numbers[1], numbers[2], static_cast<std::int64_t>(numbers[3])};
}

Result<std::optional<ProxyReading>> read_if_changed(const std::string& path,
                                                    const std::optional<FileFingerprint>& known,
                                                    uid_t owner, WallTime now) {
  const std::string shown = "the proxy file '" + printable(path, path_shown_max) + "'";
  const File file(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!file && (errno == ENOENT || errno == ENOTDIR)) {
    return fail(Code::no_such_credential, shown + " does not exist");
  }
  if (!file) return refuse("cannot open " + shown + ": " + system_words());
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0)
    return refuse("cannot look at " + shown + ": " + system_words());
  if (auto fine = check(facts, owner, shown); !fine) return tl::unexpected(fine.error());

  const FileFingerprint fingerprint = fingerprint_of(facts);
  if (known == fingerprint) return std::nullopt;
  const File content = readable(file);
  if (!content) return refuse("cannot open " + shown + ": " + system_words());
  const auto bytes = read_all(content, shown);
  if (!bytes) return tl::unexpected(bytes.error());
  auto credential = gsi::read_credential(bytes->reveal(), now);
  if (!credential) {
    return fail(credential.error().code, shown + ": " + credential.error().detail);
  }
  return ProxyReading{*std::move(credential), fingerprint};
}

}  // namespace rft::vault
