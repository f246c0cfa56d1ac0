#include "core/call.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "core/pattern.h"
#include "wire/frame.h"
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
  while (!value.empty()) {
    const std::size_t end = std::min(value.find('\n'), value.size());
    if (end > 0) target.emplace_back(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
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

std::string_view suffix_of(Submit::What what) {
  return what == Submit::What::file ? "" : what == Submit::What::list ? "\nlist" : "\ntree";
}

std::string text_of(const Call& call) {
  struct Text {
    std::string operator()(const Submit& c) const {
      return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}{}", c.commit ? "complete" : "submit", c.handle,
                         c.source.text(), c.destination.text(), c.priority.value_or(-1),
                         options_json(c.options), c.commit, suffix_of(c.what));
    }
    std::string operator()(const AddFiles& c) const {
      std::string text = "add\n" + c.handle;
      for (const NewFile& file : c.files) text += "\n" + line_digest(file);
      return text;
    }
    std::string operator()(const Commit& c) const { return "commit\n" + c.handle; }
    std::string operator()(const ChangePriority& c) const {
      const auto* number = std::get_if<int>(&c.to);
      return fmt::format("priority\n{}\n{}", c.handle,
                         number ? *number : 1000 + static_cast<int>(std::get<PriorityStep>(c.to)));
    }
    std::string operator()(const Clear& c) const { return "clear\n" + c.handle; }
    std::string operator()(const Stop& c) const { return "stop\n" + c.handle; }
  };
  return std::visit(Text{}, call);
}

}  // namespace

const std::string& handle_of(const Call& call) {
  return std::visit([](const auto& one) -> const std::string& { return one.handle; }, call);
}

std::string_view name_of(const Call& call) {
  struct Name {
    std::string_view operator()(const Submit& c) const { return c.commit ? "complete" : "submit"; }
    std::string_view operator()(const AddFiles&) const { return "add files"; }
    std::string_view operator()(const Commit&) const { return "commit"; }
    std::string_view operator()(const ChangePriority&) const { return "priority"; }
    std::string_view operator()(const Clear&) const { return "clear"; }
    std::string_view operator()(const Stop&) const { return "stop"; }
  };
  return std::visit(Name{}, call);
}

std::string digest_of(const Call& call) {
  return sha256(text_of(call));
}

std::string content_digest(const Submit& submit) {
  return sha256(fmt::format("{}\n{}\n{}{}", submit.source.text(), submit.destination.text(),
                            options_json(submit.options), suffix_of(submit.what)));
}

Result<std::string> checked_handle(std::string_view text) {
  const auto alphanumeric = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  const bool good = !text.empty() && text.size() <= handle_length_max && alphanumeric(text[0]) &&
                    std::all_of(text.begin(), text.end(), [&](char c) {
                      return alphanumeric(c) || std::string_view("._:@-").find(c) != text.npos;
                    });
  if (good) return std::string(text);
  return fail(Code::invalid_handle,
              fmt::format("'{}' is no handle: use 1 to {} characters of A-Z a-z 0-9 . _ : @ -, the "
                          "first a letter or digit",
                          printable(text, 160), handle_length_max));
}

Result<int> checked_priority(long long number) {
  if (number >= 0 && number <= 100) return static_cast<int>(number);
  return fail(Code::invalid_priority, fmt::format("the priority {} is not from 0 to 100", number));
}

Result<ChangePriority> checked_priority_change(std::string handle, std::string_view text) {
  constexpr std::array<std::string_view, 3> steps{"push", "increase", "decrease"};
  if (const auto step = enumerator_of<PriorityStep>(text, steps)) {
    return ChangePriority{std::move(handle), *step};
  }
  const auto number = parse_number(text);
  if (number && *number <= 100) {
    return ChangePriority{std::move(handle), static_cast<int>(*number)};
  }
  return fail(Code::invalid_priority,
              fmt::format("'{}' is neither a number from 0 to 100 nor push, increase or decrease",
                          printable(text, 64)));
}

std::vector<std::string_view> option_names() {
  std::vector<std::string_view> names;
  for (const OptionEntry& option : option_table) names.push_back(option.name);
  return names;
}

namespace {

// A path as it is meant below a folder's URL, or a URL of its own.
Result<Url> below(const Url& folder, const std::string& text, std::string_view side,
                  bool is_folder) {
  const bool is_url = text.find("://") != std::string::npos;
  if (text.starts_with('/')) {
    return fail(Code::invalid_url,
                fmt::format("the {} '{}' begins with '/'; give a path below {}, or a URL", side,
                            printable(text, 256), printable(folder.text(), 256)));
  }
  const std::string whole = is_url ? text : folder.text() + text;
  auto url = is_folder ? parse_folder_url(whole) : parse_url(whole);
  if (!url) {
    return fail(url.error().code,
                fmt::format("the {} '{}': {}", side, printable(text, 256), url.error().detail));
  }
  return url;
}

tl::unexpected<Error> one_sided() {
  return fail(Code::invalid_option,
              "act=check asks the destination alone: name it as the source too, so that nothing "
              "else is waited for");
}

// Whether what lies below the two folders may be the same: one holds the other, or that cannot be
// told, as the same host may go by several schemes and ports, and a log-in folder may be anywhere.
bool may_overlap(const Url& a, const Url& b) {
  if (a.endpoint.host != b.endpoint.host) return false;
  const bool one_is_of_login = a.path.starts_with("/~") != b.path.starts_with("/~");
  return one_is_of_login || a.path.starts_with(b.path) || b.path.starts_with(a.path);
}

Result<void> checked_deletion(const Submit& submit) {
  const Options& options = submit.options;
  if (submit.what != Submit::What::tree) {
    return fail(Code::invalid_option,
                "delete_extra is about a tree: only of a whole folder it is known what is extra");
  }
  if (options.skip_errors) {
    return fail(Code::invalid_option,
                "delete_extra needs every file of the source, and skip_errors does without some");
  }
  if (may_overlap(submit.source, submit.destination)) {
    return fail(Code::invalid_option,
                "delete_extra would delete the source: source and destination are on one host, and "
                "one lies in the other or may");
  }
  return {};
}

Result<void> checked_whole(const Submit& submit) {
  if (submit.what == Submit::What::tree && submit.options.act == Act::check) {
    return fail(Code::invalid_option,
                "act=check needs to be told what must be there: a file or a list, not a tree");
  }

  if (!submit.options.checksum.value.empty()) {
    return fail(Code::invalid_option,
                "a checksum's value is that of one file; give it with the file's line");
  }
  const bool same = submit.source.endpoint == submit.destination.endpoint;
  if (submit.what == Submit::What::tree && same &&
      submit.destination.path.starts_with(submit.source.path)) {
    return fail(Code::same_source_and_destination,
                "the destination lies inside the source; the tree would grow while it is copied");
  }
  return {};
}

}  // namespace

