// What is old enough goes, a bounded step at a time.
#pragma once
#include <functional>
#include <optional>

#include "store/database.h"
#include "store/retention.h"

namespace rft {

// One step, inside a transaction that somebody else began. A record that finished long ago goes
// with its attempts; if it left a part behind, that part goes to the ledger to be deleted. Events
// go from the oldest number on. `fresh_id` gives the ledger's ids.
Sql<bool> prune_step(Database& database, const Retention& retention, WallTime now,
                     const std::function<Uuid()>& fresh_id, Pruned& pruned);

// The ledger's entry for the part that a record leaves behind, if it has one.
// What the parts of a whole that goes leave at their destinations goes into the ledger, each entry
// under the id of its file.
Sql<std::vector<LedgerPart>> leave_parts(Database& database, const Uuid& whole, WallTime now);

}  // namespace rft
