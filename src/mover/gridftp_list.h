// GridFTP's Lister: MLSC where the server has it, else MLSD over a data connection of our own.
#pragma once
#include "ftp/listing.h"
#include "mover/lister.h"
#include "mover/name_bytes.h"
#include "mover/pool.h"

namespace rft::mover {

// What may be held of the folders that were asked for at once.
class ListingRoom {
 public:
  // False: it is full.
  bool take(const Entry& entry);

 private:
  std::size_t entries_ = 0;
  std::size_t name_bytes_ = 0;
};

// The entries of one folder as they come in.
class Gathering {
 public:
  // `asked`: the folder's name.
  Gathering(std::string asked, NameBytes carried, ListingRoom& room)
      : asked_(std::move(asked)), carried_(carried), room_(room) {}
  // A name that can be in no folder is unusable, and kept as one that leads out of none. Faults:
  // not_a_folder where the server names what was asked for itself; folder_too_large where the room
  // is full.
  Outcome<void> add(const ftp::Facts& facts);
  std::vector<Entry> entries{};

 private:
  std::string asked_;
  NameBytes carried_;
  ListingRoom& room_;
};

class GridFtpLister final : public Lister {
 public:
  // Pool and interrupt must outlive it. A session is borrowed for each call.
  GridFtpLister(Pool& pool, SessionKey key, Interrupt* interrupt)
      : pool_(pool), key_(std::move(key)), interrupt_(interrupt) {}
  awaitable<Outcome<std::vector<Look>>> look_each(std::vector<std::string> names) override;
  awaitable<Outcome<std::vector<Listing>>> list(std::vector<std::string> names) override;

 private:
  awaitable<Outcome<std::vector<Listing>>> list_in_replies(Session& session,
                                                           std::vector<std::string> names);
  awaitable<Outcome<std::vector<Listing>>> list_over_data(Session& session,
                                                          std::vector<std::string> names);
  awaitable<Listing> hear(Session& session, ftp::Ticket ticket, Gathering gathering);
  awaitable<Listing> list_one_over_data(Session& session, std::string name, ListingRoom& room);

  Pool& pool_;
  SessionKey key_;
  Interrupt* interrupt_;
};

// A folder's listing over a data connection (RFC 3659 section 7): gridftp_list_data.cc.
awaitable<Outcome<void>> receive_listing(Session& session, std::string name, Gathering& gathering,
                                         Interrupt* interrupt, Limits limits);

// Why a listing that goes on has to end now; nothing while it may go on. It lives while bytes come,
// but not for ever.
std::optional<Fault> listing_over(const ControlConnection& line, Instant begun, Instant heard,
                                  Interrupt* interrupt, Limits limits);

}  // namespace rft::mover
