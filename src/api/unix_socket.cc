#include "api/unix_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace rft::api {
namespace {

constexpr int backlog = 1024;

tl::unexpected<Error> refused(std::string_view what, const std::string& path) {
  return fail(Code::bad_state, fmt::format("cannot {} {}: {}", what, path, std::strerror(errno)));
}

}  // namespace

UnixSocket::UnixSocket(UnixSocket&& other) noexcept
    : folder_(std::exchange(other.folder_, -1)),
      socket_(std::exchange(other.socket_, -1)),
      name_(std::move(other.name_)) {}

UnixSocket& UnixSocket::operator=(UnixSocket&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(socket_, other.socket_);
  std::swap(name_, other.name_);
  return *this;
}

UnixSocket::~UnixSocket() {
  if (socket_ >= 0) ::close(socket_);
  if (folder_ >= 0) ::close(folder_);
}

Result<UnixSocket> UnixSocket::bind_in(const std::string& folder, const std::string& name,
                                       mode_t mode) {
  const std::string path = folder + "/" + name;
  UnixSocket made;
  made.name_ = name;
  made.folder_ = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (made.folder_ < 0) return refused("open the folder of", path);
  made.socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (made.socket_ < 0) return refused("make", path);
  if (::unlinkat(made.folder_, name.c_str(), 0) != 0 && errno != ENOENT) {
    return refused("replace", path);
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string through = fmt::format("/proc/self/fd/{}/{}", made.folder_, name);
  if (through.size() >= sizeof(address.sun_path)) {
    errno = ENAMETOOLONG;
    return refused("bind", path);
  }
  through.copy(address.sun_path, through.size());
  if (::bind(made.socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return refused("bind", path);
  }
  // Before it listens: so nobody connects under another mode.
  if (::fchmodat(made.folder_, name.c_str(), mode, 0) != 0) return refused("set the mode of", path);
  if (::listen(made.socket_, backlog) != 0) return refused("listen on", path);
  return made;
}

int UnixSocket::release() {
  return std::exchange(socket_, -1);
}

void UnixSocket::remove() const {
  if (folder_ >= 0) ::unlinkat(folder_, name_.c_str(), 0);
}

long long peer_uid(int connection) {
  ucred peer{};
  socklen_t length = sizeof(peer);
  if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return -1;
  return peer.uid;
}

}  // namespace rft::api
