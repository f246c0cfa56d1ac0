#include "ftp/listing.h"
#include "ftp/refusal.h"
#include "mover/gridftp.h"
#include "mover/name_bytes.h"

namespace rft::mover {
namespace {

bool means_absent(FaultCode code) {
  return code == FaultCode::no_such_file || code == FaultCode::no_such_folder;
}

Look refused_look(const ftp::Reply& reply, Doing doing, Side side) {
  // In the words of a look: whatever we are about to do, a missing name is an answer.
  Fault seen = ftp::refusal(reply, Doing::look, side);
  if (means_absent(seen.code)) return std::optional<Standing>();
  if (seen.code == FaultCode::is_a_folder) return std::optional(Standing{true, {}});
  seen.doing = doing;
  return tl::unexpected(std::move(seen));
}

Look marked(Fault seen, Doing doing, Side side) {
  seen.side = side;
  seen.doing = doing;
  return tl::unexpected(std::move(seen));
}

Look standing_of_mlst(const Outcome<ftp::Reply>& answer, Doing doing, Side side) {
  if (!answer) return failed(answer);
  const ftp::Reply& mlst = *answer;
  if (!mlst.is_positive()) return refused_look(mlst, doing, side);
  const auto facts = ftp::mlst_facts(mlst);
  if (!facts) return marked(facts.error(), doing, side);
  if (facts->type != ftp::EntryType::file) {
    if (facts->type != ftp::EntryType::other) return std::optional(Standing{true, {}, facts->mode});
    return tl::unexpected(Fault{FaultCode::not_supported, side, doing, mlst.text(),
                                "the name is that of no regular file"});
  }
  if (!facts->size) {
    return tl::unexpected(Fault{FaultCode::protocol_broken, side, doing, mlst.text(),
                                "the server does not tell the size"});
  }
  return std::optional(
      Standing{false, FileFacts{*facts->size, facts->modify, facts->unique}, facts->mode, true});
}

// MDTM's text is kept as it came: identity is compared by it.
std::string modify_of(const ftp::Reply& mdtm) {
  return ftp::mdtm_of(mdtm) ? mdtm.lines.front() : std::string();
}

Look standing_of_size(const Outcome<ftp::Reply>& size, const Outcome<ftp::Reply>& mdtm, Doing doing,
                      Side side) {
  if (!size) return failed(size);
  if (!size->is_positive()) return refused_look(*size, doing, side);
  const auto bytes = ftp::size_of(*size);
  if (!bytes) return marked(bytes.error(), doing, side);
  if (!mdtm) return failed(mdtm);
  return std::optional(Standing{false, FileFacts{*bytes, modify_of(*mdtm), ""}});
}

awaitable<std::vector<Look>> look_without_mlst(Session& session, std::vector<std::string> names,
                                               Doing doing) {
  const Side side = session.line->side();
  std::vector<ftp::Command> commands;
  for (const std::string& name : names) {
    commands.push_back(ftp::size(name));
    commands.push_back(ftp::mdtm(name));
  }
  const Answers answers = co_await session.line->ask_each(std::move(commands), doing);
  std::vector<Look> looks;
  for (std::size_t i = 0; i < names.size(); ++i) {
    looks.push_back(standing_of_size(answers.each[2 * i], answers.each[2 * i + 1], doing, side));
  }
  co_return looks;
}

}  // namespace

awaitable<std::vector<Look>> look_at_each(Session& session, std::vector<std::string> names,
                                          Doing doing) {
  if (!session.features.mlst) {
    co_return co_await look_without_mlst(session, std::move(names), doing);
  }
  const Side side = session.line->side();
  std::vector<ftp::Command> commands;
  for (const std::string& name : names) commands.push_back(ftp::mlst(name));
  const Answers answers = co_await session.line->ask_each(std::move(commands), doing);
  std::vector<Look> looks;
  std::vector<std::size_t> unclear;
  std::vector<std::string> unclear_names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    looks.push_back(standing_of_mlst(answers.each[i], doing, side));
    // proftpd's MLST does not say why it refuses ("cannot be listed"); its SIZE does.
    if (looks[i] || looks[i].error().code != FaultCode::server_refused) continue;
    unclear.push_back(i);
    unclear_names.push_back(std::move(names[i]));
  }
  if (unclear.empty()) co_return looks;
  auto again = co_await look_without_mlst(session, std::move(unclear_names), doing);
  for (std::size_t i = 0; i < unclear.size(); ++i) looks[unclear[i]] = std::move(again[i]);
  co_return looks;
}

awaitable<Look> look_at(Session& session, std::string name, Doing doing) {
  std::vector<std::string> names;
  names.push_back(std::move(name));
  auto looks = co_await look_at_each(session, std::move(names), doing);
  co_return std::move(looks.front());
}

// A name that would become another on its way is not asked for: the answer would be of that one.
awaitable<std::vector<Look>> GridFtp::look_many(Side side, std::vector<std::string> names,
                                                Doing doing) {
  const auto here = co_await borrow_if_gone(side);
  if (!here) co_return std::vector<Look>(names.size(), failed(here));
  std::vector<Look> looks(names.size());
  std::vector<std::size_t> asked;
  std::vector<std::string> safe;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string_view unsafe = why_unsafe(name_bytes_of(at(side)), names[i]);
    if (!unsafe.empty()) {
      looks[i] = fault(FaultCode::bad_name, side, doing, std::string(unsafe));
    } else {
      asked.push_back(i);
      safe.push_back(std::move(names[i]));
    }
  }
  auto seen = co_await look_at_each(at(side), std::move(safe), doing);
  for (std::size_t i = 0; i < asked.size(); ++i) looks[asked[i]] = std::move(seen[i]);
  co_return looks;
}

}  // namespace rft::mover
