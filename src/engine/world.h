// The engine's memory and its parts. Everything here runs on the engine's one thread.
#pragma once
#include <algorithm>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "core/choose.h"
#include "core/destination.h"
#include "core/gate.h"
#include "core/limit.h"
#include "core/share.h"
#include "engine/engine.h"

namespace rft {

struct CallMail {
  Caller caller;
  Call call;
  std::string key;
  std::function<void(Answer)> then;
  bool of_whole = false;  // said to a part by its whole: nobody would ask again, so it is kept
};
struct GrantMail {
  std::string mover;
  std::uint32_t streams = 0;
};
struct WordMail {
  std::string mover;
  TaskWord word;
};
struct LostMail {
  std::string mover;
  LostBecause because = LostBecause::died;
  Duration silent{0};
};
struct HelloMail {  // a mover said that it works on this
  std::string mover;
  Task task;
};
struct TimeMail {};
struct SpaceMail {};
struct PartsEndedMail {};
struct GiveUpMail {};  // of a part: another one failed, and it is all or none
using Mail = std::variant<CallMail, GrantMail, WordMail, LostMail, HelloMail, TimeMail, SpaceMail,
                          PartsEndedMail, GiveUpMail>;

// What an active transfer takes of the places that are counted.
struct Occupied {
  LaneKey lane;
  Load load;
};
// Of an attempt: what it is expected to send, or did.
struct Charge {
  std::uint64_t sent_before = 0;
  std::uint64_t bytes = 0;
};

// What concerns one transfer, strictly in turn: the next mail is opened when the save of the one
// before it was answered. `transfer` is what is saved, never more (P13). There is one for each
// transfer that is open, so what few of them have stands elsewhere.
struct Strand {
  std::string owner, handle;
  std::optional<Transfer> transfer;
  std::size_t held = 0;      // octets of the transfer, about
  bool is_open = false;      // it is one of those that open_max bounds, or is about to be
  std::optional<Uuid> file;  // under which words find this strand, also while it is loaded again
  bool loaded = false;
  bool busy = false;   // a load or a save is under way
  bool stuck = false;  // a save failed; tried again at the next tick
  bool pumping = false;
  std::list<Mail> mail;
  std::unique_ptr<KeptAnswer> kept;          // found for the key of the first mail
  std::optional<KnownContents> known_lines;  // of what the first mail names
  std::unique_ptr<Change> in_doubt;          // its save was answered `unknown`
  std::optional<Instant> timer;              // its entry in `timers`
  std::unique_ptr<Occupied> occupied;        // it is counted as active
  std::optional<Destinations> destinations;  // once they were asked for
  bool has_destinations = false;  // they are its own: it is active, or its rename may be done yet
  std::optional<Charge> charge;   // taken from the rates of its scopes
  bool granting = false;
  std::uint32_t streams_granted = 0;
  Instant next_look{};  // no grant to look before: the last one came to nothing
};

// How far the parts of one lane were read: what holds up one does not hold up another.
struct LaneRead {
  std::uint64_t up_to = 0;  // the number of the last part that was read
  bool all = false;
  Instant not_before{};  // what was in memory of it was put away, for it waited for a gate
};

// A request of many files that is active.
struct Whole {
  std::string owner, handle;
  std::uint32_t life = 0;
  int priority = 0;
  std::optional<std::int64_t> rank;  // of one that was pushed
  Tally sums;                        // over all its parts
  std::uint64_t numbered = 0;        // the largest numbered_by() of its parts, saved or not yet
  std::map<Uuid, Tally> parts;       // by file: those that are open and in memory, as summed
  bool stopping = false;             // its user asked for it, and that is saved
  std::set<Uuid> told_to_stop;
  bool holds_back = false;               // its parts wait for each other
  bool decided = false;                  // that they go on is saved
  bool gives_up = false;                 // one failed: the others do not go on
  bool lost = false;                     // one of them did not rise
  unsigned passes = 0;                   // over all parts since something changed
  std::map<LaneNumber, LaneRead> lanes;  // of its parts
  bool lanes_known = false;              // all that it has
  LaneNumber read_last = 0;              // the lanes take turns
  bool reading = false;                  // the store was asked for lanes or parts
};

void read_from_the_first(Whole& whole);
bool all_read(const Whole& whole);

struct MoverState {
  std::string owner;
  bool up = false;
  bool was_up = false;
  bool alone = false;  // serves one transfer that outlived three movers
  bool draining = false;
  std::set<Uuid> files;  // whose epoch is with it, or is being granted to it
  std::vector<OutboxRow> outbox;
  Instant idle_since{};
};

struct HeldLimit {
  Limit limit;
  Bounds now;
  std::optional<WallTime> until;
  Allowance allowance;
};

struct LedgerEntry {
  LedgerPart part;
  Instant next_try{};
  Duration delay{0};
  std::string mover;    // asked, and not answered yet
  bool saving = false;  // it is gone, and that is being saved
};

struct Engine::World {
  World(Store& s, Movers& m, Clock& c, Limits l, std::string i)
      : store(s), movers_port(m), clock(c), limits(l), instance(std::move(i)) {}

