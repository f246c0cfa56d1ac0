#include "ftp/refusal.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"

namespace rft::ftp {
namespace {

// What the server says is wrong, before we ask what that means for what we were doing.
enum class Cause : std::uint8_t {
  missing,
  not_a_folder,
  a_folder,
  exists,
  denied,
  full,
  name,
  other_device,
  expired,
  login,
  no_security,
  data_channel,
  unsupported,
  unknown,
};

struct Word {
  std::string_view text;
  Cause cause;
};

// The machine-readable words of GCT: "GlobusError: v=1 c=PATH_NOT_FOUND".
constexpr std::array globus_words{
    Word{"PATH_NOT_FOUND", Cause::missing},
    Word{"NOT_A_DIRECTORY", Cause::not_a_folder},
    Word{"IS_A_DIRECTORY", Cause::a_folder},
    Word{"PATH_EXISTS", Cause::exists},
    Word{"PERMISSION_DENIED", Cause::denied},
    Word{"NO_SPACE_LEFT", Cause::full},
    Word{"QUOTA_EXCEEDED", Cause::full},
    Word{"DATA_CHANNEL_COMMUNICATION_FAILURE", Cause::data_channel},
};

// "GridFTP-Errno: 36": numbers of Linux, where the word is INTERNAL_ERROR.
struct Number {
  std::uint64_t value;
  Cause cause;
};
constexpr std::array error_numbers{
    Number{1, Cause::denied},    Number{2, Cause::missing},       Number{13, Cause::denied},
    Number{17, Cause::exists},   Number{18, Cause::other_device}, Number{20, Cause::not_a_folder},
    Number{21, Cause::a_folder}, Number{28, Cause::full},         Number{30, Cause::denied},
    Number{36, Cause::name},     Number{122, Cause::full}};

// In lower case; the first that is found decides, so what is more telling stands first.
constexpr std::array phrases{
    Word{"no space left", Cause::full},
    Word{"disk quota", Cause::full},
    Word{"quota exceeded", Cause::full},
    Word{"disk full", Cause::full},
    Word{"insufficient storage", Cause::full},
    Word{"certificate has expired", Cause::expired},
    Word{"credential has expired", Cause::expired},
    Word{"proxy has expired", Cause::expired},
    Word{"certificate is expired", Cause::expired},
    Word{"must perform gssapi authentication", Cause::no_security},
    Word{"could not map", Cause::login},
    Word{"gridmap lookup failure", Cause::login},
    Word{"login incorrect", Cause::login},
    Word{"not logged in", Cause::login},
    Word{"please login", Cause::login},
    Word{"file name too long", Cause::name},
    Word{"illegal byte sequence", Cause::name},
    Word{"not a directory", Cause::not_a_folder},
    Word{"is a directory", Cause::a_folder},
    Word{"not a regular file", Cause::a_folder},
    Word{"not a plain file", Cause::a_folder},
    Word{"cross-device link", Cause::other_device},
    Word{"file exists", Cause::exists},
    Word{"already exists", Cause::exists},
    Word{"overwrite permission denied", Cause::exists},
    Word{"permission denied", Cause::denied},
    Word{"operation not permitted", Cause::denied},
    Word{"access denied", Cause::denied},
    Word{"read-only file system", Cause::denied},
    Word{"no such file", Cause::missing},
    Word{"no such directory", Cause::missing},
    Word{"file not found", Cause::missing},
    Word{"does not exist", Cause::missing},
    Word{"unable to connect", Cause::data_channel},
    Word{"connection refused", Cause::data_channel},
    Word{"connection reset", Cause::data_channel},
    Word{"connection timed out", Cause::data_channel},
    Word{"data connection", Cause::data_channel},
    Word{"data channel", Cause::data_channel},
    Word{"an end-of-file was reached", Cause::data_channel},
    Word{"handshake", Cause::data_channel},
    Word{"command not supported", Cause::unsupported},
    Word{"unknown command", Cause::unsupported},
    Word{"not understood", Cause::unsupported},
    Word{"not implemented", Cause::unsupported},
    Word{"unrecognized command", Cause::unsupported},
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<Cause> cause_in_globus_error(std::string_view line) {
  constexpr std::string_view label = "GlobusError:", code = " c=";
  if (!line.starts_with(label)) return std::nullopt;
  const std::size_t start = line.find(code);
  if (start == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(start + code.size());
  const std::string_view value = rest.substr(0, rest.find(' '));
  for (const Word& word : globus_words) {
    if (word.text == value) return word.cause;
  }
  return std::nullopt;
}

std::optional<Cause> cause_in_error_number(std::string_view line) {
  constexpr std::string_view label = "GridFTP-Errno:";
  if (!line.starts_with(label)) return std::nullopt;
  const std::optional<std::uint64_t> value = parse_number(trimmed(line.substr(label.size())));
  for (const Number& number : error_numbers) {
    if (value == number.value) return number.cause;
  }
  return std::nullopt;
}

std::optional<Cause> cause_in_words(std::string_view text) {
  for (const Word& phrase : phrases) {
    if (text.find(phrase.text) != std::string_view::npos) return phrase.cause;
  }
  return std::nullopt;
}

// The deepest cause is said last and the system's own words follow a line's last colon; what stands
// before may echo the path, and a file may well be called "no space left".
std::optional<Cause> cause_in_text(const Reply& reply) {
  for (const bool whole : {false, true}) {
    for (auto line = reply.lines.rbegin(); line != reply.lines.rend(); ++line) {
      const std::string lower = to_lower(*line);
      const std::size_t colon = lower.rfind(": ");
      if (!whole && colon == std::string::npos) continue;
      const std::string_view text(lower);
      const std::optional<Cause> cause = cause_in_words(whole ? text : text.substr(colon));
      if (cause) return cause;
    }
  }
  return std::nullopt;
}

Cause cause_by_code(int code) {
  switch (code) {
    case 425:
    case 426:
      return Cause::data_channel;
    case 452:
    case 552:
      return Cause::full;
    case 502:
    case 504:
      return Cause::unsupported;
    case 530:
    case 532:
    case 534:
    case 535:
      return Cause::login;
    case 553:
      return Cause::name;
    default:
      return Cause::unknown;
  }
}

Cause cause_of(const Reply& reply) {
  for (const std::string& line : reply.lines) {
    if (const std::optional<Cause> cause = cause_in_globus_error(line)) return *cause;
  }
  for (const std::string& line : reply.lines) {
    if (const std::optional<Cause> cause = cause_in_error_number(line)) return *cause;
  }
  return cause_in_text(reply).value_or(cause_by_code(reply.code));
}

FaultCode missing(Doing doing, Side side) {
  const bool at_destination = side == Side::destination;
  switch (doing) {
    case Doing::list:
    case Doing::make_parents:
      return FaultCode::no_such_folder;
    case Doing::adopt:
      return FaultCode::part_missing;
    case Doing::move:
      return at_destination ? FaultCode::no_such_folder : FaultCode::no_such_file;
    case Doing::verify:
    case Doing::publish:
      return at_destination ? FaultCode::part_missing : FaultCode::no_such_file;
    default:
      return FaultCode::no_such_file;
  }
}

FaultCode meaning(Cause cause, Doing doing, Side side) {
  const bool publishing = doing == Doing::publish;
  switch (cause) {
    case Cause::missing:
      return missing(doing, side);
    case Cause::not_a_folder:
      return doing == Doing::list ? FaultCode::not_a_folder : FaultCode::no_such_folder;
    case Cause::a_folder:
      return FaultCode::is_a_folder;
    case Cause::exists:
      return publishing ? FaultCode::cannot_replace : FaultCode::destination_exists;
    case Cause::denied:
      return FaultCode::not_permitted;
    case Cause::full:
      return side == Side::source ? FaultCode::server_refused : FaultCode::destination_full;
    case Cause::name:
      return FaultCode::bad_name;
    case Cause::other_device:
      return FaultCode::cannot_rename;
    case Cause::expired:
      return FaultCode::credential_expired;
    case Cause::login:
      return FaultCode::login_refused;
    case Cause::no_security:
      return FaultCode::credential_missing;
    case Cause::data_channel:
      return FaultCode::data_channel_failed;
    case Cause::unsupported:
      return publishing ? FaultCode::cannot_rename : FaultCode::not_supported;
    case Cause::unknown:
      break;
  }
  return FaultCode::server_refused;
}

// During a log-in the words are those of the server's own troubles ("no such file" of a home
// folder): only what speaks of credentials counts.
FaultCode meaning_at_login(const Reply& reply) {
  const Cause cause = cause_in_text(reply).value_or(Cause::unknown);
  if (cause == Cause::expired || cause == Cause::no_security) {
    return meaning(cause, Doing::login, Side::none);
  }
  const Cause by_code = cause_by_code(reply.code);
  if (cause == Cause::login || by_code == Cause::login) return FaultCode::login_refused;
  if (cause == Cause::unsupported || by_code == Cause::unsupported) return FaultCode::not_supported;
  return FaultCode::server_refused;
}

FaultCode code_of_refusal(const Reply& reply, Doing doing, Side side) {
  constexpr int service_not_available = 421;
  if (reply.code == service_not_available) return FaultCode::server_busy;
  if (doing == Doing::login || doing == Doing::connect) return meaning_at_login(reply);
  return meaning(cause_of(reply), doing, side);
}

}  // namespace

Fault refusal(const Reply& reply, Doing doing, Side side) {
  return Fault{code_of_refusal(reply, doing, side), side, doing, reply.text(), ""};
}

bool is_permanent(const Fault& refused) {
  return refused.code == FaultCode::server_refused && refused.reply.starts_with('5');
}

}  // namespace rft::ftp
