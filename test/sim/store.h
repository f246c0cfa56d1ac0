// SimStore: the tables of MemoryStore behind a slow, failing disk. Saves are done in their order;
// what was not done when rftd dies is lost, what was done and not answered stays.
#pragma once
#include <functional>
#include <memory>

#include "sim/events.h"
#include "sim/laws.h"
#include "sim/mutants.h"
#include "sim/weather.h"
#include "store/memory.h"

namespace rft::sim {

class SimStore final : public Store {
 public:
  struct Place {
    Events& events;
    Dice& dice;
    Weather& weather;
    Laws& laws;
    Moments& moments;
    Mutants mutants;
  };
  SimStore(Place place, MemoryTables tables);

  const MemoryTables& tables() const { return memory_.tables(); }
  void fail_until(Instant when) { out_until_ = when; }
  void tell_answered(std::function<void()> answered) { answered_ = std::move(answered); }
  // For a mutant: what a save holds goes out before it is saved.
  void tell_orders(std::function<void(const std::vector<OutboxRow>&)> tell) {
    tell_orders_ = std::move(tell);
  }

  void open_work(Then<OpenWork> then) override;
  void load(const std::string& owner, const std::string& handle, const std::string& key,
            Then<Loaded> then) override;
  void save(Saving saving, std::function<void(Saved)> then) override;
  void list(ListQuery query, Then<ListPage> then) override;
  void parts(PartsQuery query, Then<std::vector<Transfer>> then) override;
  void lanes(const Uuid& whole, Then<std::vector<LaneNumber>> then) override;
  void known_lines(const Uuid& whole, std::vector<std::string> digests,
                   Then<KnownContents> then) override;
  void ledger(Then<std::vector<LedgerPart>> then) override;
  void history(const std::string& owner, const std::string& handle, Then<History> then) override;
  void history_of(const std::string& owner, const Uuid& request, Then<History> then) override;
  void events_after(const std::string& owner, std::int64_t after, std::uint32_t limit,
                    Then<std::vector<Event>> then) override;
  void counts(Then<std::map<Status, std::uint64_t>> then) override;
  void save_credential(CredentialFacts facts, std::string sealed,
                       std::function<void(Saved)> then) override;
  void sealed_credential(const Uuid& id, Then<std::string> then) override;
  void remove_credential(const std::string& owner, const Uuid& id,
                         std::function<void(Saved)> then) override;

 private:
  // One after the other, each after a moment; never once this store is gone.
  void post(std::function<void()> what);
  // Whom a save or a load is about; none: nobody that is known.
  using Subject = std::optional<Uuid>;
  static Subject subject_of(const Saving& saving);
  Subject subject_of(const Uuid& request) const;
  void read(const Subject& subject, bool submits, const std::function<void()>& ask);
  bool strikes(FaultKind kind, const Subject& subject, bool submits);
  void disturb_next_save(const Subject& subject, bool submits);
  void plant_mutants(Saving& saving) const;
  void plant_mutants(OpenWork& work) const;

  Events& events_;
  Dice& dice_;
  Weather& weather_;
  Laws& laws_;
  Moments& moments_;
  Mutants mutants_;
  std::function<void(const std::vector<OutboxRow>&)> tell_orders_;
  Subject posted_for_;
  bool posted_submits_ = false;
  std::function<void()> answered_;
  Instant last_{};
  Instant out_until_{};
  bool writes_ = false;  // what is posted now changes the tables
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  MemoryStore memory_;
};

}  // namespace rft::sim