  Store& store;
  Movers& movers_port;
  Clock& clock;
  const Limits limits;
  const std::string instance;
  Listener* listener = nullptr;
  bool open = false;
  bool ticked = false;  // since it is open

  std::int64_t last_seq = 0;
  std::int64_t last_rank = 0;
  std::uint32_t newest_epoch = 0;
  std::uint64_t stale_words = 0, saves_failed = 0;

  std::map<std::pair<std::string, std::string>, std::unique_ptr<Strand>> strands;
  std::unordered_map<Uuid, Strand*> by_file;
  std::vector<Strand*> stuck;  // they have mail, so none is forgotten meanwhile
  std::unordered_map<Uuid, Live> live;
  std::set<std::pair<Instant, Uuid>> timers;

  std::size_t held = 0;           // octets of all transfers in memory, about
  std::size_t open_requests = 0;  // that are committed or active
  std::map<std::string, std::size_t> open_of_owner;
  std::map<Uuid, Whole> wholes;   // by request
  std::set<Uuid> untended;        // wholes of which something changed
  std::vector<Transfer> newborn;  // parts that are taken up when the wholes are tended

  WaitingQueue queue;
  std::map<std::string, std::multiset<std::int64_t>> ranks;  // of all that is committed, by owner
  std::map<std::string, std::uint32_t> active_of_owner;
  std::map<Endpoint, std::uint32_t> active_of_endpoint;
  std::map<LaneKey, std::uint32_t> active_bundles;
  // That something active writes to, or a rename whose answer is not known. It is one each; only a
  // look for a stop is not made to wait.
  std::unordered_map<std::uint64_t, std::uint32_t> busy_destinations;
  std::uint32_t active = 0;

  std::map<LimitScope, HeldLimit> held_limits;
  std::map<LimitScope, Usage> usage;  // of every scope in which something is active
  // By owner: attempts, and of these those of which it is not known how much they will send.
  std::map<std::pair<LimitScope, std::string>, std::uint32_t> active_of, unmeasured_of;
  ServedTimes served;
  Instant limits_due{};                  // when other bounds may hold
  std::set<LimitScope> limits_in_doubt;  // whether they are stored as they are here

  std::map<GateKey, Gate> gates;
  std::map<GateKey, std::string> probers;  // the mover that was asked
  std::map<GateKey, Uuid> canaries;        // of gates of space: who tries next
  std::map<Endpoint, EndpointRow> endpoints;
  std::map<std::string, MoverState> movers;
  Instant no_start_before{};
  Duration start_delay{0};
  std::map<Uuid, LedgerEntry> ledger;
  bool ledger_unread = false;  // a read of it failed; read again at the next tick
  std::map<Uuid, CredentialFacts> credentials;

