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

// Why a database that has come to `database` is older than what is remembered; nothing where it is
// not. Nothing remembered beside a database with a history is a database from elsewhere.
std::optional<std::string> why_older(const std::optional<InstanceRecord>& remembered,
                                     const Progress& database);

class Instance {
 public:
  // bad_state where why_older() says so and `accept_restore` is not set; with it a new id is drawn.
  static Result<Instance> open(std::string file, const Progress& database, bool accept_restore,
                               const Uuid& fresh);

  const Uuid& id() const { return record_.id; }
  std::uint32_t newest_epoch() const { return record_.progress.newest_epoch; }
  bool is_new() const { return is_new_; }  // `fresh` was taken

  // Written before the order with this epoch goes out. Writes only where it is newer than all
  // before.
  Result<void> grant(std::uint32_t epoch);
  // Written with the next grant() or keep().
  void saw_event(std::int64_t seq);
  Result<void> keep();

 private:
  Instance(std::string file, InstanceRecord record, bool is_new)
      : file_(std::move(file)), record_(record), is_new_(is_new) {}
  std::string file_;
  InstanceRecord record_;
  InstanceRecord kept_;
  bool is_new_ = false;
};

}  // namespace rft
