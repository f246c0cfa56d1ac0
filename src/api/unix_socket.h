// A listening Unix socket in a folder, whatever the length of the folder's path.
#pragma once
#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace rft::api {

class UnixSocket {
 public:
  UnixSocket() = default;
  UnixSocket(UnixSocket&& other) noexcept;
  UnixSocket& operator=(UnixSocket&& other) noexcept;
  ~UnixSocket();  // closes what it still holds

  //   bad_state  the folder cannot be opened, or the socket not made there
  static Result<UnixSocket> bind_in(const std::string& folder, const std::string& name,
                                    mode_t mode);
  int release();        // the listening descriptor, now the caller's
  void remove() const;  // the name, from the folder

 private:
  int folder_ = -1;
  int socket_ = -1;
  std::string name_;
};

// The uid of the process at the other end; -1 where the kernel does not tell.
long long peer_uid(int connection);

}  // namespace rft::api
