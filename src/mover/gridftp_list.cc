#include "mover/gridftp_list.h"

#include <algorithm>

#include "ftp/refusal.h"
#include "mover/gridftp.h"
#include "mover/limits.h"

namespace rft::mover {
namespace {

using Listings = Outcome<std::vector<Listing>>;

Fault at_source(Fault seen) {
  seen.side = Side::source;
  seen.doing = Doing::list;
  return seen;
}

EntryKind kind_of(const ftp::Facts& facts) {
  if (facts.type == ftp::EntryType::file) {
    return facts.is_link ? EntryKind::link_to_file : EntryKind::file;
  }
  if (facts.type == ftp::EntryType::folder) {
    return facts.is_link ? EntryKind::link_to_folder : EntryKind::folder;
  }
  return facts.is_link ? EntryKind::link : EntryKind::other;
}

// Whether the next folder may be listed all the same; else the trouble is the session's.
bool is_of_that_folder(const Fault& fault) {
  switch (fault.code) {
    case FaultCode::no_such_file:
    case FaultCode::no_such_folder:
    case FaultCode::not_a_folder:
    case FaultCode::is_a_folder:
    case FaultCode::not_permitted:
    case FaultCode::bad_name:
    case FaultCode::folder_too_large:
      return true;
    case FaultCode::server_refused:
      return ftp::is_permanent(fault);
    default:
      return false;
  }
}

bool is_of_that_name(const Fault& fault) {
  return is_of_that_folder(fault) || fault.code == FaultCode::not_supported ||
         fault.code == FaultCode::server_refused;
}

// Adds what became of the next folder. False: the ones after it have to be asked for anew, and so
// has this one where others were asked for with it.
bool add(Listings& listings, Listing listing, bool alone) {
  if (listing) {
    listings->push_back(std::move(listing));
    return true;
  }
  const bool too_large = listing.error().code == FaultCode::folder_too_large;
  if (is_of_that_folder(listing.error()) && (alone || !too_large)) {
    listings->push_back(std::move(listing));
    return !too_large;
  }
  if (listings->empty() && !too_large) listings = failed(listing);
  return false;
}

}  // namespace

bool ListingRoom::take(const Entry& entry) {
  name_bytes_ += entry.name.size();
  return ++entries_ <= list_entries_max && name_bytes_ <= list_names_max;
}

Outcome<void> Gathering::add(const ftp::Facts& facts) {
  if (facts.type == ftp::EntryType::this_folder || facts.type == ftp::EntryType::parent_folder ||
      facts.name == "." || facts.name == "..") {
    return {};
  }
  if (facts.name == asked_) return fault(FaultCode::not_a_folder, Side::source, Doing::list);
  Entry entry{facts.name,   kind_of(facts), facts.size,
              facts.modify, facts.mode,     why_unsafe(carried_, facts.name)};
  if (entry.kind == EntryKind::folder) entry.unique = facts.unique;
  if (entry.name.find('/') != entry.name.npos) {
    entry.unusable = "the server names an entry with a '/' in it, told here with '?'";
    std::replace(entry.name.begin(), entry.name.end(), '/', '?');
  }
  if (!room_.take(entry)) return fault(FaultCode::folder_too_large, Side::source, Doing::list);
  entries.push_back(std::move(entry));
  return {};
}

std::optional<Fault> listing_over(const ControlConnection& line, Instant begun, Instant heard,
                                  Interrupt* interrupt, Limits limits) {
  if (auto broken = line.failure(Doing::list)) return broken;
  if (interrupt && *interrupt) return Fault{FaultCode::cut, line.side(), Doing::list, "", ""};
  const Instant now = boot_now();
  if (now >= std::max(begun, heard) + limits.silence || now >= begun + list_limit) {
    return Fault{FaultCode::stalled, line.side(), Doing::list, "",
                 "the listing does not come to an end"};
  }
  return std::nullopt;
}

awaitable<Outcome<std::vector<Look>>> GridFtpLister::look_each(std::vector<std::string> names) {
  auto session = co_await pool_.borrow(key_, Side::source, interrupt_);
  if (!session) co_return failed(session);
  auto looks = co_await look_at_each(**session, std::move(names), Doing::list);
  pool_.give_back(key_, std::move(*session));
  for (const Look& look : looks) {
    if (!look && !is_of_that_name(look.error())) co_return failed(look);
  }
  co_return looks;
}

awaitable<Listings> GridFtpLister::list(std::vector<std::string> names) {
  auto session = co_await pool_.borrow(key_, Side::source, interrupt_);
  if (!session) co_return failed(session);
  const NameBytes carried = name_bytes_of(**session);
  const auto unsafe = std::find_if(names.begin(), names.end(), [carried](const std::string& name) {
    return !why_unsafe(carried, name).empty();
  });
  Listings listings;
  if (unsafe != names.end() && unsafe == names.begin()) {
    listings->push_back(fault(FaultCode::bad_name, Side::source, Doing::list,
                              std::string(why_unsafe(carried, names.front()))));
  } else {
    names.erase(unsafe, names.end());
    if ((*session)->features.mlsc) {
      listings = co_await list_in_replies(**session, std::move(names));
    } else {
      listings = co_await list_over_data(**session, std::move(names));
    }
  }
  // Not kept where answers are still due.
  pool_.give_back(key_, std::move(*session));
  co_return listings;
}

awaitable<Listings> GridFtpLister::list_in_replies(Session& session,
                                                   std::vector<std::string> names) {
  std::vector<ftp::Ticket> tickets;
  for (const std::string& name : names) {
    const auto ticket = session.line->send(ftp::mlsc(name), Doing::list);
    if (!ticket) co_return failed(ticket);
    tickets.push_back(*ticket);
  }
  ListingRoom room;
  Listings listings;
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto listing = co_await hear(session, tickets[i],
                                 Gathering(std::move(names[i]), name_bytes_of(session), room));
    if (!add(listings, std::move(listing), names.size() == 1)) break;
  }
  co_return listings;
}

