// StateFolder: all that one daemon owns on disk, and the lock that makes it the only owner.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "vault/file.h"

namespace rft {

class StateFolder {
 public:
  // Makes the folder (0700) where it is not there, and locks it until the object goes or the
  // process dies. A mover never inherits the lock.
  //   state_in_use  another process owns it: its pid is named
  //   bad_state     it cannot be made, is not ours, is open to others' writing, or stands on a
  //                 network file system, where locks and SQLite's WAL cannot be relied on
  static Result<StateFolder> open(const std::string& path);

  const std::string& path() const { return path_; }
  std::string database() const { return path_ + "/rft.db"; }
  std::string vault_key() const { return path_ + "/vault.key"; }
  std::string service_key() const { return path_ + "/service.key"; }
  std::string instance() const { return path_ + "/instance"; }
  std::string socket() const { return path_ + "/rftd.sock"; }
  std::string log() const { return path_ + "/rftd.log"; }

 private:
  StateFolder(std::string path, vault::File lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}
  std::string path_;
  vault::File lock_;
};

// The name of the network file system that statfs(2) gave `magic` for, nothing for a local one.
// What stands behind FUSE shows only in its type in /proc/self/mountinfo ("fuse.sshfs"): of these
// only the ones known to be local pass.
std::optional<std::string> network_file_system(unsigned long magic, std::string_view mount_type);

// The type of the mount with the device number `device` ("8:1") in the text of mountinfo, or "".
std::string_view mount_type_of(std::string_view mountinfo, std::string_view device);

}  // namespace rft
