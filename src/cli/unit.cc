#include "cli/unit.h"

#include <fmt/format.h>

namespace rft::cli {
namespace {

constexpr std::string_view form = R"([Unit]
Description=Reliable file transfer between GridFTP servers
Documentation=man:rftd(8) man:rft(1)
{unit}StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart={command}
KillMode=process
Restart=always
RestartSec=1
{service}
[Install]
WantedBy={target}
)";

constexpr std::string_view system_service = R"(StateDirectory=rft
StateDirectoryMode=0700
RuntimeDirectory=rft
RuntimeDirectoryPreserve=yes
NoNewPrivileges=yes
ProtectSystem=full
LimitCORE=0
)";

constexpr std::string_view user_service = "LimitCORE=0\n";

}  // namespace

std::string unit_quoted(const std::string& argument) {
  std::string out = "\"";
  for (const char c : argument) {
    if (c == '%' || c == '$') out += c;  // specifiers and variables are written twice
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string unit_text(Scope scope, const std::string& program, const std::string& state_folder) {
  using fmt::arg;
  const bool system = scope == Scope::system;
  const std::string command =
      unit_quoted(program) +
      (system ? " --config /etc/rft/rftd.toml" : " --state-dir " + unit_quoted(state_folder));
  return fmt::format(
      form, arg("command", command),
      arg("unit", system ? "After=network-online.target\nWants=network-online.target\n" : ""),
      arg("service", system ? system_service : user_service),
      arg("target", system ? "multi-user.target" : "default.target"));
}

std::string config_text() {
  return R"(# rftd, the system's service. Every other key has a default that serves; rftd(8) lists them.
state_folder = "/var/lib/rft"
socket = "/run/rft/rftd.sock"
socket_mode = 0o666  # every local user; each sees only his own transfers
)";
}

}  // namespace rft::cli
