#include "cli/list_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "base/text.h"
#include "cli/figures.h"
#include "receipt/format.h"

namespace rft::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view blanks = " \t";

tl::unexpected<Error> wrong(std::string why) {
  return fail(Code::invalid_request, std::move(why));
}

// Each field's name, and where it is kept; the size is no text.
struct Field {
  std::string_view name;
  std::string NewFileLine::*text;
};
constexpr std::array<Field, 5> fields{{{"source", &NewFileLine::source},
                                       {"destination", &NewFileLine::destination},
                                       {"size", nullptr},
                                       {"checksum", &NewFileLine::checksum},
                                       {"kind", &NewFileLine::kind}}};
constexpr std::string_view field_names = "source, destination, size, checksum and kind";

const Field* field_of(std::string_view name) {
  const auto* found = std::ranges::find_if(
      fields, [&](const Field& field) { return equals_ignoring_case(field.name, name); });
  return found == fields.end() ? nullptr : found;
}

Result<NewFileLine> with_source(NewFileLine line) {
  if (line.source.empty()) return wrong("it names no source");
  return line;
}

Result<std::uint64_t> parse_size(std::string_view text) {
  const auto size = parse_number(text);
  if (!size) return wrong(fmt::format("the size '{}' is no number of bytes", shown(text)));
  return *size;
}

// Takes the next word off `rest`, which does not begin with a blank.
Result<std::string> take_word(std::string_view& rest) {
  const bool quoted = rest.front() == '"';
  if (quoted) rest.remove_prefix(1);
  const std::size_t end =
      quoted ? rest.find('"') : std::min(rest.find_first_of(blanks), rest.size());
  if (end == std::string_view::npos) return wrong("a \" is not closed");
  std::string word(rest.substr(0, end));
  rest.remove_prefix(quoted ? end + 1 : end);
  if (quoted && !rest.empty() && blanks.find(rest.front()) == std::string_view::npos) {
    return wrong("after a closing \" there is no blank; a \" in a name is written %22");
  }
  rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
  return word;
}

// Takes the next field off `rest`; what is left begins with the comma that ends it, if one does.
Result<std::string> take_csv_field(std::string_view& rest) {
  if (!rest.starts_with('"')) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    std::string field(rest.substr(0, end));
    if (field.find('"') != std::string::npos) {
      return wrong("a field that holds a \" stands in \"...\", with the \" doubled (RFC 4180)");
    }
    rest.remove_prefix(end);
    return field;
  }
  rest.remove_prefix(1);
  std::string field;
  for (;;) {
    const std::size_t quote = rest.find('"');
    // RFC 4180 lets a field go on in the next line, but no path can hold the end of a line.
    if (quote == std::string_view::npos) return wrong("a \" is not closed on its line");
    field += rest.substr(0, quote);
    rest.remove_prefix(quote + 1);
    if (!rest.starts_with('"')) break;
    field += '"';
    rest.remove_prefix(1);
  }
  if (!rest.empty() && rest.front() != ',') return wrong("after a closing \" there is no comma");
  return field;
}

Result<std::vector<std::string>> csv_fields(std::string_view rest) {
  std::vector<std::string> all;
  for (;;) {
    auto field = take_csv_field(rest);
    if (!field) return tl::unexpected(field.error());
    all.push_back(std::move(*field));
    if (rest.empty()) return all;
    rest.remove_prefix(1);
  }
}

Result<void> set_from_json(NewFileLine& line, std::string_view name, const json::value& value) {
  const auto* field = std::ranges::find(fields, name, &Field::name);
  if (field == fields.end()) {
    return wrong(fmt::format("there is no member '{}'; there are {}", shown(name), field_names));
  }
  if (value.is_null()) return {};
  if (field->text) {
    if (!value.is_string()) return wrong(fmt::format("'{}' is no text", name));
    line.*field->text = value.get_string();
    return {};
  }
  json::error_code none;
  const auto size = value.to_number<std::uint64_t>(none);
  if (none) return wrong("'size' is no number of bytes");
  line.size = size;
  return {};
}

}  // namespace

