#include "core/option.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "wire/pattern.h"
#include "wire/words.h"

namespace rft {
namespace {

// Algorithms that GridFTP and FTP servers are known to compute, by their names in FEAT.
constexpr std::array<std::string_view, 6> algorithms{"ADLER32", "MD5",    "SHA256",
                                                     "SHA1",    "SHA512", "CRC32"};

constexpr std::array<std::string_view, 2> flag_words{"true", "false"};
constexpr std::array asked_acts{act_words[0], act_words[1], act_words[2]};  // by users

std::size_t hex_length(std::string_view algorithm) {
  if (algorithm == "ADLER32" || algorithm == "CRC32") return 8;
  if (algorithm == "MD5") return 32;
  if (algorithm == "SHA1") return 40;
  return algorithm == "SHA256" ? 64 : 128;
}

template <class Words>
tl::unexpected<Error> not_one_of(std::string_view name, std::string_view value,
                                 const Words& words) {
  return fail(Code::invalid_option, fmt::format("{} is '{}'; it must be one of: {}", name,
                                                printable(value, 64), fmt::join(words, ", ")));
}

template <class Enum, class Words>
Result<void> set_word(Enum& target, std::string_view name, std::string_view value,
                      const Words& words) {
  const auto found = enumerator_of<Enum>(value, words);
  if (!found) return not_one_of(name, value, words);
  target = *found;
  return {};
}

Result<void> set_number(std::optional<std::uint32_t>& target, std::string_view name,
                        std::string_view value, std::uint32_t most) {
  const auto number = parse_number(value);
  if (!number || *number == 0 || *number > most) {
    return fail(Code::invalid_option, fmt::format("{} is '{}'; it must be a number from 1 to {}",
                                                  name, printable(value, 64), most));
  }
  target = static_cast<std::uint32_t>(*number);
  return {};
}

Result<void> set_credential(std::optional<Uuid>& target, std::string_view name,
                            std::string_view value) {
  const auto id = Uuid::parse(value);
  if (!id) {
    return fail(Code::invalid_option,
                fmt::format("{} is '{}'; it must be an id as 'rft cred ls' shows it", name,
                            printable(value, 64)));
  }
  target = *id;
  return {};
}

Result<void> set_checksum(WantedChecksum& target, std::string_view value) {
  const std::size_t colon = value.find(':');
  std::string algorithm(value.substr(0, colon));
  std::transform(algorithm.begin(), algorithm.end(), algorithm.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  std::erase(algorithm, '-');
  if (std::find(algorithms.begin(), algorithms.end(), algorithm) == algorithms.end()) {
    return not_one_of("the algorithm of checksum", value.substr(0, colon), algorithms);
  }
  std::string digits;
  if (colon != std::string_view::npos) {
    digits = to_lower(value.substr(colon + 1));
    if (!hex_decode(digits) || digits.size() != hex_length(algorithm)) {
      return fail(Code::invalid_option,
                  fmt::format("the value of an {} checksum is {} hexadecimal digits", algorithm,
                              hex_length(algorithm)));
    }
  }
  target = {std::move(algorithm), std::move(digits)};
  return {};
}

Result<void> set_label(std::string& target, std::string_view value) {
  if (value.size() > label_length_max || printable(value, value.size() * 4 + 4) != value) {
    return fail(Code::invalid_option,
                fmt::format("label must be at most {} bytes of UTF-8 without control characters",
                            label_length_max));
  }
  target = std::string(value);
  return {};
}

Result<void> set_finish_by(std::optional<WallTime>& target, std::string_view value) {
  target = from_rfc3339(value);
  if (target) return {};
  return fail(Code::invalid_option,
              fmt::format("finish_by is '{}'; it must be a time like 2026-12-31T18:00:00Z",
                          printable(value, 64)));
}

Result<void> set_flag(bool& target, std::string_view name, std::string_view value) {
  if (value != "true" && value != "false") return not_one_of(name, value, flag_words);
  target = value == "true";
  return {};
}

// One pattern a line.
Result<void> set_patterns(std::vector<std::string>& target, std::string_view name,
                          std::string_view value) {
  target.clear();
  if (value.size() > patterns_octets_max) {
    return fail(Code::invalid_option,
                fmt::format("the patterns of {} have {} octets; they may have {}", name,
                            value.size(), patterns_octets_max));
  }
  while (!value.empty()) {
    const std::size_t end = std::min(value.find('\n'), value.size());
    if (end > 0) target.emplace_back(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  const auto open = std::find_if(target.begin(), target.end(),
                                 [](const std::string& one) { return has_open_set(one); });
  if (open != target.end()) {
    return fail(Code::invalid_option,
                fmt::format("{} has the pattern '{}', of which a '[' is not closed; the letter "
                            "itself is written [[]",
                            name, printable(*open, 64)));
  }
  if (target.size() <= patterns_max) return {};
  return fail(Code::invalid_option,
              fmt::format("{} has {} patterns; it may have {}", name, target.size(), patterns_max));
}

// Words with commas or ends of lines between them; none is nothing.
Result<void> set_preserve(Preserve& target, std::string_view name, std::string_view value) {
  constexpr std::array<std::string_view, 2> words{"mode", "times"};
  target = {};
  while (!value.empty()) {
    const std::size_t end = std::min(value.find_first_of(",\n"), value.size());
    const std::string_view word = value.substr(0, end);
    value.remove_prefix(std::min(end + 1, value.size()));
    if (word != words[0] && word != words[1]) return not_one_of(name, word, words);
    (word == words[0] ? target.mode : target.times) = true;
  }
  return {};
}

struct OptionEntry {
  std::string_view name;
  Result<void> (*set)(Options&, std::string_view name, std::string_view value);
};

constexpr std::array option_table{
    OptionEntry{"existing",
                [](Options& o, std::string_view n, std::string_view v) {
                  return set_word(o.existing, n, v, existing_words);
                }},
    OptionEntry{"checksum", [](Options& o, std::string_view,
                               std::string_view v) { return set_checksum(o.checksum, v); }},
    OptionEntry{"verify",
                [](Options& o, std::string_view n, std::string_view v) {
                  return set_word(o.verify, n, v, verify_words);
                }},
    OptionEntry{"publish",
                [](Options& o, std::string_view n, std::string_view v) {
                  return set_word(o.publish, n, v, publish_words);
                }},
    OptionEntry{"data_channel",
                [](Options& o, std::string_view n, std::string_view v) -> Result<void> {
                  DataChannel channel{};
                  auto result = set_word(channel, n, v, data_channel_words);
                  if (result) o.data_channel = channel;
                  return result;
                }},
    OptionEntry{"resume",
                [](Options& o, std::string_view n, std::string_view v) {
                  return set_word(o.resume, n, v, resume_words);
                }},
    OptionEntry{"finish_by", [](Options& o, std::string_view,
                                std::string_view v) { return set_finish_by(o.finish_by, v); }},
    OptionEntry{"max_tries",
                [](Options& o, std::string_view n, std::string_view v) {
                  return set_number(o.max_tries, n, v, tries_limit);
                }},
    OptionEntry{"label", [](Options& o, std::string_view,
                            std::string_view v) { return set_label(o.label, v); }},
    OptionEntry{"streams_max",
                [](Options& o, std::string_view n, std::string_view v) {
                  return set_number(o.streams_max, n, v, streams_limit);
                }},
    OptionEntry{"parents",
                [](Options& o, std::string_view n, std::string_view v) {
                  return set_word(o.parents, n, v, parents_words);
                }},
    OptionEntry{"sync", [](Options& o, std::string_view n,
                           std::string_view v) { return set_word(o.sync, n, v, sync_words); }},
    OptionEntry{"preserve", [](Options& o, std::string_view n,
                               std::string_view v) { return set_preserve(o.preserve, n, v); }},
    OptionEntry{"links", [](Options& o, std::string_view n,
                            std::string_view v) { return set_word(o.links, n, v, links_words); }},
    OptionEntry{"act", [](Options& o, std::string_view n,
                          std::string_view v) { return set_word(o.act, n, v, asked_acts); }},
    OptionEntry{"skip_errors", [](Options& o, std::string_view n,
                                  std::string_view v) { return set_flag(o.skip_errors, n, v); }},
    OptionEntry{"all_or_none", [](Options& o, std::string_view n,
                                  std::string_view v) { return set_flag(o.all_or_none, n, v); }},
    OptionEntry{"delete_extra", [](Options& o, std::string_view n,
                                   std::string_view v) { return set_flag(o.delete_extra, n, v); }},
    OptionEntry{"include", [](Options& o, std::string_view n,
                              std::string_view v) { return set_patterns(o.include, n, v); }},
    OptionEntry{"exclude", [](Options& o, std::string_view n,
                              std::string_view v) { return set_patterns(o.exclude, n, v); }},
    OptionEntry{"source_credential",
                [](Options& o, std::string_view n, std::string_view v) {
                  return set_credential(o.source_credential, n, v);
                }},
    OptionEntry{"destination_credential",
                [](Options& o, std::string_view n, std::string_view v) {
                  return set_credential(o.destination_credential, n, v);
                }},
};

}  // namespace

std::vector<std::string_view> option_names() {
  std::vector<std::string_view> names;
  for (const OptionEntry& option : option_table) names.push_back(option.name);
  return names;
}

Result<void> set_option(Options& options, std::string_view name, std::string_view value) {
  for (const OptionEntry& option : option_table) {
    if (option.name == name) return option.set(options, name, value);
  }
  return fail(Code::unknown_option,
              fmt::format("there is no option '{}'; there are: {}", printable(name, 64),
                          fmt::join(option_names(), ", ")));
}

}  // namespace rft
