// Which daemon a client talks to: the rule as a function of what it depends on.
#pragma once
#include <string>

#include "client/rft.h"

namespace rft::client {

inline constexpr std::string_view system_socket = "/run/rft/rftd.sock";
inline constexpr std::string_view system_config = "/etc/rft/rftd.toml";

// What the rule looks at. An empty text is one that is not set.
struct Surroundings {
  std::string server;           // --server
  std::string rft_server;       // RFT_SERVER
  std::string rft_state_dir;    // RFT_STATE_DIR
  std::string xdg_state_home;   // XDG_STATE_HOME; a relative one does not count (XDG base dir)
  std::string home;             // HOME, else of the password database
  bool system_service = false;  // system_config exists
};

// invalid_request where a server is not understood, or there is no folder to look in.
Result<Server> choose_server(const Surroundings& surroundings);
Result<std::string> state_folder(const Surroundings& surroundings);

Surroundings surroundings(std::string_view server);  // of this process

}  // namespace rft::client
