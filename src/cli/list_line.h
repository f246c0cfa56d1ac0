// One line of a list of files, in the three forms in which it may be written. Text in, values out;
// an error says what is wrong with the line, its caller knows the number.
//
// Paths and URLs are taken as they stand, in the writing of URLs (%20 for a blank, %25 for a %):
// the service judges them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/rft.h"

namespace rft::cli {

enum class ListFormat : std::uint8_t {
  pairs,    // SOURCE DESTINATION, as globus-url-copy -f takes them
  csv,      // RFC 4180, with a header
  jsonl,    // one JSON object a line
  receipt,  // of a request that has ended: its files that are done, with their checksums
};
inline constexpr std::string_view list_format_words = "pairs|csv|jsonl|receipt";
std::optional<ListFormat> list_format(std::string_view word);

// What `first_line`, neither blank nor a comment, begins.
ListFormat list_format_of(std::string_view first_line);

bool is_blank(std::string_view line);
bool is_comment(std::string_view line);  // its first character but blanks is #

// Two URLs or paths with blanks between them; one that holds blanks stands in "...". A path alone
// is source and destination, below the two folders of the request.
Result<NewFileLine> parse_pair(std::string_view line);

// {"source", "destination", "size", "checksum", "kind"}, all but the first optional; others are
// refused.
Result<NewFileLine> parse_json_line(std::string_view line);

// Where the header of a CSV list puts what: source, and optionally destination, size, checksum and
// kind, in any order.
struct CsvColumns {
  std::vector<std::string NewFileLine::*> texts;  // by column; null: the column of the size
};
Result<CsvColumns> parse_csv_header(std::string_view line);
Result<NewFileLine> parse_csv_line(std::string_view line, const CsvColumns& columns);

}  // namespace rft::cli
