#include "client/server.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

namespace rft {
namespace client {
namespace {

Result<Server> parse_server(std::string_view text, std::string_view from) {
  std::string_view path = text;
  if (path.starts_with("unix:")) path.remove_prefix(5);
  if (!path.starts_with('/')) {
    return fail(Code::invalid_request,
                fmt::format("{} is '{}'; it takes unix:/path/to/rftd.sock", from, text));
  }
  return Server{std::string(path), {}};
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string home_folder() {
  if (std::string home = environment("HOME"); !home.empty()) return home;
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> buffer{};
  getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found);
  return found && found->pw_dir ? found->pw_dir : "";
}

}  // namespace

Result<std::string> state_folder(const Surroundings& around) {
  if (!around.rft_state_dir.empty()) {
    std::error_code ec;
    std::filesystem::path path = std::filesystem::absolute(around.rft_state_dir, ec);
    if (ec) return fail(Code::invalid_request, "RFT_STATE_DIR: " + ec.message());
    return path.lexically_normal().string();
  }
  if (around.xdg_state_home.starts_with('/')) return around.xdg_state_home + "/rft";
  if (around.home.starts_with('/')) return around.home + "/.local/state/rft";
  return fail(Code::invalid_request,
              "there is no folder for the service's state: set RFT_STATE_DIR, or HOME");
}

Result<Server> choose_server(const Surroundings& around) {
  if (!around.server.empty()) return parse_server(around.server, "--server");
  if (!around.rft_server.empty()) return parse_server(around.rft_server, "RFT_SERVER");
  if (around.system_service) return Server{std::string(system_socket), {}};
  return state_folder(around).map([](const std::string& folder) {
    return Server{folder + "/rftd.sock", folder};
  });
}

Surroundings surroundings(std::string_view server) {
  std::error_code ec;  // a file that cannot be looked at is one that is not there
  return {std::string(server),
          environment("RFT_SERVER"),
          environment("RFT_STATE_DIR"),
          environment("XDG_STATE_HOME"),
          home_folder(),
          std::filesystem::exists(system_config, ec)};
}

}  // namespace client

Result<Server> find_server(std::string_view server) {
  return client::choose_server(client::surroundings(server));
}

}  // namespace rft
