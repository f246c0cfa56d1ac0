#include "ftp/listing.h"
#include "ftp/refusal.h"
#include "mover/gridftp.h"

namespace rft::mover {
namespace {

using Look = Outcome<std::optional<Standing>>;

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

Look standing_of(const ftp::Reply& mlst, Doing doing, Side side) {
  const auto facts = ftp::mlst_facts(mlst);
  if (!facts) return marked(facts.error(), doing, side);
  if (facts->type != ftp::EntryType::file) {
    if (facts->type != ftp::EntryType::other) return std::optional(Standing{true, {}});
    return tl::unexpected(Fault{FaultCode::not_supported, side, doing, mlst.text(),
                                "the name is that of no regular file"});
  }
  if (!facts->size) {
    return tl::unexpected(Fault{FaultCode::protocol_broken, side, doing, mlst.text(),
                                "the server does not tell the size"});
  }
  return std::optional(Standing{false, FileFacts{*facts->size, facts->modify, facts->unique}});
}

// MDTM's text is kept as it came: identity is compared by it.
std::string modify_of(const ftp::Reply& mdtm) {
  return ftp::mdtm_of(mdtm) ? mdtm.lines.front() : std::string();
}

awaitable<Look> look_without_mlst(Session& session, std::string name, Doing doing) {
  std::vector<ftp::Command> commands;
  commands.push_back(ftp::size(name));
  commands.push_back(ftp::mdtm(name));
  const Side side = session.line->side();
  const auto replies = co_await session.line->ask_all(std::move(commands), doing);
  if (!replies) co_return failed(replies);
  const ftp::Reply& size = replies->front();
  if (!size.is_positive()) co_return refused_look(size, doing, side);
  const auto bytes = ftp::size_of(size);
  if (!bytes) co_return marked(bytes.error(), doing, side);
  co_return std::optional(Standing{false, FileFacts{*bytes, modify_of(replies->back()), ""}});
}

}  // namespace

awaitable<Look> look_at(Session& session, std::string name, Doing doing) {
  if (!session.features.mlst) co_return co_await look_without_mlst(session, name, doing);
  const Side side = session.line->side();
  const auto reply = co_await session.line->ask(ftp::mlst(name), doing);
  if (!reply) co_return failed(reply);
  if (reply->is_positive()) co_return standing_of(*reply, doing, side);
  // proftpd's MLST does not say why it refuses ("cannot be listed"); its SIZE does.
  if (ftp::refusal(*reply, Doing::look, side).code == FaultCode::server_refused) {
    co_return co_await look_without_mlst(session, name, doing);
  }
  co_return refused_look(*reply, doing, side);
}

// On a clear channel a GCT server cuts a name at its first 0xFF, doubled (RFC 854) or not, and says
// yes: the bytes would land under another name. What is protected is no Telnet and passes whole.
awaitable<Look> GridFtp::look(Side side, std::string name, Doing doing) {
  if (const auto here = co_await borrow_if_gone(side); !here) co_return failed(here);
  if (!at(side).gsi && name.find('\xFF') != name.npos) {
    co_return fault(FaultCode::bad_name, side, doing,
                    "a name with the byte 0xFF is safe only over gsiftp");
  }
  co_return co_await look_at(at(side), std::move(name), doing);
}

}  // namespace rft::mover
