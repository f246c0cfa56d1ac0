// Many small files at once: the commands of all are sent ahead of their replies.
#include <algorithm>

#include "ftp/refusal.h"
#include "mover/gridftp.h"
#include "mover/name_bytes.h"

namespace rft::mover {
namespace {

bool means_gone(FaultCode code) {
  return code == FaultCode::no_such_file || code == FaultCode::no_such_folder;
}

Outcome<void> removed(const Outcome<ftp::Reply>& answer, Side side) {
  if (!answer) return failed(answer);
  if (answer->is_positive()) return {};
  Fault refused = ftp::refusal(*answer, Doing::remove, side);
  if (means_gone(refused.code)) return {};
  return tl::unexpected(std::move(refused));
}

Outcome<void> made(const Outcome<ftp::Reply>& answer) {
  if (!answer) return failed(answer);
  if (answer->is_positive()) return {};
  return tl::unexpected(ftp::refusal(*answer, Doing::make_parents, Side::destination));
}

Outcome<std::string> sum_of(const Outcome<ftp::Reply>& answer, const ftp::ChecksumOffer& offer,
                            Side side) {
  if (!answer) return failed(answer);
  if (!answer->is_positive()) {
    return tl::unexpected(ftp::refusal(*answer, Doing::verify, side));
  }
  auto value = ftp::checksum_value(offer, *answer);
  if (value) return std::move(*value);
  Fault seen = value.error();
  seen.side = side;
  seen.doing = Doing::verify;
  return tl::unexpected(std::move(seen));
}

// A server that refuses RNFR and then takes RNTO all the same has renamed something: not this.
Renamed renamed(const Outcome<ftp::Reply>& rnfr, const Outcome<ftp::Reply>& rnto, bool was_sent) {
  if (!rnfr) return {rnfr.error(), was_sent};
  if (!rnfr->is_intermediate()) {
    const bool nothing_done = rnto && !rnto->is_positive();
    return {ftp::refusal(*rnfr, Doing::publish, Side::destination), was_sent && !nothing_done};
  }
  if (!rnto) return {rnto.error(), was_sent};
  if (rnto->is_positive()) return {};
  return {ftp::refusal(*rnto, Doing::publish, Side::destination), false};
}

// One command for each name. None is said for a name that would become another on its way: it would
// be that one's folder that is made, or that one that is deleted.
awaitable<std::vector<Outcome<ftp::Reply>>> ask_about_each(
    Session& session, std::vector<std::string> names,
    std::function<ftp::Command(std::string_view)> command, Doing doing) {
  std::vector<Outcome<ftp::Reply>> told(names.size());
  std::vector<std::size_t> asked;
  std::vector<ftp::Command> commands;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string_view unsafe = why_unsafe(name_bytes_of(session), names[i]);
    if (!unsafe.empty()) {
      told[i] = fault(FaultCode::bad_name, session.line->side(), doing, std::string(unsafe));
    } else {
      asked.push_back(i);
      commands.push_back(command(names[i]));
    }
  }
  Answers answers = co_await session.line->ask_each(std::move(commands), doing);
  for (std::size_t i = 0; i < asked.size(); ++i) told[asked[i]] = std::move(answers.each[i]);
  co_return told;
}

}  // namespace

awaitable<std::vector<Outcome<void>>> remove_each(Session& session,
                                                  std::vector<std::string> names) {
  const auto answers = co_await ask_about_each(session, std::move(names), ftp::dele, Doing::remove);
  std::vector<Outcome<void>> told;
  for (const auto& answer : answers) told.push_back(removed(answer, session.line->side()));
  co_return told;
}

awaitable<std::vector<Outcome<void>>> GridFtp::remove_many(std::vector<std::string> names) {
  const auto here = co_await borrow_if_gone(Side::destination);
  if (!here) co_return std::vector<Outcome<void>>(names.size(), failed(here));
  co_return co_await remove_each(*destination_, std::move(names));
}

awaitable<std::vector<Outcome<void>>> GridFtp::remove_folders(std::vector<std::string> names) {
  const auto here = co_await borrow_if_gone(Side::destination);
  if (!here) co_return std::vector<Outcome<void>>(names.size(), failed(here));
  const auto answers =
      co_await ask_about_each(*destination_, std::move(names), ftp::rmd, Doing::remove);
  std::vector<Outcome<void>> told;
  for (const auto& answer : answers) told.push_back(answer ? Outcome<void>() : failed(answer));
  co_return told;
}

