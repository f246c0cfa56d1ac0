// Group commit: many saves, one fsync. Each save stands or falls alone.
#pragma once
#include <functional>
#include <span>
#include <vector>

#include "engine/ports.h"
#include "store/save.h"

namespace rft {

struct Write {
  std::function<Sql<bool>(Database&)> apply;  // false: a guard did not hold
  HighMarks marks;                            // to be raised with it
};

// Puts all in one transaction, each in a savepoint of its own. Where that transaction is lost as a
// whole, each is tried again in a transaction of its own. The answers are in the order of the
// writes.
std::vector<Saved> commit_group(Database& database, std::span<const Write* const> writes);

}  // namespace rft
