// Modes and times of files: MFMT and SITE CHMOD, the commands of all files ahead of their replies.
#include "ftp/refusal.h"
#include "mover/gridftp.h"
#include "mover/name_bytes.h"

namespace rft::mover {
namespace {

struct Asked {
  std::size_t file = 0;
  std::string_view word;  // of the option `preserve`
};

Outcome<void> set(const Outcome<ftp::Reply>& answer, std::string_view word) {
  if (!answer) return failed(answer);
  if (answer->is_positive()) return {};
  Fault refused = ftp::refusal(*answer, Doing::preserve, Side::destination);
  refused.detail = word;
  return tl::unexpected(std::move(refused));
}

}  // namespace

// GCT tells of neither SITE command in its FEAT or SITE HELP: that a server knows them is learnt by
// asking. What has no MFMT is asked in the older way.
awaitable<std::vector<Outcome<void>>> GridFtp::set_traits(std::vector<Traits> files) {
  const auto here = co_await borrow_if_gone(Side::destination);
  if (!here) co_return std::vector<Outcome<void>>(files.size(), failed(here));
  Session& session = *destination_;
  std::vector<Outcome<void>> told(files.size());
  std::vector<ftp::Command> commands;
  std::vector<Asked> asked;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Traits& file = files[i];
    const std::string_view unsafe = why_unsafe(name_bytes_of(session), file.name);
    if (!unsafe.empty()) {
      told[i] = fault(FaultCode::bad_name, Side::destination, Doing::preserve, std::string(unsafe));
      continue;
    }
    if (!file.modify.empty()) {
      commands.push_back(session.features.mfmt ? ftp::mfmt(file.modify, file.name)
                                               : ftp::site_utime(file.modify, file.name));
      asked.push_back({i, "times"});
    }
    if (file.mode) {
      commands.push_back(ftp::site_chmod(*file.mode, file.name));
      asked.push_back({i, "mode"});
    }
  }
  const Answers answers = co_await session.line->ask_each(std::move(commands), Doing::preserve);
  for (std::size_t n = 0; n < asked.size(); ++n) {
    Outcome<void>& file = told[asked[n].file];
    if (file) file = set(answers.each[n], asked[n].word);
  }
  co_return told;
}

}  // namespace rft::mover