  // strands.cc: mail is decided, saved, applied
  Strand& strand(const std::string& owner, const std::string& handle);
  void deliver(Strand& strand, Mail mail);
  void pump(Strand& strand);
  void adopt(Transfer transfer);  // at the start: an open transfer that was stored
  void retry_stuck();

  // index.cc: what a transfer's state means for queue, counters and timers
  void index(Strand& strand);
  void unindex(Strand& strand);
  void unqueue(Strand& strand);  // but it is counted as active where it was
  LaneKey lane_of(const Transfer& transfer) const;
  EndpointMemory memory_of(const Transfer& transfer) const;
  Instant instant_of(WallTime wall) const;
  void set_timer(Strand& strand, Instant at);
  void fire_timers();
  void mark_active(Strand& strand, const LaneKey& lane);
  void unmark_active(Strand& strand);
  Destinations& destinations(Strand& strand);
  void take_destinations(Strand& strand);
  void leave_destinations(Strand& strand);
  void keep_destinations(Strand& strand);
  bool are_free(const Destinations& names) const;
  void leave_to_born(Strand& strand, const std::vector<Transfer>& born);

  // wholes.cc: requests of many files and their parts
  Whole* whole_of(const Transfer& part);
  Whole* numbers_of(const Strand& strand);
  void note_numbers(const Strand& strand, const Change& change);
  bool is_open(const Transfer& transfer);
  bool may_publish(const Strand& strand);
  void go_on_with_whole(Transfer& part);
  void open_whole(const Transfer& whole, const Tally& sums);
  void put_under_whole(Transfer& part);
  void adopt_part(Transfer part);
  void leave_window(const Uuid& whole, const Uuid& part);
  void part_changed(const Transfer& part, const std::vector<Transfer>& born);
  void read_again(const std::vector<Transfer>& born);
  void add_born(Whole& whole, const std::vector<Transfer>& born);
  void whole_changed(const Transfer& whole, const std::vector<Transfer>& born);
  void tend_wholes();
  bool parts_ended(const Strand& strand) const;
  void put_sums(Transfer& whole, std::optional<Live>& figures) const;
  bool is_being_listed(const Transfer& transfer) const;
  const Strand* telling_part(const Whole& whole) const;
  bool all_wait(const Transfer& whole) const;
  const Strand* telling(const Transfer& transfer) const;
  void follow_priority(Transfer& part);

  // schedule.cc: who is granted
  void schedule();
  void grant(Strand& strand);
  Hold barred_by(const LaneKey& lane, const Gate** gate, const GateKey** key) const;
  bool within_limits(const LaneKey& lane) const;
  bool fits(const Uuid& file);
  bool awaits_destination(const Strand& strand) const;
  std::uint64_t ahead_of(const Uuid& file, const HeldLimit* awaited) const;
  Why why(const Strand& strand) const;
  Why why_whole(const Transfer& whole) const;
  Found found(Transfer transfer) const;

  // limits.cc: what administrators bound
  struct Barrier {
    const HeldLimit* held;
    Bound bound;
  };
  std::optional<Barrier> limited_by(const LaneKey& lane) const;
  std::uint32_t streams_for(const LaneKey& lane) const;
  std::int64_t slots_left(const LimitScope& scope) const;
  std::uint32_t weight_of(const std::string& owner) const;
  Claim claim_of(const LaneKey& lane) const;
  void count_as_served(const LaneKey& lane);
  void put_limit(const Limit& limit);
  void look_at_limits();
  void settle_limits();
  std::optional<Instant> next_limit_wake() const;
  void occupy(const Occupied& place);
  void vacate(const Occupied& place);
  void charge(Strand& strand);
  void take_from_rates(const LaneKey& lane, double bytes);
  void explain_limit(const Barrier& barrier, const Strand& strand, Why& why) const;
  LimitState state_of(const HeldLimit& held) const;

