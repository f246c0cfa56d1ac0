// The instance file beside the database: by it a database that was restored from a backup is known,
// which would order anew what movers already did or do (P5).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/uuid.h"

namespace rft {

// How far a history has come. Both only ever grow, unless a database was replaced by an older one.
struct Progress {
  std::uint32_t newest_epoch = 0;  // of all files
  std::int64_t last_event = 0;
  bool operator==(const Progress&) const = default;
};

struct InstanceRecord {
  Uuid id;  // of the store that this folder serves
  Progress progress;
  bool operator==(const InstanceRecord&) const = default;
};

std::string to_text(const InstanceRecord& record);
std::optional<InstanceRecord> parse_instance(std::string_view text);

// Why `database` is not the one that is remembered, or an older state of it; nothing where it is
// neither. Nothing remembered beside a database with a history is a database from elsewhere.
std::optional<std::string> why_restored(const std::optional<InstanceRecord>& remembered,
                                        const InstanceRecord& database);

class Instance {
 public:
  // bad_state where why_restored() says so and `accept_restore` is not set. With it the store has
  // to go on under a new name: `fresh`, which is remembered with the next keep().
  static Result<Instance> open(std::string file, const InstanceRecord& database,
                               bool accept_restore, const Uuid& fresh);

  const Uuid& id() const { return record_.id; }
  std::uint32_t newest_epoch() const { return record_.progress.newest_epoch; }
  bool was_restored() const { return was_restored_; }  // and that was accepted

  // Written before the order with this epoch goes out; writes only where it is newer than all
  // before.
  Result<void> grant(std::uint32_t epoch);
  // Written with the next grant() or keep().
  void saw_event(std::int64_t seq);
  Result<void> keep();

 private:
  Instance(std::string file, InstanceRecord record, bool was_restored)
      : file_(std::move(file)), record_(record), was_restored_(was_restored) {}
  std::string file_;
  InstanceRecord record_;
  InstanceRecord kept_;
  bool was_restored_ = false;
};

}  // namespace rft
