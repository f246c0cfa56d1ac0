// Reads of the store. Errors: no_such_transfer and no_such_credential; bad_state where the database
// is damaged; unavailable where it cannot be read now.
#pragma once
#include "engine/ports.h"
#include "store/database.h"
#include "store/retention.h"

namespace rft {

inline constexpr std::uint32_t page_max = 1000;  // of a list, whatever its query says

Result<OpenWork> read_open_work(Database& database);
Result<Loaded> read_loaded(Database& database, const std::string& owner, const std::string& handle,
                           const std::string& key);
Result<ListPage> read_page(Database& database, const ListQuery& query);
Result<std::vector<Transfer>> read_parts(Database& database, const PartsQuery& query);
Result<std::vector<LaneNumber>> read_lanes(Database& database, const Uuid& whole);
Result<KnownContents> read_known_lines(Database& database, const Uuid& whole,
                                       const std::vector<std::string>& digests);
Result<std::vector<LedgerPart>> read_ledger(Database& database);
Result<History> read_history(Database& database, const std::string& owner,
                             const std::string& handle);
Result<History> read_history_of(Database& database, const std::string& owner, const Uuid& request);
Result<std::vector<Event>> read_events(Database& database, const std::string& owner,
                                       std::int64_t after, std::uint32_t limit);
Result<std::map<Status, std::uint64_t>> read_counts(Database& database);
Result<std::string> read_sealed(Database& database, const Uuid& id);
Result<Identity> read_identity(Database& database);

// What both stores answer alike.
tl::unexpected<Error> no_such_handle(const std::string& handle);
tl::unexpected<Error> no_such_request(const Uuid& request);
tl::unexpected<Error> no_such_credential(const Uuid& id);
// A cursor is the id of the last request of the page before; empty: none.
Result<std::optional<Uuid>> cursor_of(const std::string& text);
std::uint32_t page_size(const ListQuery& query);

}  // namespace rft
