#include "ftp/listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "ftp/fault_of.h"

namespace rft::ftp {
namespace {

tl::unexpected<Fault> malformed(std::string_view what, std::string reply) {
  return fault_of(FaultCode::protocol_broken, fmt::format("{} cannot be read", what),
                  std::move(reply));
}

EntryType type_of(std::string_view value) {
  const std::string word = to_lower(value);
  if (word == "file") return EntryType::file;
  if (word == "dir") return EntryType::folder;
  if (word == "cdir") return EntryType::this_folder;
  if (word == "pdir") return EntryType::parent_folder;
  return EntryType::other;
}

// proftpd says symlink, others slink or slink:<target>.
bool is_type_of_link(std::string_view value) {
  const std::string word = to_lower(value);
  return word.starts_with("os.unix=slink") || word.starts_with("os.unix=symlink");
}

std::optional<unsigned> octal_mode(std::string_view text) {
  constexpr std::size_t length_max = 7;  // with the file type's bits before the mode's
  if (text.empty() || text.size() > length_max) return std::nullopt;
  unsigned mode = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '7') return std::nullopt;
    mode = mode * 8 + static_cast<unsigned>(digit - '0');
  }
  return mode & 07777;
}

// To append, to read, to write.
bool permits_what_files_do(std::string_view perm) {
  return to_lower(perm).find_first_of("arw") != std::string::npos;
}

// False where a fact that we rely on has a value that it cannot have.
bool set_fact(Facts& facts, std::string_view name, std::string_view value) {
  if (equals_ignoring_case(name, "type")) {
    facts.type = type_of(value);
    facts.is_link = facts.is_link || is_type_of_link(value);
  } else if (equals_ignoring_case(name, "size")) {
    facts.size = parse_number(value);
    return facts.size.has_value();
  } else if (equals_ignoring_case(name, "modify")) {
    facts.modified = time_value(value);
    if (facts.modified) facts.modify = value;  // an impossible one is as good as none
  } else if (equals_ignoring_case(name, "unique")) {
    facts.unique = value;
  } else if (equals_ignoring_case(name, "perm")) {
    facts.perm = value;
  } else if (equals_ignoring_case(name, "unix.mode")) {
    facts.mode = octal_mode(value);
  } else if (equals_ignoring_case(name, "unix.slink")) {
    facts.is_link = !value.empty();
  }
  return true;
}

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  const std::optional<std::uint64_t> number = parse_number(text.substr(at, count));
  return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

// One number on the first line of a positive reply, nothing else.
std::string_view sole_word(const Reply& reply) {
  if (!reply.is_positive() || reply.lines.size() != 1) return {};
  std::string_view text = reply.lines.front();
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<Facts, Fault> facts_of_line(std::string_view line) {
  Facts facts;
  std::string_view rest = line;
  for (std::size_t count = 0; !rest.starts_with(' '); ++count) {
    const std::size_t end = rest.find(';');
    if (end == std::string_view::npos || count == facts_max) break;
    const std::string_view fact = rest.substr(0, end);
    const std::size_t equals = fact.find('=');
    if (equals == std::string_view::npos || equals == 0) break;
    if (!set_fact(facts, fact.substr(0, equals), fact.substr(equals + 1))) break;
    rest.remove_prefix(end + 1);
  }
  if (!rest.starts_with(' ') || rest.size() < 2) {
    return malformed("the list of facts", printable(line, reply_text_max));
  }
  facts.name = rest.substr(1);
  if (facts.type == EntryType::folder && permits_what_files_do(facts.perm)) {
    facts.is_link = true;
    facts.mode.reset();
    facts.modify.clear();
    facts.modified.reset();
  }
  return facts;
}

// The facts stand on the one line between the first and the last, after one blank.
Result<Facts, Fault> mlst_facts(const Reply& reply) {
  if (!reply.is_positive() || reply.lines.size() != 3 || !reply.lines[1].starts_with(' ')) {
    return malformed("the reply to MLST", reply.text());
  }
  return facts_of_line(std::string_view(reply.lines[1]).substr(1));
}

Result<std::vector<Facts>, Fault> mlsc_facts(const Reply& piece) {
  std::vector<Facts> all;
  for (const std::string& line : piece.lines) {
    if (!line.starts_with(' ')) continue;
    auto facts = facts_of_line(std::string_view(line).substr(1));
    if (!facts) return tl::unexpected(facts.error());
    all.push_back(std::move(*facts));
  }
  return all;
}

void ListingLines::feed(std::string_view bytes) {
  buffer_.erase(0, begin_);
  begin_ = 0;
  buffer_ += bytes;
}

Result<std::optional<std::string>, Fault> ListingLines::next() {
  const std::size_t end = buffer_.find("\r\n", begin_);
  const std::size_t size = std::min(end, buffer_.size()) - begin_;
  const std::size_t cut_line_end = end == std::string::npos ? 1 : 0;  // its CR may be here already
  if (size > reply_line_max + cut_line_end) {
    return malformed("a line longer than the limit",
                     printable(std::string_view(buffer_).substr(begin_), reply_text_max));
  }
  if (end == std::string::npos) return std::optional<std::string>();
  std::optional<std::string> line = buffer_.substr(begin_, size);
  begin_ = end + 2;
  return line;
}

Result<std::uint64_t, Fault> size_of(const Reply& reply) {
  const std::optional<std::uint64_t> size = parse_number(sole_word(reply));
  if (!size) return malformed("the reply to SIZE", reply.text());
  return *size;
}

Result<WallTime, Fault> mdtm_of(const Reply& reply) {
  const std::optional<WallTime> time = time_value(sole_word(reply));
  if (!time) return malformed("the reply to MDTM", reply.text());
  return *time;
}

std::optional<WallTime> time_value(std::string_view text) {
  constexpr std::size_t whole = 14, length_max = 32;
  if (text.size() < whole || text.size() > length_max) return std::nullopt;
  const std::optional<int> year = digits(text, 0, 4), month = digits(text, 4, 2),
                           day = digits(text, 6, 2), hour = digits(text, 8, 2),
                           minute = digits(text, 10, 2), second = digits(text, 12, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 60) return std::nullopt;  // 60: a leap second
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  int fraction = 0;
  if (text.size() > whole) {
    const std::string_view tail = text.substr(whole + 1);
    if (text[whole] != '.' || tail.empty() ||
        tail.find_first_not_of("0123456789") != std::string_view::npos) {
      return std::nullopt;
    }
    std::string padded(tail);
    padded.resize(3, '0');
    fraction = digits(padded, 0, 3).value_or(0);
  }
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + Duration(fraction);
}

}  // namespace rft::ftp