  // movers.cc: movers, their orders, the ledger
  std::optional<std::string> mover_for(const std::string& owner, bool alone);
  void send_outstanding(const std::string& mover);
  void add_orders(const std::vector<OutboxRow>& rows);
  void add_to_ledger(std::vector<LedgerPart> parts);
  void read_ledger();
  void work_ledger();
  void ledger_failed(const Uuid& id);
  void forget_part(const Uuid& id, Saving saving);
  void drain_idle();
  void answer_word(const std::string& mover, const TaskWord& word, const Transfer* transfer);
  void answer_hello(const std::string& mover, const Task& task, const Transfer* transfer);

  // gates.cc
  void close(const GateKey& key, const Fault& fault);
  void open_gate(const GateKey& key);
  void logged_in(const Endpoint& endpoint);
  void probed(const Probed& word);
  void work_gates();
  void after_word(const Strand& strand, const TaskWord& word);
  bool resolves(const GateKey& key) const;
  void send_probe(const GateKey& key, const std::string& mover);

  std::vector<CredentialFacts> credentials_of(const std::string& owner) const;
  Draws draws(const Strand& strand);
  void save(Saving saving, std::function<void(Saved)> then);

  // window.cc: how many of its parts a whole has in memory
  struct LaneWindow {
    std::size_t ready = 0;        // they wait for nothing but their turn
    std::size_t others = 0;       // that a mover has, or that back off
    std::vector<Strand*> barred;  // by a gate
  };
  struct Window {
    std::map<LaneNumber, LaneWindow> lanes;
    std::size_t ready = 0, others = 0;  // of all lanes
    std::size_t octets = 0;             // of those that no mover has, without the barred
  };
  Window window_of(const Whole& whole) const;
  bool has_memory(std::size_t octets) const;  // for a whole that has so many there
  bool has_room(const Window& window, const LaneRead& read, const LaneWindow& lane) const;
  void put_away_barred(Whole& whole, Window& window);
  std::optional<LaneNumber> lane_to_read(const Whole& whole, const Window& window) const;
  void gate_opened();

 private:
  void change_order(Whole& whole, const File& file);
  void count_open(Strand& strand, const Transfer* transfer);
  void hold_open_max(Strand& strand, CallOutcome& called);
  void put_in_place(Strand& strand);
  void tend(const Uuid& id, Whole& whole);
  void fill_window(const Uuid& id, Whole& whole);
  bool may_be_put_away(const Strand& strand) const;
  void put_away(Whole& whole, Strand& strand);
  void stop_parts(Whole& whole);
  void give_up_parts(Whole& whole);
  bool waits_for_some(const Transfer& transfer, Whole& whole) const;
  void read_lanes(const Uuid& id, Whole& whole);
  void read_parts(const Uuid& id, Whole& whole, LaneNumber lane);
  struct Outcome {
    std::optional<Change> change;
    std::optional<Answer> answer;
    std::optional<KeptAnswer> keep;
  };
  void load(Strand& strand);
  void read_lines(Strand& strand, std::vector<std::string> digests);
  void loaded(const std::pair<std::string, std::string>& key, Result<Loaded> result);
  void settle_doubt(Strand& strand, const Change& change);
  Outcome decide(Strand& strand);
  Outcome decide_first_mail(Strand& strand);
  Outcome decide_call(Strand& strand, const CallMail& mail);
  std::optional<Change> decide_grant(Strand& strand, const GrantMail& mail);
  void saved(const std::pair<std::string, std::string>& key, Outcome outcome, Saved saved);
  void apply(Strand& strand, Change change);
  void finish(Strand& strand, const Outcome& outcome);
  void take(Strand& strand, std::optional<Transfer> transfer);
  bool step(Strand& strand);
  void forget_if_idle(Strand& strand);
  bool needs_load(const Strand& strand) const;
  std::optional<std::vector<std::string>> needs_lines(const Strand& strand) const;
};

}  // namespace rft
