// Checks a receipt line by line, off-line: its chain, its totals, its signature. What is in memory
// does not grow with it.
#pragma once
#include <boost/json/object.hpp>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

#include "receipt/format.h"
#include "receipt/key.h"

namespace rft::receipt {

// What a good receipt says as a whole.
struct Summary {
  std::string handle;
  std::string status;
  std::string made_at;
  std::string fingerprint;
  Totals totals;
  bool complete = false;
  bool operator==(const Summary&) const = default;
};

class Checker {
 public:
  // `fingerprint`: the one key that may have signed; empty: whichever the receipt names.
  explicit Checker(std::string fingerprint = {}) : pinned_(std::move(fingerprint)) {}

  // The next line, with its LF where it has one; gives the file that it tells of. An error
  // (invalid_request) says what is wrong with the receipt here, without the line's number; no line
  // may be given after it.
  Result<std::optional<Listed>> take(std::string_view line);
  // After the last line. Refuses a receipt that lacks its seal.
  Result<Summary> end() const;

 private:
  Result<void> take_header(const boost::json::object& line);
  Result<Listed> take_file(const boost::json::object& line);
  Result<void> take_seal(std::string_view text, const boost::json::object& line);
  Result<void> follows(const boost::json::object& line) const;

  std::string pinned_;
  std::optional<PublicKey> key_;  // of the header; none before it
  std::string previous_;
  Summary summary_;
  bool sealed_ = false;
};

// A whole receipt. An error begins with the number of the line: "line 7: ...".
Result<Summary> check(std::istream& in, std::string fingerprint = {});

}  // namespace rft::receipt
