// A receipt with a key that never changes.
#pragma once
#include <boost/json.hpp>
#include <string>
#include <vector>

#include "base/text.h"
#include "receipt/writer.h"

namespace rft::receipt {

// Of RFC 8032, section 7.1, test 1.
inline constexpr std::string_view seed_for_tests =
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

inline SigningKey key_for_tests(std::string_view seed = seed_for_tests) {
  return *SigningKey::from_seed(Secret(*hex_decode(seed)));
}

inline File file_for_tests(int number, std::string status = "done") {
  const std::string name = std::to_string(number);
  File file;
  file.source = "ftp://a.example/s/" + name;
  file.destination = "ftp://b.example/d/" + name;
  file.status = std::move(status);
  file.verdict = "none";
  file.attempts = 1;
  if (file.status == "done") {
    file.size = 10;
    file.checksum = "ADLER32:0000000" + name;
    file.verdict = "verified";
    file.started_at = wall_time(1'800'000'000'000);
    file.finished_at = wall_time(1'800'000'001'000);
  }
  if (file.status == "failed") {
    file.fault = Fault{FaultCode::no_such_file, Side::source, Doing::look, "550 no", ""};
  }
  return file;
}

// Its lines, each with its LF.
inline std::vector<std::string> receipt_for_tests(const std::vector<File>& files,
                                                  SigningKey key = key_for_tests()) {
  Writer writer(std::move(key));
  const boost::json::object request{{"handle", "h"}, {"status", "done"}};
  std::vector<std::string> lines{writer.header(request, wall_time(1'800'000'002'000))};
  for (const File& file : files) lines.push_back(writer.file(file));
  lines.push_back(*writer.seal(true));
  return lines;
}

inline std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line;
  return all;
}

}  // namespace rft::receipt
