// Figures and text for people: values in, text out.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rft::cli {

std::string bytes(std::uint64_t count);       // "999 B", "1.00 kB", "12.3 GB": powers of 1000
std::string rate(double bytes_per_second);    // "350 MB/s"
std::string duration(std::uint64_t seconds);  // "7 s", "3:07", "1:02:03", "2 d 03:04"
std::string percent(std::uint64_t part,
                    std::uint64_t whole);  // "43 %", rounded down; of nothing, 100
// Seconds from one RFC 3339 time to another; nothing where one is none or they are the wrong way
// round.
std::optional<std::uint64_t> seconds_between(std::string_view from, std::string_view to);

// What came from outside, harmless on a terminal.
std::string shown(std::string_view text);

// Rows of cells as lines whose columns are aligned; the last column is as wide as it likes.
using Row = std::vector<std::string>;
std::string table(const std::vector<Row>& rows);

// `text` in at most `width` columns, counted in code points.
std::string cut(std::string_view text, std::size_t width);

// The text of --help within `width` columns: what is too long goes on in the column of
// descriptions.
std::string wrapped(std::string_view help, std::size_t width);

}  // namespace rft::cli