std::optional<ListFormat> list_format(std::string_view word) {
  if (word == "pairs") return ListFormat::pairs;
  if (word == "csv") return ListFormat::csv;
  if (word == "jsonl") return ListFormat::jsonl;
  if (word == "receipt") return ListFormat::receipt;
  return std::nullopt;
}

ListFormat list_format_of(std::string_view first_line) {
  const std::size_t begin = std::min(first_line.find_first_not_of(blanks), first_line.size());
  if (first_line.starts_with(receipt::header_begin)) return ListFormat::receipt;
  if (first_line.substr(begin).starts_with('{')) return ListFormat::jsonl;
  const auto names = csv_fields(first_line);
  if (!names) return ListFormat::pairs;
  const auto is_named = [](const std::string& name) { return field_of(name) != nullptr; };
  // One column alone is a header where it is the one that has to be there.
  const bool header = names->size() > 1 ? std::ranges::any_of(*names, is_named)
                                        : equals_ignoring_case(names->front(), "source");
  return header ? ListFormat::csv : ListFormat::pairs;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(blanks) == std::string_view::npos;
}

bool is_comment(std::string_view line) {
  return !is_blank(line) && line[line.find_first_not_of(blanks)] == '#';
}

Result<NewFileLine> parse_pair(std::string_view line) {
  std::string_view rest = line;
  rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
  std::vector<std::string> words;
  while (!rest.empty()) {
    auto word = take_word(rest);
    if (!word) return tl::unexpected(word.error());
    words.push_back(std::move(*word));
  }
  if (words.size() > 2) {
    return wrong(
        "it holds more than a source and a destination; a name with blanks stands in "
        "\"...\"");
  }
  words.resize(2);
  NewFileLine file;
  file.source = std::move(words[0]);
  file.destination = std::move(words[1]);
  return with_source(std::move(file));
}

Result<NewFileLine> parse_json_line(std::string_view line) {
  json::error_code none;
  const json::value value = json::parse(line, none);
  if (none || !value.is_object()) return wrong("it is no JSON object");
  NewFileLine file;
  for (const auto& [name, member] : value.get_object()) {
    if (const auto set = set_from_json(file, name, member); !set) {
      return tl::unexpected(set.error());
    }
  }
  return with_source(std::move(file));
}

Result<CsvColumns> parse_csv_header(std::string_view line) {
  const auto names = csv_fields(line);
  if (!names) return tl::unexpected(names.error());
  CsvColumns columns;
  for (const std::string& name : *names) {
    const Field* field = field_of(name);
    if (!field) {
      return wrong(
          fmt::format("a CSV list begins with a header, and this one names a column '{}'; "
                      "there are {}",
                      shown(name), field_names));
    }
    if (std::ranges::find(columns.texts, field->text) != columns.texts.end()) {
      return wrong(fmt::format("the header names the column '{}' twice", field->name));
    }
    columns.texts.push_back(field->text);
  }
  if (std::ranges::find(columns.texts, &NewFileLine::source) == columns.texts.end()) {
    return wrong(fmt::format("the header names no column 'source'; there are {}", field_names));
  }
  return columns;
}

Result<NewFileLine> parse_csv_line(std::string_view line, const CsvColumns& columns) {
  auto values = csv_fields(line);
  if (!values) return tl::unexpected(values.error());
  if (values->size() != columns.texts.size()) {
    return wrong(fmt::format("it has {} fields where the header has {}", values->size(),
                             columns.texts.size()));
  }
  NewFileLine file;
  for (std::size_t i = 0; i < values->size(); ++i) {
    std::string& value = (*values)[i];
    if (columns.texts[i]) {
      file.*columns.texts[i] = std::move(value);
    } else if (!value.empty()) {
      const auto size = parse_size(value);
      if (!size) return tl::unexpected(size.error());
      file.size = *size;
    }
  }
  return with_source(std::move(file));
}

}  // namespace rft::cli
