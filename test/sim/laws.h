// The promises of the design as checks over a world. Each is named as in section 3.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "mover/limits.h"
#include "sim/events.h"
#include "sim/mutants.h"
#include "sim/servers.h"
#include "store/memory.h"

namespace rft::sim {

struct Broken {
  std::string law;  // "P3"
  std::string how;
};

// What may stand under a final name.
struct Expected {
  std::vector<std::uint64_t> sources;  // of the transfers that go there
  std::optional<Content> before;       // what stood there at the beginning
  bool untouched = false;              // it is only planned
  bool in_place = false;               // the user did without P3
  bool unproven = false;               // not verified by checksum: without P4
};

class Laws {
 public:
  Laws(Events& events, const Weather& weather, Servers& servers, Mutants mutants)
      : events_(events), weather_(weather), servers_(servers), mutants_(mutants) {}

  const std::optional<Broken>& broken() const { return broken_; }
  void break_law(std::string law, std::string how);

  // ---- what the world tells ----
  void source_written(std::uint64_t source, Content content);
  // Of a name to which several go: once for each.
  void expect(const Endpoint& endpoint, const std::string& path, Expected expected);
  bool expects(const Endpoint& endpoint, const std::string& path) const {
    return expected_.contains({endpoint, path});
  }
  void stands(const Endpoint& endpoint, const std::string& path, std::uint64_t source);
  // What a request of many files is of: destinations' paths, and how many folders cannot be read.
  // Of a tree all of them are moved, of a list those that were added.
  struct Many {
    bool tree = false;
    std::set<std::string> files;
    std::uint64_t unreadable = 0;
    std::set<std::string> extras{};  // at the destination, and not at the source
  };
  // Of the folders that a listing finds it lists so many itself.
  void listings_take(std::size_t folders) { listings_take_ = folders; }
  void many(const std::string& owner, const std::string& handle, Many many);
  // Each line of the history, as it is stored.
  void tell_events(std::function<void(const Event&)> tell) { tell_ = std::move(tell); }
  // What is bounded from now on, as it is stored.
  void limits_are(const std::map<LimitScope, Limit>& limits);
  using Works = std::function<bool(const std::string& mover, const Task& task)>;
  void watch_movers(Works works) { works_ = std::move(works); }

  // ---- moments ----
  void changed(const Server& server, const std::string& path);  // P3
  void said(const std::string& mover, const Task& task, const TaskSays& says);
  // P11: a command for it goes out; P3: for a plan only such as change nothing.
  void commanded(const Task& task, Doing doing);
  void ordered(const Order& order, const MemoryTables& tables);  // P5: it was saved before
  // P3, 5.3: a part was given the name of this epoch.
  void adopted(const Task& task, const Server& server, const std::string& path);
  // P4, 5.6: that it would be was saved before.
  void published(const Task& task, const std::string& path);
  // A final name gets bytes, by a rename or by a flow.
  void writes(const Task& task, const Endpoint& endpoint, const std::string& path);
  // P3: by delete_extra only what the source has not goes, and only when all of its files are there
  // and that was saved.
  void deletes(const Task& task, const std::string& path);
  // Later than the settling time: what is done there meanwhile is excepted from P4, as bytes of
  // such a flow are from P3 (5.3).
  void deleted_late(const Endpoint& endpoint, const std::string& path);
  // Of bundles: what a try has to carry; each pipeline that it opens (5.5).
  void carries(const BundleOrder& order);
  void piped(const FlowOrder& order);
  void arrived(const Task& task, const std::string& source);  // by the replies
  // P9: after a request of many files is to stop, or has, no part of it is granted.
  void saving(const Change& change);
  void saved(const Change& change);
  void stored(const MemoryTables& tables);  // P1, P2, P4, P5, P6, budget of 5.12
  // `asked_at`: first. An answer kept under its key may speak of a life that is over.
  void answered(const std::string& owner, const Call& call, const Answer& answer, Instant asked_at);
  void clear_asked(const std::string& owner, const std::string& handle);
  // Until then a mover may be out of reach.
  void line_trouble_until(Instant when) { line_trouble_ = std::max(line_trouble_, when); }
  Instant line_trouble() const { return line_trouble_; }
  // Until then promises of seconds are not to be kept: rftd is away, its store fails or is slow.
  void trouble_until(Instant when) { last_trouble_ = std::max(last_trouble_, when); }
  void faults_stopped() { fair_since_ = events_.now(); }
  Instant last_trouble() const { return last_trouble_; }

  // ---- the end ----
  void all_ended(const MemoryTables& tables, const Engine::Totals& totals);  // P8, leaks, work

