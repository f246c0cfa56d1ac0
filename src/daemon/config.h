// Config: what the operator may set, from one TOML file. Every key has a default that serves; an
// unknown key is an error that names the nearest known one.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/engine.h"

namespace rft {

struct Config {
  std::string state_folder;  // empty: as default_state_folder() says
  std::string socket;        // empty: rftd.sock in the state folder
  std::uint32_t socket_mode = 0600;
  std::string cert_dir;  // trusted CAs; empty: X509_CERT_DIR, else /etc/grid-security/certificates
  std::string mover;     // the program; empty: RFT_MOVER, else beside rftd, else in PATH
  std::string log_level = "info";
  std::uint32_t keep_finished_days = 90;
  std::uint32_t keep_events_days = 400;
  std::uint32_t proxy_look_seconds = 5;  // how often remembered proxy files are looked at
  Limits limits;
};

inline constexpr std::size_t config_bytes_max = 1 << 20;

// All errors are invalid_config and name the file, the line where it is known, and the key.
// `name` is what stands for the text in errors.
Result<Config> parse_config(std::string_view toml, const std::string& name);
Result<Config> read_config(const std::string& file);

// Every key with its meaning and the value that `config` gives it: a file that parse_config takes.
std::string describe(const Config& config);

// RFT_STATE_DIR, else $XDG_STATE_HOME/rft, else ~/.local/state/rft. invalid_config where none is
// set.
Result<std::string> default_state_folder();
std::string default_cert_dir();

}  // namespace rft
