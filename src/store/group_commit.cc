#include "store/group_commit.h"

namespace rft {
namespace {

Saved answer_to(const SqlFailure& failure) {
  return failure.full() ? Saved::full : Saved::no;
}

enum class Ending { committed, not_begun, rolled_back, unknown };

struct Group {
  Ending ending = Ending::committed;
  std::vector<Saved> answers;
};

Group all_alike(Ending ending, Saved answer, std::size_t count) {
  return {ending, std::vector<Saved>(count, answer)};
}

void roll_back(Database& database) {
  // SQLite rolls back by itself after some failures.
  if (database.in_transaction()) (void)database.run("ROLLBACK");
}

// A COMMIT that failed may have left its last frame in the log, and a recovery after a crash would
// take it for committed. A later commit is written over it: only that makes sure that it is gone.
bool surely_undone(Database& database) {
  roll_back(database);
  return database.run("UPDATE meta SET settled = settled + 1").has_value();
}

// One write in its savepoint. Where the savepoint itself fails the whole transaction is given up.
Saved apply_alone(Database& database, const Write& write) {
  if (const auto opened = database.run("SAVEPOINT one"); !opened) {
    roll_back(database);
    return answer_to(opened.error());
  }
  const auto applied = write.apply(database);
  const bool saved = applied && *applied;
  const Saved refusal = applied ? Saved::stale : answer_to(applied.error());
  if (!database.in_transaction()) return refusal;
  const auto undone = saved ? Sql<int>(0) : database.run("ROLLBACK TO one");
  const auto closed = undone ? database.run("RELEASE one") : undone;
  if (!closed) {
    roll_back(database);
    return answer_to(closed.error());
  }
  return saved ? Saved::yes : refusal;
}

Group lost_commit(Database& database, const SqlFailure& failure, std::size_t count) {
  const Saved answer = answer_to(failure);
  // A full disk did not take the frame that commits, so nothing is to be made sure of.
  if (surely_undone(database) || failure.full()) {
    return all_alike(Ending::rolled_back, answer, count);
  }
  return all_alike(Ending::unknown, Saved::unknown, count);
}

Group try_together(Database& database, std::span<const Write* const> writes) {
  if (const auto begun = database.run("BEGIN IMMEDIATE"); !begun) {
    // Another program has locked the database: each alone would wait as long again.
    return all_alike(Ending::not_begun, answer_to(begun.error()), writes.size());
  }
  Group group;
  HighMarks marks;
  for (const Write* write : writes) {
    const Saved answer = apply_alone(database, *write);
    if (!database.in_transaction()) {
      return all_alike(Ending::rolled_back, answer, writes.size());
    }
    if (answer == Saved::yes) marks.raise(write->marks);
    group.answers.push_back(answer);
  }
  if (const auto marked = save_marks(database, marks); !marked) {
    roll_back(database);
    return all_alike(Ending::rolled_back, answer_to(marked.error()), writes.size());
  }
  if (const auto committed = database.run("COMMIT"); !committed) {
    return lost_commit(database, committed.error(), writes.size());
  }
  return group;
}

}  // namespace

std::vector<Saved> commit_group(Database& database, std::span<const Write* const> writes) {
  Group group = try_together(database, writes);
  if (group.ending != Ending::rolled_back || writes.size() == 1) return std::move(group.answers);
  std::vector<Saved> answers;
  for (const Write* const& write : writes) {
    answers.push_back(try_together(database, {&write, 1}).answers.front());
  }
  return answers;
}

}  // namespace rft
