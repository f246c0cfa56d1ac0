// The fixture of the conformance suite, for every implementation of the store.
#pragma once
#include <gmock/gmock.h>

#include "store_subjects.h"

namespace rft::conform {

template <class Subject>
class StoreSuite : public testing::Test {
 protected:
  // Submits a transfer and gives it as it is stored.
  Transfer submitted(std::uint64_t number, const std::string& owner, const std::string& handle) {
    Change change = submission(number, owner, handle);
    EXPECT_EQ(calls.save(change), Saved::yes);
    return change.next;
  }
  Transfer moved(const Transfer& from, Status status) {
    Change change = next(from, status);
    EXPECT_EQ(calls.save(change), Saved::yes);
    return change.next;
  }
  Subject subject;
  Calls<Subject> calls{subject};
};

using Subjects = testing::Types<MemorySubject, SqliteSubject>;

inline std::vector<std::int64_t> seqs_of(const std::vector<Event>& events) {
  std::vector<std::int64_t> seqs;
  for (const Event& event : events) seqs.push_back(event.seq);
  return seqs;
}

}  // namespace rft::conform
