#include "client/start.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>

extern char** environ;

namespace rft::client {
namespace {

// The attributes of a spawn: freed whatever happens.
class Spawn {
 public:
  Spawn() {
    posix_spawn_file_actions_init(&files_);
    posix_spawnattr_init(&attributes_);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;
  ~Spawn() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }

  // A session of its own (no Ctrl-C of ours reaches it), signals as at birth, no file of ours, and
  // the root as folder so that it keeps no file system busy.
  int detach() {
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    const std::array<int, 8> steps{
        posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF),
        posix_spawnattr_setsigmask(&attributes_, &none),
        posix_spawnattr_setsigdefault(&attributes_, &all),
        posix_spawn_file_actions_addopen(&files_, 0, "/dev/null", O_RDONLY, 0),
        posix_spawn_file_actions_addopen(&files_, 1, "/dev/null", O_WRONLY, 0),
        posix_spawn_file_actions_addopen(&files_, 2, "/dev/null", O_WRONLY, 0),
        posix_spawn_file_actions_addclosefrom_np(&files_, 3),
        posix_spawn_file_actions_addchdir_np(&files_, "/")};
    for (const int failed : steps) {
      if (failed) return failed;
    }
    return 0;
  }

  int run(pid_t& child, const std::string& program, char* const* arguments) {
    return posix_spawnp(&child, program.c_str(), &files_, &attributes_, arguments, environ);
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

std::string daemon_program() {
  std::error_code ec;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", ec);
  const std::filesystem::path beside = self.parent_path() / "rftd";
  if (!ec && ::access(beside.c_str(), X_OK) == 0) return beside.string();
  return "rftd";
}

Result<pid_t> start_daemon(const std::string& program, const std::string& state_folder) {
  std::string name = "rftd";
  std::string flag = "--state-dir";
  std::string folder = state_folder;
  std::string origin = "--self-started";  // its log goes into the state folder
  const std::array<char*, 5> arguments{name.data(), flag.data(), folder.data(), origin.data(),
                                       nullptr};
  Spawn spawn;
  pid_t child = -1;
  int failed = spawn.detach();
  if (!failed) failed = spawn.run(child, program, arguments.data());
  if (failed) {
    return fail(Code::unreachable, fmt::format("no service runs, and '{}' cannot be started: {}",
                                               program, std::strerror(failed)));
  }
  return child;
}

std::optional<int> ended(pid_t child) {
  int status = 0;
  if (::waitpid(child, &status, WNOHANG) != child) return std::nullopt;
  return status;
}

}  // namespace rft::client
