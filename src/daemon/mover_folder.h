// MoverFolder: what rftd and a mover share on disk, <state>/movers/. For each mover:
//   <id>.lock   held by the mover as long as it lives: a free lock means dead. Says pid, owner and
//   boot. <id>.sock   where it listens <id>.spool  frames of its words that rftd had not
//   acknowledged when its lease ended
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "vault/file.h"
#include "wire/message.h"

namespace rft {

// Who holds a lock, as rftd wrote it at the mover's birth.
struct Birth {
  pid_t pid = 0;
  std::string owner;
  std::string boot;  // the kernel's id of the boot that it was born on
  bool operator==(const Birth&) const = default;
};

inline constexpr std::size_t spool_bytes_max = 256U << 20;

class MoverFolder {
 public:
  static Result<MoverFolder> open(const std::string& state_folder);

  // A new lock, held by the descriptor and by whoever inherits it.
  Result<vault::File> make_lock(const std::string& mover) const;
  void write_birth(const vault::File& lock, const Birth& birth) const;
  std::optional<Birth> birth(const std::string& mover) const;
  bool is_held(const std::string& mover) const;
  // Kills the holder of every lock and waits for its end. bad_state where one is not known.
  Result<void> end_all() const;

  std::vector<std::string> movers() const;  // that have a lock file, held or free
  // The words of its spool file in order, as far as they are whole; none where there is no file.
  std::vector<Word> spool(const std::string& mover) const;
  // Notes that the mover showed life, for a later rftd to know when it was last heard.
  void note_life(const std::string& mover) const;
  std::optional<WallTime> last_life(const std::string& mover) const;
  void remove(const std::string& mover) const;

  const std::string& path() const { return path_; }
  // Short however long the state folder's path is: a socket's address holds 107 bytes.
  std::string socket_address(const std::string& mover) const;

 private:
  MoverFolder(std::string path, vault::File folder)
      : path_(std::move(path)), folder_(std::move(folder)) {}
  std::string path_;
  vault::File folder_;
};

// A mover's id is 1 to 40 of a-z A-Z 0-9 - _; anything else in the folder is not a mover's.
bool is_mover_id(std::string_view text);

std::string boot_id();  // of this boot; empty where the kernel does not tell
std::string birth_text(const Birth& birth);
std::optional<Birth> parse_birth(std::string_view text);

}  // namespace rft
