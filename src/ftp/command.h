// Command: one line from us to a server, and the commands that we speak.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/fault.h"
#include "base/ranges.h"
#include "base/result.h"
#include "base/secret.h"

namespace rft::ftp {

inline constexpr std::size_t command_size_max = 64 * 1024;  // bytes of one line, its end included

struct Command {
  std::string verb;      // upper case: "STOR", "SITE CLIENTINFO"
  std::string argument;  // bytes as they are meant, 0xFF not doubled; empty for none

  // For logs and records: printable and bounded; of PASS, ADAT and DCSC the verb alone.
  std::string text() const;
  bool operator==(const Command&) const = default;
};

// Whether a line goes out as it is, or inside a security token (RFC 2228).
enum class Carriage : std::uint8_t { clear, protected_ };

// The line as it goes out, CRLF included and, in clear, 0xFF doubled (RFC 854): what is protected
// is no Telnet. bad_name where the argument holds CR, LF or NUL or the line would be longer than
// command_size_max.
Result<std::string, Fault> wire_line(const Command& command, Carriage carriage = Carriage::clear);

// Log-in and session.
Command user(std::string_view name);
Command pass(const Secret& password);
Command auth_gssapi();
Command adat(std::string_view base64_token);
Command feat();
Command client_info(std::string_view app, std::string_view version);  // SITE CLIENTINFO
Command noop();
Command quit();  // lets a running transfer end first
Command abor();  // proves nothing: after it no reply speaks of the transfer (design 5.7)

// What a data channel is like.
Command type_image();
Command mode_extended();
Command mode_stream();
Command pbsz(std::uint64_t bytes);
enum class DataProtection : std::uint8_t { clear, safe, private_ };
Command prot(DataProtection protection);
Command dcau_none();
Command dcau_self();                             // DCAU A
Command dcau_subject(std::string_view subject);  // DCAU S
Command dcsc(const Secret& base64_blob);         // DCSC P
Command sbuf(std::uint64_t bytes);               // TCP buffers of data channels
Command trev_restart(unsigned seconds);          // 0 turns the markers off
Command trev_performance(unsigned seconds);
Command opts_retr_parallelism(unsigned streams);
Command opts_retr_markers(unsigned seconds);  // 112 from a source in stream mode
Command opts_cksm_markers(unsigned seconds);  // 113 while a checksum is computed

// Looking and changing. Paths are bytes, absolute.
Command mlst(std::string_view path);
Command mlsc(std::string_view path);  // a folder's listing in the reply itself
Command mlsd(std::string_view path);  // the same over a data connection
Command size(std::string_view path);
Command mdtm(std::string_view path);
Command mkd(std::string_view path);
Command dele(std::string_view path);
Command rmd(std::string_view path);
Command mfmt(std::string_view time, std::string_view path);  // YYYYMMDDHHMMSS, UTC
Command site_utime(std::string_view time, std::string_view path);
Command site_chmod(unsigned mode, std::string_view path);
Command rnfr(std::string_view path);
Command rnto(std::string_view path);

// Moving.
Command pasv();
Command epsv();
Command spas();
Command allo(std::uint64_t bytes);
Command rest(const RangeSet& there);  // MODE E: what is already at the destination
Command rest(std::uint64_t offset);   // stream mode
Command retr(std::string_view path);
Command stor(std::string_view path);

}  // namespace rft::ftp
