#include "cli/service.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <vector>

#include "client/server.h"
#include "client/start.h"

extern char** environ;

namespace rft::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* unit_name = "rftd.service";

tl::unexpected<Error> cannot(std::string_view what, const std::string& file, std::string_view why) {
  return fail(Code::bad_state, fmt::format("cannot {} {}: {}", what, file, why));
}

std::string contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Whole or not there: a new file is renamed into place.
Result<void> write_file(const std::string& file, const std::string& text, std::ostream& says) {
  if (contents(file) == text) {
    says << file << " is as it should be\n";
    return {};
  }
  std::error_code ec;
  fs::create_directories(fs::path(file).parent_path(), ec);
  if (ec) return cannot("make the folder of", file, ec.message());
  const std::string fresh = file + ".new";
  std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
  out << text << std::flush;
  if (!out) return cannot("write", fresh, std::strerror(errno));
  fs::rename(fresh, file, ec);
  if (ec) return cannot("write", file, ec.message());
  says << "wrote " << file << '\n';
  return {};
}

Result<void> remove_file(const std::string& file, std::ostream& says) {
  std::error_code ec;
  const bool was_there = fs::remove(file, ec);
  if (ec) return cannot("remove", file, ec.message());
  says << (was_there ? "removed " : "there was no ") << file << '\n';
  return {};
}

std::vector<std::string> systemctl(Scope scope, std::vector<std::string> words) {
  words.insert(words.begin(), "systemctl");
  if (scope == Scope::user) words.insert(words.begin() + 1, "--user");
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

Result<void> run(std::vector<std::string> words, std::ostream& says) {
  says << joined(words) << '\n' << std::flush;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = -1;
  const int failed =
      posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ);
  if (failed) return fail(Code::internal, fmt::format("{}: {}", words[0], std::strerror(failed)));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return fail(Code::internal, fmt::format("'{}' failed", joined(words)));
}

// Runs the commands in order, or where systemd does not run tells that they remain to be done.
Result<void> tell_systemd(const ServicePlan& plan,
                          const std::vector<std::vector<std::string>>& commands,
                          std::ostream& says) {
  if (!plan.systemd_runs) says << "systemd does not run here; where it does, run:\n";
  for (const auto& command : commands) {
    const auto words = systemctl(plan.scope, command);
    if (!plan.systemd_runs) {
      says << "  " << joined(words) << '\n';
    } else if (auto done = run(words, says); !done) {
      return done;
    }
  }
  return {};
}

Result<std::string> absolute_program() {
  const std::string program = client::daemon_program();
  if (program.starts_with('/')) return program;
  const char* path = std::getenv("PATH");
  const std::string folders = path ? path : "";
  for (std::size_t begin = 0; begin < folders.size();) {
    const std::size_t end = std::min(folders.find(':', begin), folders.size());
    const std::string candidate = folders.substr(begin, end - begin) + "/" + program;
    if (candidate.starts_with('/') && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    begin = end + 1;
  }
  return fail(Code::invalid_config, "there is no rftd beside this program nor in PATH");
}

std::string units_of_user(const client::Surroundings& around) {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  if (config && *config == '/') return std::string(config) + "/systemd/user/";
  return around.home.empty() ? "" : around.home + "/.config/systemd/user/";
}

}  // namespace

Result<ServicePlan> plan_service(Scope scope) {
  const client::Surroundings around = client::surroundings({});
  auto program = absolute_program();
  if (!program) return tl::unexpected(program.error());
  std::error_code ec;
  ServicePlan plan{scope, *program, {}, {}, {}, fs::exists("/run/systemd/system", ec)};
  if (scope == Scope::system) {
    plan.unit_file = std::string("/etc/systemd/system/") + unit_name;
    plan.config_file = client::system_config;
    return plan;
  }
  auto folder = client::state_folder(around);
  if (!folder) return tl::unexpected(folder.error());
  const std::string units = units_of_user(around);
  if (units.empty()) return fail(Code::invalid_config, "HOME is not set");
  plan.state_folder = *folder;
  plan.unit_file = units + unit_name;
  return plan;
}

Result<void> install_service(const ServicePlan& plan, std::ostream& says) {
  if (!plan.config_file.empty()) {
    std::error_code ec;
    if (fs::exists(plan.config_file, ec)) {
      says << plan.config_file << " is there and stays as it is\n";
    } else if (auto done = write_file(plan.config_file, config_text(), says); !done) {
      return done;
    }
  }
  const std::string unit = unit_text(plan.scope, plan.program, plan.state_folder);
  if (auto done = write_file(plan.unit_file, unit, says); !done) return done;
  auto told = tell_systemd(plan, {{"daemon-reload"}, {"enable", "--now", unit_name}}, says);
  if (told && plan.scope == Scope::user) {
    says << "It ends when you log out, unless you allow it to stay: loginctl enable-linger\n";
  }
  return told;
}

Result<void> remove_service(const ServicePlan& plan, std::ostream& says) {
  std::error_code ec;
  if (fs::exists(plan.unit_file, ec)) {
    auto told = tell_systemd(plan, {{"disable", "--now", unit_name}}, says);
    if (!told) return told;
  }
  if (auto done = remove_file(plan.unit_file, says); !done) return done;
  if (!plan.config_file.empty() && fs::exists(plan.config_file, ec)) {
    const std::string saved = plan.config_file + ".saved";
    if (contents(plan.config_file) == config_text()) {
      if (auto done = remove_file(plan.config_file, says); !done) return done;
    } else {
      fs::rename(plan.config_file, saved, ec);
      if (ec) return cannot("rename", plan.config_file, ec.message());
      says << plan.config_file << " had been edited and is now " << saved << '\n';
    }
  }
  says << "The transfers' state is kept in "
       << (plan.scope == Scope::system ? "/var/lib/rft" : plan.state_folder) << '\n';
  return tell_systemd(plan, {{"daemon-reload"}}, says);
}

}  // namespace rft::cli
