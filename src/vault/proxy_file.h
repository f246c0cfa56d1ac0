// The user's proxy file: read when it changed, so that a renewed proxy releases what waited for it.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "gsi/proxy.h"

namespace rft::vault {

// What tells one content of a file from another without reading it.
struct FileFingerprint {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified = 0;  // nanoseconds since 1970
  bool operator==(const FileFingerprint&) const = default;

  std::string text() const;  // four numbers with ':' between them, for the store
  static std::optional<FileFingerprint> parse(std::string_view text);
};

struct ProxyReading {
  gsi::Credential credential;
  FileFingerprint fingerprint;
};

// Nothing where the file still has the fingerprint `known`. The file must be a regular one (a
// symbolic link to it will do) that belongs to `owner`, so that nobody makes the service read what
// he may not read himself, and that nobody else may read or write, as the GSI libraries demand.
//   invalid_credential, credential_expired  as of read_credential, or the file is not as said
//   no_such_credential  there is no such file
Result<std::optional<ProxyReading>> read_if_changed(const std::string& path,
                                                    const std::optional<FileFingerprint>& known,
                                                    uid_t owner, WallTime now);

}  // namespace rft::vault
