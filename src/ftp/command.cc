#include "ftp/command.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ftp/fault_of.h"

namespace rft::ftp {
namespace {

constexpr std::size_t command_text_max = 1000;

bool is_secret(std::string_view verb) {
  return verb == "PASS" || verb == "ADAT" || verb == "DCSC";
}

}  // namespace

std::string Command::text() const {
  if (argument.empty()) return verb;
  if (is_secret(verb)) return verb + " <hidden>";
  return printable(fmt::format("{} {}", verb, argument), command_text_max);
}

Result<std::string, Fault> wire_line(const Command& command, Carriage carriage) {
  constexpr char telnet_iac = '\xFF';
  std::string line = command.verb;
  if (!command.argument.empty()) line += ' ';
  for (const char byte : command.argument) {
    line += byte;
    if (byte == telnet_iac && carriage == Carriage::clear) line += byte;
  }
  constexpr std::string_view breaks_a_line("\r\n\0", 3);
  if (line.find_first_of(breaks_a_line) != std::string::npos) {
    return fault_of(
        FaultCode::bad_name,
        fmt::format("the argument of {} holds CR, LF or NUL, which no command can carry",
                    printable(command.verb, command_text_max)));
  }
  line += "\r\n";
  if (line.size() > command_size_max) {
    return fault_of(FaultCode::bad_name, fmt::format("the command {} would be longer than {} bytes",
                                                     command.verb, command_size_max));
  }
  return line;
}

Command user(std::string_view name) {
  return {"USER", std::string(name)};
}
Command pass(const Secret& password) {
  return {"PASS", std::string(password.reveal())};
}
Command auth_gssapi() {
  return {"AUTH", "GSSAPI"};
}
Command adat(std::string_view base64_token) {
  return {"ADAT", std::string(base64_token)};
}
Command feat() {
  return {"FEAT", ""};
}
Command client_info(std::string_view app, std::string_view version) {
  return {"SITE CLIENTINFO",
          fmt::format("scheme=gsiftp;appname=\"{}\";appver=\"{}\";", app, version)};
}
Command noop() {
  return {"NOOP", ""};
}
Command quit() {
  return {"QUIT", ""};
}
Command abor() {
  return {"ABOR", ""};
}

Command type_image() {
  return {"TYPE", "I"};
}
Command mode_extended() {
  return {"MODE", "E"};
}
Command mode_stream() {
  return {"MODE", "S"};
}
Command pbsz(std::uint64_t bytes) {
  return {"PBSZ", fmt::format("{}", bytes)};
}
Command prot(DataProtection protection) {
  switch (protection) {
    case DataProtection::clear:
      return {"PROT", "C"};
    case DataProtection::safe:
      return {"PROT", "S"};
    case DataProtection::private_:
      break;
  }
  return {"PROT", "P"};
}
Command dcau_none() {
  return {"DCAU", "N"};
}
Command dcau_self() {
  return {"DCAU", "A"};
}
Command dcau_subject(std::string_view subject) {
  return {"DCAU", fmt::format("S {}", subject)};
}
Command dcsc(const Secret& base64_blob) {
  return {"DCSC", fmt::format("P {}", base64_blob.reveal())};
}
Command sbuf(std::uint64_t bytes) {
  return {"SBUF", fmt::format("{}", bytes)};
}
Command trev_restart(unsigned seconds) {
  return {"TREV", fmt::format("RESTART {}", seconds)};
}
Command trev_performance(unsigned seconds) {
  return {"TREV", fmt::format("PERF {}", seconds)};
}
Command opts_retr_parallelism(unsigned streams) {
  return {"OPTS", fmt::format("RETR Parallelism={0},{0},{0};", streams)};
}
Command opts_retr_markers(unsigned seconds) {
  return {"OPTS", fmt::format("RETR markers={};", seconds)};
}
Command opts_cksm_markers(unsigned seconds) {
  return {"OPTS", fmt::format("CKSM markers={};", seconds)};
}

Command mlst(std::string_view path) {
  return {"MLST", std::string(path)};
}
Command mlsc(std::string_view path) {
  return {"MLSC", std::string(path)};
}
Command mlsd(std::string_view path) {
  return {"MLSD", std::string(path)};
}
Command size(std::string_view path) {
  return {"SIZE", std::string(path)};
}
Command mdtm(std::string_view path) {
  return {"MDTM", std::string(path)};
}
Command mkd(std::string_view path) {
  return {"MKD", std::string(path)};
}
Command dele(std::string_view path) {
  return {"DELE", std::string(path)};
}
Command rmd(std::string_view path) {
  return {"RMD", std::string(path)};
}
Command mfmt(std::string_view time, std::string_view path) {
  return {"MFMT", fmt::format("{} {}", time, path)};
}
Command site_utime(std::string_view time, std::string_view path) {
  return {"SITE UTIME", fmt::format("{} {}", time, path)};
}
Command site_chmod(unsigned mode, std::string_view path) {
  return {"SITE CHMOD", fmt::format("{:04o} {}", mode, path)};
}
Command rnfr(std::string_view path) {
  return {"RNFR", std::string(path)};
}
Command rnto(std::string_view path) {
  return {"RNTO", std::string(path)};
}

Command pasv() {
  return {"PASV", ""};
}
Command epsv() {
  return {"EPSV", ""};
}
Command spas() {
  return {"SPAS", ""};
}
Command allo(std::uint64_t bytes) {
  return {"ALLO", fmt::format("{}", bytes)};
}
Command rest(const RangeSet& there) {
  return {"REST", there.text()};
}
Command rest(std::uint64_t offset) {
  return {"REST", fmt::format("{}", offset)};
}
Command retr(std::string_view path) {
  return {"RETR", std::string(path)};
}
Command stor(std::string_view path) {
  return {"STOR", std::string(path)};
}

}  // namespace rft::ftp
