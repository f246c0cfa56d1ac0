// Moments: where in its life each transfer of a world is, from what is stored and what its mover
// does. What a fault strikes is counted by it.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "store/memory.h"
#include "wire/message.h"

namespace rft::sim {

enum class Moment : std::uint8_t {
#define RFT_SIM_MOMENT(word, letter, sentence) word,
#include "sim/moments.def"
#undef RFT_SIM_MOMENT
};

struct MomentRow {
  Moment moment;
  std::string_view word;
  std::string_view letter;
  std::string_view sentence;
};
inline constexpr auto moment_rows = std::to_array<MomentRow>({
#define RFT_SIM_MOMENT(word, letter, sentence) {Moment::word, #word, #letter, sentence},
#include "sim/moments.def"
#undef RFT_SIM_MOMENT
});

class Moments {
 public:
  // Told when a transfer comes to a moment; a part to be removed is named by its entry in the
  // ledger.
  using Entered = std::function<void(const Uuid& what, Moment)>;
  void watch(Entered entered) { entered_ = std::move(entered); }

  void stored(const MemoryTables& tables);
  // Of a task's mover: what it does now; that it is gone.
  void works(const Task& task, Moment at);
  void gone(const Task& task) { works(task, Moment::orphaned); }

  std::optional<Moment> of(const Uuid& what) const;
  // What the mover of this epoch does; nothing where the epoch is over.
  std::optional<Moment> of(const Task& task) const;
  bool is_current(const Task& task) const;
  std::vector<Uuid> all() const;

 private:
  struct Record {
    File file;
    Moment at = Moment::inactive;
  };
  Moment moment_of(const File& file) const;
  void look(const Uuid& id, Record& record);

  Entered entered_;
  std::map<Uuid, Record> records_;  // by file
  std::map<Uuid, bool> ledger_;     // by entry; whether it is still there
  std::map<Task, Moment> works_;
};

}  // namespace rft::sim
