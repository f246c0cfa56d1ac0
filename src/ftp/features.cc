#include "ftp/features.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"

namespace rft::ftp {
namespace {

struct Flag {
  std::string_view word;
  bool Features::*member;
};

constexpr std::array flags{Flag{"SIZE", &Features::size}, Flag{"MDTM", &Features::mdtm},
                           Flag{"MFMT", &Features::mfmt}, Flag{"PARALLEL", &Features::parallel},
                           Flag{"DCAU", &Features::dcau}, Flag{"DCSC", &Features::dcsc},
                           Flag{"ERET", &Features::eret}, Flag{"ESTO", &Features::esto},
                           Flag{"SPAS", &Features::spas}, Flag{"SPOR", &Features::spor},
                           Flag{"EPSV", &Features::epsv}, Flag{"UTF8", &Features::utf8},
                           Flag{"PBSZ", &Features::pbsz}, Flag{"PROT", &Features::prot},
                           Flag{"MLSR", &Features::mlsr}, Flag{"MLSC", &Features::mlsc},
                           Flag{"MLSD", &Features::mlsd}, Flag{"MLST", &Features::mlst}};

// XMD5 and its like; the server that offers them takes no range.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> x_commands{{
    {"XCRC", "CRC32"},
    {"XCRC32", "CRC32"},
    {"XMD5", "MD5"},
    {"XSHA", "SHA1"},
    {"XSHA1", "SHA1"},
    {"XSHA256", "SHA256"},
    {"XSHA384", "SHA384"},
    {"XSHA512", "SHA512"},
    {"XADLER", "ADLER32"},
    {"XADLER32", "ADLER32"},
}};

bool is_blank(char byte) {
  return byte == ' ' || byte == '\t';
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& byte : result) {
    if (byte >= 'a' && byte <= 'z') byte = static_cast<char>(byte - 'a' + 'A');
  }
  return result;
}

// Takes the text up to the separator and the separator.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return piece;
}

void offer(Features& features, ChecksumOffer offer) {
  constexpr std::size_t name_length_max = 32;
  if (offer.algorithm.empty() || offer.algorithm.size() > name_length_max) return;
  if (offer.algorithm.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") !=
      std::string::npos) {
    return;
  }
  for (ChecksumOffer& known : features.checksums) {
    if (known.algorithm != offer.algorithm) continue;
    if (offer.way < known.way) known = std::move(offer);
    return;
  }
  if (features.checksums.size() < feature_list_max) features.checksums.push_back(std::move(offer));
}

// "MD5:10;ADLER32:10;"
void add_cksm(Features& features, std::string_view list) {
  while (!list.empty()) {
    std::string_view piece = take_until(list, ';');
    const std::string_view word = take_until(piece, ':');
    ChecksumOffer made{algorithm_name(word), ChecksumWay::cksm, std::string(word)};
    const std::optional<std::uint64_t> preference = parse_number(piece);
    if (preference && *preference < 100) made.preference = static_cast<int>(*preference);
    offer(features, std::move(made));
  }
}

// "CRC32;MD5;SHA-1;SHA-256*;": the star marks the one in use now.
void add_hash(Features& features, std::string_view list) {
  while (!list.empty()) {
    std::string_view word = take_until(list, ';');
    if (word.ends_with('*')) word.remove_suffix(1);
    offer(features, {algorithm_name(word), ChecksumWay::hash, std::string(word)});
  }
}

// "Type*;Size*;UNIX.mode*;": the star marks what is given without being asked for.
void add_facts(Features& features, std::string_view list) {
  features.mlst = features.mlsd = true;
  while (!list.empty() && features.mlst_facts.size() < feature_list_max) {
    std::string_view fact = take_until(list, ';');
    if (fact.ends_with('*')) fact.remove_suffix(1);
    if (!fact.empty()) features.mlst_facts.push_back(to_lower(fact));
  }
}

void add_word(Features& features, std::string_view word) {
  for (const Flag& flag : flags) {
    if (flag.word == word) features.*flag.member = true;
  }
  for (const auto& [command, algorithm] : x_commands) {
    if (command == word) {
      offer(features, {std::string(algorithm), ChecksumWay::x, std::string(command)});
    }
  }
}

void add_line(Features& features, std::string_view line) {
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  const std::string word = upper(take_until(line, ' '));
  const std::string arguments = upper(line);
  add_word(features, word);
  if (word == "CKSM") add_cksm(features, line);
  if (word == "HASH") add_hash(features, line);
  if (word == "MLST") add_facts(features, line);
  if (word == "REST" && arguments.starts_with("STREAM")) features.rest_stream = true;
  if (word == "MODE" && arguments.find('E') != std::string::npos) features.mode_e = true;
  if (word == "AUTH" && arguments.find("GSSAPI") != std::string::npos) features.auth_gssapi = true;
}

// Parallelism, partial stores and stripes exist in extended block mode only (GFD.20).
void infer(Features& features) {
  if (features.parallel || features.esto || features.spas) features.mode_e = true;
}

}  // namespace

Features features_of(const Reply& feat) {
  Features features;
  if (!feat.is_positive()) return features;
  for (const std::string& line : feat.lines) {
    if (!line.empty() && is_blank(line.front())) add_line(features, line);
  }
  infer(features);
  return features;
}

void add_site_help(Features& features, const Reply& site_help) {
  if (!site_help.is_positive()) return;
  for (const std::string& line : site_help.lines) {
    if (line.empty() || !is_blank(line.front())) continue;
    std::string_view rest = line;
    while (!rest.empty()) add_word(features, upper(take_until(rest, ' ')));
  }
  infer(features);
}

}  // namespace rft::ftp
