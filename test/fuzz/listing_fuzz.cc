// Facts are bounded, named, and the time they tell is that of their text. A listing's pieces and
// lines are bounded, and where its bytes are cut changes no line of it.
#include <algorithm>
#include <string>
#include <vector>

#include "ftp/listing.h"
#include "fuzz.h"
#include "replies.h"

namespace rft {
namespace {

void check(const ftp::Facts& facts) {
  fuzz::must(!facts.name.empty(), "facts speak of a name");
  fuzz::must(!facts.mode || *facts.mode <= 07777, "a mode has twelve bits");
  if (facts.modified) {
    fuzz::must(ftp::time_value(facts.modify) == facts.modified, "the time is that of its text");
    fuzz::must(from_rfc3339(to_rfc3339(*facts.modified)) == facts.modified, "the time is a date");
  }
}

using Lines = std::vector<std::string>;

// As a reply to MLSC.
Lines reply_lines(std::string_view bytes, std::size_t step) {
  ftp::ReplyReader reader;
  reader.expect(ftp::ReplyForm::listing);
  Lines lines;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    reader.feed(bytes.substr(at, step));
    for (auto piece = reader.next(); piece && *piece; piece = reader.next()) {
      std::size_t size = 0;
      for (const std::string& line : (*piece)->lines) size += line.size();
      fuzz::must(size <= ftp::reply_size_max, "a piece has a limit");
      fuzz::must(!(*piece)->more || !(*piece)->is_negative(), "a refusal is told whole");
      if (const auto facts = ftp::mlsc_facts(**piece))
        std::for_each(facts->begin(), facts->end(), check);
      lines.insert(lines.end(), (*piece)->lines.begin(), (*piece)->lines.end());
    }
  }
  return lines;
}

// As the data of MLSD.
Lines data_lines(std::string_view bytes, std::size_t step) {
  ftp::ListingLines reader;
  Lines lines;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    reader.feed(bytes.substr(at, step));
    for (auto line = reader.next(); line && *line; line = reader.next()) {
      fuzz::must((*line)->size() <= ftp::reply_line_max, "a line has a limit");
      lines.push_back(std::move(**line));
    }
  }
  return lines;
}

}  // namespace
}  // namespace rft

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = rft::fuzz::text_of(data, size);
  if (const auto facts = rft::ftp::facts_of_line(bytes)) rft::check(*facts);
  const std::size_t whole = std::max<std::size_t>(size, 1);
  rft::fuzz::must(rft::reply_lines(bytes, whole) == rft::reply_lines(bytes, 1),
                  "cuts change nothing");
  rft::fuzz::must(rft::data_lines(bytes, whole) == rft::data_lines(bytes, 1),
                  "cuts change nothing");
  const auto reply = rft::fuzz::reply_in(bytes);
  if (!reply) return 0;
  if (const auto facts = rft::ftp::mlst_facts(*reply)) rft::check(*facts);
  (void)rft::ftp::size_of(*reply);
  (void)rft::ftp::mdtm_of(*reply);
  return 0;
}
