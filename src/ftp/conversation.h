// The fixed sequences of a session, as values: what to say, and which refusals end it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "ftp/address.h"
#include "ftp/command.h"
#include "ftp/features.h"

namespace rft::ftp {

struct Step {
  Command command;
  bool required = true;  // false: a refusal is of no consequence
  bool operator==(const Step&) const = default;
};

struct Login {
  Command user;
  Command pass;  // said only where USER is answered with 331
};
Login anonymous_login();
Login password_login(std::string_view name, const Secret& password);
Login mapped_login();  // after GSI: the server maps the certificate to an account

enum class DataSecurity : std::uint8_t { clear, authenticated, private_ };

struct Setup {
  bool mode_e = true;
  unsigned marker_seconds = 1;
  DataSecurity security = DataSecurity::clear;
  bool gsi = false;                 // without it nothing is said about the data channel's security
  std::optional<Secret> dcsc_blob;  // the throw-away certificate both sides get (design 5.9)
  std::string subject;              // the other side's, for crossed DCAU S; empty: DCAU A
  std::uint64_t buffer_bytes = 0;   // SBUF; 0: the system tunes it
  bool operator==(const Setup&) const = default;
};

// After log-in and FEAT; independent commands, so they may be pipelined.
std::vector<Step> session_setup(const Features& features, const Setup& setup);

// Markers while a long checksum runs, where the server offers CKSM.
std::vector<Step> checksum_setup(const Features& features, unsigned marker_seconds);

struct Leg {
  std::string path;
  RangeSet there;          // what is already at the destination
  std::uint64_t size = 0;  // of the whole file; ALLO
  unsigned streams = 1;
  bool mode_e = true;
  bool channel_is_open = false;  // the data channel of the file before is used again
};

// What is said to the receiver before and with STOR. `listen` comes first on a new channel: its
// answer is the address for the sender.
Command listen(bool ipv6);
std::vector<Step> receive_file(const Leg& leg);  // [ALLO] [REST] STOR
// `receiver` is judge_address()'s; not used where the channel is open.
std::vector<Step> send_file(const Leg& leg,
                            const DataAddress& receiver);  // [OPTS PORT] [REST] RETR

}  // namespace rft::ftp