Result<NewFile> checked_file(const FileLine& line, const Url& source, const Url& destination,
                             Act act) {
  if (line.source.empty()) return fail(Code::invalid_url, "a file needs a source");
  const bool is_url = line.source.find("://") != std::string::npos;
  if (is_url && line.destination.empty()) {
    return fail(Code::invalid_url, "a source that is a URL needs a destination too");
  }
  if (line.is_folder && (line.size || !line.checksum.empty())) {
    return fail(Code::invalid_request, "a folder has neither a size nor a checksum");
  }
  auto from = below(source, line.source, "source", line.is_folder);
  if (!from) return tl::unexpected(from.error());
  auto to = below(destination, line.destination.empty() ? line.source : line.destination,
                  "destination", line.is_folder);
  if (!to) return tl::unexpected(to.error());
  if (act == Act::check && *from != *to) return one_sided();
  if (act != Act::check && *from == *to) {
    return fail(Code::same_source_and_destination,
                fmt::format("'{}' is source and destination", printable(from->text(), 256)));
  }
  NewFile file{std::move(*from), std::move(*to), line.size};
  file.is_folder = line.is_folder;
  if (!line.checksum.empty()) {
    Options options;
    const auto set = set_option(options, "checksum", line.checksum);
    if (!set) return tl::unexpected(set.error());
    file.checksum = options.checksum;
  }
  return file;
}

std::string line_digest(const NewFile& file) {
  return sha256(file.source.text() + "\n" + file.destination.text()).substr(0, 16);
}

Result<void> set_option(Options& options, std::string_view name, std::string_view value) {
  for (const OptionEntry& option : option_table) {
    if (option.name == name) return option.set(options, name, value);
  }
  return fail(Code::unknown_option,
              fmt::format("there is no option '{}'; there are: {}", printable(name, 64),
                          fmt::join(option_names(), ", ")));
}

Result<Submit> checked_submit(Submit submit) {
  const Options& options = submit.options;
  const bool has_patterns = !options.include.empty() || !options.exclude.empty();
  if (has_patterns && submit.what != Submit::What::tree) {
    return fail(Code::invalid_option, "include and exclude choose among the files of a tree");
  }
  if (options.links != Links::follow && submit.what != Submit::What::tree) {
    return fail(Code::invalid_option,
                "links is about what is found in a tree; a file that is named is moved");
  }
  if (options.sync == Sync::checksum && options.verify != Verify::checksum) {
    return fail(Code::invalid_option,
                fmt::format("sync=checksum needs verify=checksum, not {}", word(options.verify)));
  }
  if (options.all_or_none && options.act == Act::check) {
    return fail(Code::invalid_option, "act=check publishes nothing, so all_or_none has no meaning");
  }
  if (options.all_or_none && options.publish == Publish::in_place) {
    return fail(Code::invalid_option,
                "all_or_none needs publish=rename: what is written in place stands there at once");
  }
  if (options.all_or_none && options.verify == Verify::none) {
    return fail(Code::invalid_option,
                "all_or_none publishes what is proven, and verify=none proves nothing");
  }
  if (options.delete_extra) {
    if (const auto fits = checked_deletion(submit); !fits) return tl::unexpected(fits.error());
  }
  if (submit.what != Submit::What::file) {
    if (const auto fits = checked_whole(submit); !fits) return tl::unexpected(fits.error());
  }
  if (options.act == Act::check && submit.source != submit.destination) return one_sided();
  if (options.act != Act::check && submit.source == submit.destination) {
    return fail(Code::same_source_and_destination,
                "source and destination are the same file; nothing would be moved");
  }
  if (options.verify != Verify::checksum && !options.checksum.value.empty()) {
    return fail(Code::invalid_option,
                fmt::format("a checksum is given, but verify={} compares none; leave one of them",
                            word(options.verify)));
  }
  const bool ftp = submit.source.endpoint.scheme == Scheme::ftp ||
                   submit.destination.endpoint.scheme == Scheme::ftp;
  if (ftp && options.data_channel && *options.data_channel != DataChannel::clear) {
    return fail(Code::invalid_option,
                fmt::format("data_channel={} needs gsiftp:// on both sides; ftp:// has only clear",
                            word(*options.data_channel)));
  }
  return submit;
}

}  // namespace rft