 private:
  using Key = std::pair<std::string, std::string>;
  struct Promise {
    bool committed = false;
    std::uint64_t clears = 0;  // asked and not answered yet: anything may stand or be gone
    Instant last_clear{};
    std::optional<Uuid> request;
    std::set<std::string> added;  // destinations of the files that a list has by its answers
  };
  void compare(const Transfer& before, const Transfer& after, const MemoryTables& tables);
  void check_done(const Transfer& transfer);
  void check_budget(const Transfer& before, const Transfer& after);
  void check_mover(const Transfer& before, const Transfer& after);
  void check_failure(const Transfer& transfer);
  void check_stop(const Transfer& transfer);
  bool is_published(const Transfer& transfer) const;
  void check_proof(const Transfer& transfer);
  void check_promises(const MemoryTables& tables);
  std::uint64_t source_of(const Url& source) const;
  void check_stands(const Transfer& transfer, const Url& source, const Url& destination,
                    Verdict verdict);
  void check_plan(const Transfer& transfer, const Url& destination);
  bool is_revived(const Transfer& before, const Transfer& after, const MemoryTables& tables) const;
  // laws_of_limits.cc
  struct LimitVersion {
    Instant since{};
    std::optional<Limit> limit;  // none: it was removed
  };
  Bounds widest_lately(const std::vector<LimitVersion>& versions) const;
  void check_admission(const Transfer& before, const Transfer& after, const MemoryTables& tables);
  // laws_of_rates.cc
  struct Rated {
    Instant since{};
    std::uint64_t rate = 0;
  };
  std::optional<Rated> rated(const LimitScope& scope) const;
  void admits(const Transfer& next);
  void check_rate(const LimitScope& scope, const Transfer& next);
  void measures(const Transfer& next, bool erased);
  // laws_of_names.cc
  void check_names(const Transfer& before, const Transfer& after, const MemoryTables& tables);
  void claim(const Url& source, const Url& destination);
  void check_claims();
  // laws_of_listings.cc
  void check_born_listing(const Transfer& part, const MemoryTables& tables);
  void check_listing(const Transfer& before, const Transfer& after);
  // laws_of_many.cc
  void check_born(const Transfer& part);
  void check_fates(const Transfer& before, const Transfer& after);
  void check_fate(const Transfer& part, std::uint32_t number);
  void check_folder_stands(const Url& folder);
  bool is_published(const Transfer& part, const BundleFile& file) const;
  bool is_undecided(const Request& part) const;
  void check_whole(const Transfer& whole, const MemoryTables& tables);
  void check_extras(const Transfer& whole, const Many& many);
  void check_many(const MemoryTables& tables);
  void check_parts(const MemoryTables& tables);
  void check_work(const MemoryTables& tables);
  bool is_whole(std::uint64_t source, const Content& content) const;
  std::string name_of(const Transfer& transfer) const;

  Events& events_;
  const Weather& weather_;
  Servers& servers_;
  Mutants mutants_;
  std::optional<Broken> broken_;
  std::map<std::uint64_t, std::vector<Content>> versions_;
  std::map<std::pair<Endpoint, std::string>, Expected> expected_;
  std::map<std::pair<Endpoint, std::string>, std::uint64_t> source_at_;
  // By name: the sources of those that were done.
  std::map<std::pair<Endpoint, std::string>, std::set<std::uint64_t>> claims_;
  std::set<std::pair<Endpoint, std::string>> late_deletions_;
  std::map<Key, Many> many_;
  std::map<LimitScope, std::vector<LimitVersion>> limits_;
  struct BegunTry {
    Task task;
    Transfer transfer;
    Instant at{};
    bool measured = true;
    std::uint64_t sent_before = 0;
    std::uint64_t charge = 0;  // what it will send as far as that is known; then: what it sent
    std::uint64_t most = 0;    // of the former
    std::optional<Instant> ended{};
  };
  bool is_under_way(const BegunTry& one) const;
  std::vector<BegunTry> begun_;
  std::map<Uuid, std::set<std::string>> born_;  // by whole: destinations of its files
  std::size_t listings_take_ = mover::list_folders_due_max;
  std::map<Uuid, std::size_t> listing_bounds_;  // by file: how many folders it keeps at most
  // By whole and act, for delete_extra lists its destination and preserve its folders once more:
  // folders with a listing.
  std::map<std::pair<Uuid, Act>, std::set<std::string>> listed_;
  std::set<Uuid> stopping_;  // wholes of whose stop the engine knows
  Works works_;
  std::function<void(const Event&)> tell_;
  std::int64_t told_ = 0;          // the last event that was told
  std::map<Uuid, Transfer> seen_;  // by file, as stored last
  std::map<Key, Promise> promises_;
  std::set<Task> said_done_, said_last_;
  struct Commands {
    Instant first{};
    std::uint64_t count = 0;
  };
  std::map<Task, Commands> commands_;
  struct Carried {
    std::size_t items = 0;
    std::set<std::string> settled;             // sources that arrived or have an outcome
    std::map<std::string, std::size_t> piped;  // how often each source was ordered
    std::size_t pipelines = 0;
    std::map<std::uint32_t, std::string> sources;
  };
  std::map<Task, Carried> carried_;
  std::set<std::pair<Task, std::uint32_t>> said_outcomes_;
  Instant last_trouble_{}, line_trouble_{};
  std::optional<Instant> fair_since_;
};

}  // namespace rft::sim
