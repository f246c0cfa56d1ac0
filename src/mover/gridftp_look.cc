#include <algorithm>

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

Look standing_of(const ftp::Facts& facts, const std::string& reply, Doing doing, Side side) {
  if (facts.type != ftp::EntryType::file) {
    if (facts.type != ftp::EntryType::other) {
      return std::optional(
          Standing{true, FileFacts{0, "", facts.unique}, facts.mode, facts.is_link});
    }
    return tl::unexpected(
        Fault{FaultCode::not_supported, side, doing, reply, "the name is that of no regular file"});
  }
  if (!facts.size) {
    return tl::unexpected(
        Fault{FaultCode::protocol_broken, side, doing, reply, "the server does not tell the size"});
  }
  return std::optional(Standing{false, FileFacts{*facts.size, facts.modify, facts.unique},
                                facts.mode, facts.is_link});
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

bool is_file(const Look& look) {
  return look && *look && !(*look)->is_folder;
}

// Of a file that may be a symbolic link: what MLST says of the link is put right by what SIZE and
// MDTM say of the file. The link's own mode says nothing of the file's.
Look put_right(const Look& told, Look followed) {
  if (!followed) return followed.error().code == FaultCode::server_refused ? told : followed;
  if (!*followed) return followed;
  if ((*followed)->is_folder) {
    return fault(FaultCode::not_supported, Side::none, Doing::nothing,
                 "the name is that of no regular file");
  }
  Standing file = **told;
  const FileFacts& facts = (*followed)->facts;
  if (facts.size == file.facts.size && facts.modify == file.facts.modify) return told;
  file.facts.size = facts.size;
  file.facts.modify = facts.modify;
  file.mode.reset();
  file.is_link = true;
  return std::optional(std::move(file));
}

// What MLST says of names, and which of them have to be asked for otherwise.
struct Told {
  std::vector<Look> looks;
  std::vector<std::size_t> unclear;  // MLST does not say why it refuses; SIZE does
  std::vector<std::size_t> links;    // it tells of a link, and where that leads to
  std::vector<std::string> targets;  // there
};

Told told_by_mlst(const Session& session, const std::vector<std::string>& names,
                  const Answers& answers, Doing doing) {
  const Side side = session.line->side();
  Told told;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& answer = answers.each[i];
    if (!answer) {
      told.looks.push_back(failed(answer));
      continue;
    }
    if (!answer->is_positive()) {
      told.looks.push_back(refused_look(*answer, doing, side));
      const Look& look = told.looks.back();
      if (!look && look.error().code == FaultCode::server_refused) told.unclear.push_back(i);
      continue;
    }
    const auto facts = ftp::mlst_facts(*answer);
    if (!facts) {
      told.looks.push_back(marked(facts.error(), doing, side));
      continue;
    }
    told.looks.push_back(standing_of(*facts, answer->text(), doing, side));
    const bool leads_on = facts->type == ftp::EntryType::other && facts->is_link &&
                          facts->name.starts_with('/') && facts->name != names[i];
    if (!leads_on) continue;
    told.links.push_back(i);
    told.targets.push_back(facts->name);
  }
  return told;
}

std::vector<std::string> chosen(const std::vector<std::string>& names,
                                const std::vector<std::size_t>& which) {
  std::vector<std::string> some;
  for (const std::size_t i : which) some.push_back(names[i]);
  return some;
}

awaitable<Answers> ask_mlst(Session& session, const std::vector<std::string>& names, Doing doing) {
  std::vector<ftp::Command> commands;
  for (const std::string& name : names) commands.push_back(ftp::mlst(name));
  return session.line->ask_each(std::move(commands), doing);
}

// proftpd tells of a file that is named by a link the link's own size, time and mode, which is 0777
// always.
std::vector<std::size_t> perhaps_links(const Session& session, const std::vector<Look>& looks) {
  constexpr unsigned mode_of_links = 0777;
  const auto& facts = session.features.mlst_facts;
  const bool tells_links = std::find(facts.begin(), facts.end(), "unix.slink") != facts.end();
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < looks.size() && !tells_links && session.features.size; ++i) {
    if (is_file(looks[i]) && (*looks[i])->mode == mode_of_links) which.push_back(i);
  }
  return which;
}

awaitable<std::vector<Look>> look_by_mlst(Session& session, std::vector<std::string> names,
                                          Doing doing) {
  const Side side = session.line->side();
  const Answers answers = co_await ask_mlst(session, names, doing);
  Told told = told_by_mlst(session, names, answers, doing);
  std::vector<Look> looks = std::move(told.looks);
  if (!told.targets.empty()) {
    const Answers led = co_await ask_mlst(session, told.targets, doing);
    const Told at_end = told_by_mlst(session, told.targets, led, doing);
    for (std::size_t i = 0; i < told.links.size(); ++i) {
      Look& look = looks[told.links[i]];
      look = at_end.looks[i];
      if (look && *look) (*look)->is_link = true;
    }
  }
  const auto doubtful = perhaps_links(session, looks);
  std::vector<std::size_t> which = told.unclear;
  which.insert(which.end(), doubtful.begin(), doubtful.end());
  if (which.empty()) co_return looks;
  auto again = co_await look_without_mlst(session, chosen(names, which), doing);
  for (std::size_t i = 0; i < which.size(); ++i) {
    Look& look = looks[which[i]];
    if (look) {
      look = put_right(look, std::move(again[i]));
      if (!look) look = marked(look.error(), doing, side);
    } else {
      look = std::move(again[i]);
    }
  }
  co_return looks;
}

}  // namespace

// A name that would become another on its way is not asked for: the answer would be of that one.
awaitable<std::vector<Look>> look_at_each(Session& session, std::vector<std::string> names,
                                          Doing doing) {
  std::vector<Look> looks(names.size());
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string_view unsafe = why_unsafe(name_bytes_of(session), names[i]);
    if (unsafe.empty()) {
      asked.push_back(i);
    } else {
      looks[i] = fault(FaultCode::bad_name, session.line->side(), doing, std::string(unsafe));
    }
  }
  auto safe = chosen(names, asked);
  std::vector<Look> seen;
  if (session.features.mlst) {
    seen = co_await look_by_mlst(session, std::move(safe), doing);
  } else {
    seen = co_await look_without_mlst(session, std::move(safe), doing);
  }
  for (std::size_t i = 0; i < asked.size(); ++i) looks[asked[i]] = std::move(seen[i]);
  co_return looks;
}

awaitable<Look> look_at(Session& session, std::string name, Doing doing) {
  std::vector<std::string> names;
  names.push_back(std::move(name));
  auto looks = co_await look_at_each(session, std::move(names), doing);
  co_return std::move(looks.front());
}

awaitable<std::vector<Look>> GridFtp::look_many(Side side, std::vector<std::string> names,
                                                Doing doing) {
  const auto here = co_await borrow_if_gone(side);
  if (!here) co_return std::vector<Look>(names.size(), failed(here));
  co_return co_await look_at_each(at(side), std::move(names), doing);
}

}  // namespace rft::mover
