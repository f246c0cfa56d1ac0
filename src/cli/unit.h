// The texts that `rft service install` writes.
#pragma once
#include <string>

namespace rft::cli {

enum class Scope { user, system };

// systemd.unit(5). `program` is the absolute path of rftd; `state_folder` that of a user's daemon.
// KillMode=process: movers outlive a restart of rftd and work on.
std::string unit_text(Scope scope, const std::string& program, const std::string& state_folder);

// /etc/rft/rftd.toml, whose presence also tells clients that there is a system service.
std::string config_text();

// One argument of ExecStart=, quoted so that systemd passes it on as it is.
std::string unit_quoted(const std::string& argument);

}  // namespace rft::cli