awaitable<std::vector<Outcome<void>>> GridFtp::make_folders(std::vector<std::string> names) {
  const auto here = co_await borrow_if_gone(Side::destination);
  if (!here) co_return std::vector<Outcome<void>>(names.size(), failed(here));
  const auto answers =
      co_await ask_about_each(*destination_, std::move(names), ftp::mkd, Doing::make_parents);
  std::vector<Outcome<void>> told;
  for (const auto& answer : answers) told.push_back(made(answer));
  co_return told;
}

// Why a file would become another on its way; nothing: it does not.
std::optional<Fault> GridFtp::why_not_said(const Consignment& file) {
  for (const Side side : {Side::source, Side::destination}) {
    const std::string& name = side == Side::source ? file.source : file.destination;
    const std::string_view why = why_unsafe(name_bytes_of(at(side)), name);
    if (!why.empty()) return Fault{FaultCode::bad_name, side, Doing::move, "", std::string(why)};
  }
  return std::nullopt;
}

// A name that is not safe is refused by us, after all before it have arrived; nothing is ordered
// behind it.
awaitable<Outcome<Pipelined>> GridFtp::move_many(const std::vector<Consignment>& files,
                                                 const std::function<void(std::size_t)>& arrived) {
  if (const auto here = co_await borrow_both(); !here) co_return failed(here);
  if (!both_mode_e()) {
    const Side lacks = source_->features.mode_e ? Side::destination : Side::source;
    co_return fault(FaultCode::not_supported, lacks, Doing::move, "it has no extended mode");
  }
  if (const auto ready = co_await prepare_both(); !ready) co_return failed(ready);
  const auto first_unsafe =
      std::find_if(files.begin(), files.end(),
                   [this](const Consignment& file) { return why_not_said(file).has_value(); });
  const std::vector<Consignment> safe(files.begin(), first_unsafe);
  Pipelined told;
  if (!safe.empty()) {
    Pipeline run(*source_, *destination_, safe, arrived, interrupt_, pool_.limits());
    told = co_await run.run();
  }
  if (told.fault) {
    source_.reset();
    destination_.reset();
  } else if (safe.size() < files.size()) {
    told.fault = why_not_said(files[safe.size()]);
    told.refused = true;
  }
  co_return told;
}

awaitable<std::vector<Outcome<std::string>>> GridFtp::checksum_many(Side side,
                                                                    std::vector<Summand> files) {
  const auto here = co_await borrow_if_gone(side);
  if (!here) co_return std::vector<Outcome<std::string>>(files.size(), failed(here));
  Session& session = at(side);
  std::vector<ftp::Command> commands;
  std::vector<std::size_t> last;  // the place of each file's last command
  for (const Summand& file : files) {
    const auto* offer = ftp::offer_of(session.features.checksums, file.algorithm);
    if (offer != nullptr) {
      for (auto& command : ftp::checksum_commands(*offer, file.name)) {
        commands.push_back(std::move(command));
      }
    }
    last.push_back(commands.size() - 1);
  }
  const Answers answers = co_await session.line->ask_each(std::move(commands), Doing::verify);
  std::vector<Outcome<std::string>> sums;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto* offer = ftp::offer_of(session.features.checksums, files[i].algorithm);
    if (offer == nullptr) {
      sums.push_back(fault(FaultCode::no_common_checksum, side, Doing::verify));
    } else {
      sums.push_back(sum_of(answers.each[last[i]], *offer, side));
    }
  }
  co_return sums;
}

// Of a publication only the answer to RNTO tells what happened: no stop and no end of the mover
// cuts that short.
awaitable<std::vector<Renamed>> GridFtp::rename_many(std::vector<Rename> renames) {
  const auto here = co_await borrow_if_gone(Side::destination);
  if (!here) co_return std::vector<Renamed>(renames.size(), Renamed{here.error(), false});
  std::vector<ftp::Command> commands;
  for (const Rename& rename : renames) {
    commands.push_back(ftp::rnfr(rename.from));
    commands.push_back(ftp::rnto(rename.to));
  }
  ControlConnection& line = *destination_->line;
  line.serve(Side::destination, nullptr);
  const Answers answers = co_await line.ask_each(std::move(commands), Doing::publish);
  line.serve(Side::destination, interrupt_);
  std::vector<Renamed> told;
  for (std::size_t i = 0; i < renames.size(); ++i) {
    const bool was_sent = answers.sent > 2 * i + 1;
    told.push_back(renamed(answers.each[2 * i], answers.each[2 * i + 1], was_sent));
  }
  co_return told;
}

}  // namespace rft::mover
