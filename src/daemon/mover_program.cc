#include "daemon/mover_program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

namespace rft {
namespace {

constexpr const char* program_name = "rft-mover";
constexpr int lock_descriptor = 3;

// X509_USER_PROXY and its like are not among them: a mover has the credentials that rftd hands it.
constexpr std::array passed_on{"PATH",   "HOME", "LANG",         "LC_ALL",
                               "TMPDIR", "TZ",   "ASAN_OPTIONS", "UBSAN_OPTIONS"};

bool can_run(const std::string& program) {
  std::error_code ec;
  return std::filesystem::is_regular_file(program, ec) && ::access(program.c_str(), X_OK) == 0;
}

std::vector<std::string> candidates(const std::string& configured) {
  if (!configured.empty()) return {configured};
  if (const char* named = std::getenv("RFT_MOVER"); named && *named) return {named};
  std::vector<std::string> found;
  std::error_code ec;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ec);
  if (!ec) found.push_back((self.parent_path() / program_name).string());
  const char* path = std::getenv("PATH");
  std::string_view rest = path ? path : "";
  while (!rest.empty()) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
    if (folder.starts_with('/')) found.push_back(std::string(folder) + "/" + program_name);
  }
  return found;
}

std::vector<std::string> environment(const std::string& cert_dir) {
  std::vector<std::string> variables{"X509_CERT_DIR=" + cert_dir};
  for (const char* name : passed_on) {
    if (const char* value = std::getenv(name))
      variables.push_back(fmt::format("{}={}", name, value));
  }
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// How the child differs from us: descriptors, signals, session.
class Plan {
 public:
  Plan(int lock, int log) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    // The log first: its number may be one of those that the lines after it take.
    if (log >= 0) {
      ::posix_spawn_file_actions_adddup2(&actions_, log, STDERR_FILENO);
    } else {
      ::posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    ::posix_spawn_file_actions_adddup2(&actions_, lock, lock_descriptor);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, lock_descriptor + 1);

    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setflags(&attributes_,
                               POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

Result<std::string> find_mover_program(const std::string& configured) {
  std::string tried;
  for (const std::string& program : candidates(configured)) {
    if (can_run(program)) return program;
    tried += (tried.empty() ? "" : ", ") + program;
  }
  return fail(Code::invalid_config,
              fmt::format("there is no {} that can be run (tried: {}): install it beside rftd, or "
                          "name it with RFT_MOVER or the key 'mover'",
                          program_name, tried));
}

Result<pid_t> spawn(const MoverStart& start, const vault::File& lock) {
  std::vector<std::string> arguments{start.program, "--dir", start.folder, "--id", start.mover};
  std::vector<std::string> variables = environment(start.cert_dir);
  const Plan plan(lock.get(), start.log);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, start.program.c_str(), plan.actions(), plan.attributes(),
                                  pointers(arguments).data(), pointers(variables).data());
  if (error != 0) {
    return fail(Code::unavailable,
                fmt::format("cannot start '{}': {}", start.program, std::strerror(error)));
  }
  return pid;
}

}  // namespace rft
