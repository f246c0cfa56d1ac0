// rftd: the service. See --help.
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <string>

#include "daemon/daemon.h"
#include "daemon/log.h"
#include "vault/process.h"

namespace {

using namespace rft;

struct Arguments {
  std::string config;
  std::string state_folder;
  bool check_config = false;
  bool accept_restore = false;
  bool log_to_file = false;
  bool self_started = false;
};

void describe_arguments(CLI::App& app, Arguments& arguments) {
  app.set_version_flag("--version", "rftd " RFT_VERSION);
  app.add_option("--config", arguments.config,
                 "the configuration, a TOML file; without it all is as "
                 "--check-config shows")
      ->type_name("FILE");
  app.add_option(
         "--state-dir", arguments.state_folder,
         "the state folder; else the configuration's, RFT_STATE_DIR, $XDG_STATE_HOME/rft or "
         "~/.local/state/rft")
      ->type_name("FOLDER");
  app.add_flag("--check-config", arguments.check_config,
               "check the configuration, show every key with its value, and end");
  app.add_flag("--accept-restore", arguments.accept_restore,
               "go on with a database that was restored from a backup: movers that know more are "
               "ended");
  app.add_flag("--log", arguments.log_to_file,
               "log into rftd.log in the state folder, not to stderr");
  app.add_flag("--self-started", arguments.self_started,
               "said by 'rft' when it starts the service of one user; logs as --log does");
}

int refuse(const Error& error) {
  fmt::print(stderr, "rftd: {}\n", error.detail);
  return entry(error.code).exit;
}

Result<Config> configured(const Arguments& arguments) {
  auto config = arguments.config.empty() ? Result<Config>(Config{}) : read_config(arguments.config);
  if (config && !arguments.state_folder.empty()) config->state_folder = arguments.state_folder;
  if (config && config->state_folder.empty() && !arguments.check_config) {
    auto folder = default_state_folder();
    if (!folder) return tl::unexpected(folder.error());
    config->state_folder = std::move(*folder);
  }
  return config;
}

Result<void> serve(const Config& config, const Arguments& arguments) {
  const auto folder = StateFolder::open(config.state_folder);
  if (!folder) return tl::unexpected(folder.error());
  const bool to_file = arguments.log_to_file || arguments.self_started || !stderr_is_seen();
  if (auto begun = begin_log(config.log_level, to_file ? folder->log() : ""); !begun) return begun;
  const auto movers_log = to_file ? open_movers_log(folder->path() + "/movers.log")
                                  : Result<vault::File>(vault::File(-1));
  if (!movers_log) return tl::unexpected(movers_log.error());

  spdlog::info("rftd {} starts in {}", RFT_VERSION, folder->path());
  if (arguments.self_started) {
    spdlog::info(
        "started by rft for this user: after a reboot transfers wait for the next rft "
        "command, unless 'rft service install' was run");
  }
  const StartOptions options{arguments.accept_restore, to_file ? movers_log->get() : STDERR_FILENO};
  Daemon daemon(config, *folder, options);
  auto ended = daemon.start();
  if (ended) ended = daemon.run();
  if (!ended && to_file) spdlog::critical("{}", ended.error().detail);  // else stderr tells
  return ended;
}

}  // namespace

int main(int count, char** words) {
  vault::close_the_shutters();
  vault::take_all_descriptors();
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app(
      "The service that moves files between GridFTP servers and keeps at it until they are "
      "proven to have arrived.",
      "rftd");
  Arguments arguments;
  describe_arguments(app, arguments);
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : entry(Code::invalid_config).exit;
  }
  const auto config = configured(arguments);
  if (!config) return refuse(config.error());
  if (arguments.check_config) {
    fmt::print("{}", describe(*config));
    return 0;
  }
  const auto served = serve(*config, arguments);
  if (!served) return refuse(served.error());
  spdlog::info("ended");
  return 0;
}
