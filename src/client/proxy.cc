#include "client/proxy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/text.h"

namespace rft::client {
namespace {

class File {
 public:
  // O_NONBLOCK: a FIFO under the name must not hold us up.
  explicit File(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  bool is_open() const { return descriptor_ >= 0; }

  bool is_regular() const {
    struct stat facts {};
    return ::fstat(descriptor_, &facts) == 0 && S_ISREG(facts.st_mode);
  }

  // At most one byte more than `most`.
  std::optional<std::string> read(std::size_t most) const {
    std::string bytes(most + 1, '\0');
    std::size_t length = 0;
    while (length < bytes.size()) {
      const ssize_t got = ::read(descriptor_, bytes.data() + length, bytes.size() - length);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return std::nullopt;
      if (got == 0) break;
      length += static_cast<std::size_t>(got);
    }
    bytes.resize(length);
    return bytes;
  }

 private:
  int descriptor_;
};

tl::unexpected<Error> unusable(const std::string& path, std::string_view why) {
  return fail(Code::invalid_credential, fmt::format("the proxy {} cannot be used: {}", path, why));
}

}  // namespace

ProxyPlace proxy_place() {
  const char* chosen = std::getenv("X509_USER_PROXY");
  if (chosen && *chosen) return {chosen, true};
  return {fmt::format("/tmp/x509up_u{}", ::getuid()), false};
}

Result<std::optional<ProxyText>> read_proxy(const ProxyPlace& place) {
  std::error_code ec;
  const std::string path = std::filesystem::absolute(place.path, ec).string();
  if (ec) return unusable(place.path, ec.message());
  const File file(path);
  if (!file.is_open() && errno == ENOENT && !place.chosen) return std::nullopt;
  if (!file.is_open()) {
    return unusable(path, fmt::format("{}{}", std::strerror(errno),
                                      place.chosen ? " (X509_USER_PROXY names it)" : ""));
  }
  if (!file.is_regular()) return unusable(path, "it is not a regular file");
  std::optional<std::string> bytes = file.read(proxy_length_max);
  if (!bytes) return unusable(path, std::strerror(errno));
  Secret pem(std::move(*bytes));
  if (pem.reveal().size() > proxy_length_max) {
    return unusable(path, fmt::format("it is longer than {} bytes", proxy_length_max));
  }
  return ProxyText{path, std::move(pem)};
}

bool needs_proxy(std::string_view url) {
  constexpr std::string_view scheme = "gsiftp://";
  return equals_ignoring_case(url.substr(0, scheme.size()), scheme);
}

}  // namespace rft::client
