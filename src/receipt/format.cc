#include "receipt/format.h"

#include "base/text.h"

namespace rft::receipt {

bool Totals::count(const Listed& file) {
  if (file.status == "done") {
    ++done;
    bytes_done += file.size.value_or(0);
  } else if (file.status == "failed") {
    ++failed;
  } else if (file.status == "skipped") {
    ++skipped;
  } else if (file.status == "waiting") {
    ++waiting;
  } else {
    return false;
  }
  ++files;
  return true;
}

std::string line_hash(std::string_view line) {
  return hex(sha256(line));
}

}  // namespace rft::receipt
