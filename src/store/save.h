// Writes of the store: what one Saving and its kin do to the database, inside a transaction that
// somebody else began. True: done; false: a guard did not hold and the transaction must be undone.
#pragma once
#include "engine/ports.h"
#include "store/database.h"
#include "store/retention.h"

namespace rft {

// The largest numbers that were ever drawn. They outlive the rows that bore them.
struct HighMarks {
  std::int64_t seq = 0;
  std::int64_t rank = 0;
  std::uint32_t epoch = 0;
  void raise(const HighMarks& other);
};
HighMarks marks_of(const Saving& saving);
Sql<int> save_marks(Database& database, const HighMarks& marks);

Sql<bool> apply(Database& database, const Saving& saving);
Sql<bool> apply_credential(Database& database, const CredentialFacts& facts,
                           std::string_view sealed);
Sql<bool> remove_credential(Database& database, const std::string& owner, const Uuid& id);
Sql<bool> renew_instance(Database& database, const Uuid& fresh);

// About how many bytes a save will write: bounds a group and the queue.
std::size_t weight_of(const Saving& saving);

}  // namespace rft