// Each piece is taken as it comes: what nobody takes breaks the connection.
awaitable<Listing> GridFtpLister::hear(Session& session, ftp::Ticket ticket, Gathering gathering) {
  ControlConnection& line = *session.line;
  const Instant begun = boot_now();
  for (;;) {
    while (const auto answer = line.take(ticket)) {
      const ftp::Reply& reply = answer->reply;
      if (answer->final && !reply.is_positive()) {
        co_return tl::unexpected(ftp::refusal(reply, Doing::list, Side::source));
      }
      const auto entries = ftp::mlsc_facts(reply);
      if (!entries) co_return tl::unexpected(at_source(entries.error()));
      for (const ftp::Facts& facts : *entries) {
        if (const auto added = gathering.add(facts); !added) co_return failed(added);
      }
      if (answer->final) co_return std::move(gathering.entries);
    }
    if (auto why = listing_over(line, begun, line.heard(), interrupt_, pool_.limits())) {
      co_return tl::unexpected(std::move(*why));
    }
    co_await wait_any(std::max(begun, line.heard()) + pool_.limits().silence, &line.changed(),
                      interrupt_ ? &interrupt_->changed : nullptr);
  }
}

awaitable<Listings> GridFtpLister::list_over_data(Session& session,
                                                  std::vector<std::string> names) {
  ListingRoom room;
  Listings listings;
  for (std::string& name : names) {
    auto listing = co_await list_one_over_data(session, std::move(name), room);
    if (!add(listings, std::move(listing), names.size() == 1)) break;
  }
  co_return listings;
}

awaitable<Listing> GridFtpLister::list_one_over_data(Session& session, std::string name,
                                                     ListingRoom& room) {
  Gathering gathering(name, name_bytes_of(session), room);
  const auto received =
      co_await receive_listing(session, std::move(name), gathering, interrupt_, pool_.limits());
  if (!received) co_return failed(received);
  co_return std::move(gathering.entries);
}

}  // namespace rft::mover
