// The life of a transfer: one literal table, checked at compile time. Read this first.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rft {

// The status words of the API, the CLI and the record. `user_stop` is only ever said in the reply
// to clear and in the history: the record is gone.
enum class Status : std::uint8_t {
  inactive,
  committed,
  active,
  done,
  failed,
  user_stop_partial_trans,
  user_stop,
};
std::string_view word(Status status);
std::optional<Status> status_of(std::string_view word);

// Where in its life a transfer is: the status, with an active one that its user asked to stop
// apart.
enum class Stage : std::uint8_t { inactive, committed, active, stopping, done, failed, stopped };
inline constexpr std::size_t stage_count = 7;

enum class Happening : std::uint8_t {
  // the user's calls
  submit,  // or complete, with other content: handle_in_use, decided before the table
  commit,
  complete,
  priority,
  clear,
  stop,
  // ours
  grant,    // a mover was chosen
  finish,   // its mover says that it stands under its final name
  requeue,  // a try ended, to be followed by another or by a hold
  give_up,  // there will be no other try
  halt,     // the mover confirmed the stop, or its time is over
};
inline constexpr std::size_t happening_count = 11;

enum class Becomes : std::uint8_t {
  yes,     // as it is; the caller is told yes
  no,      // as it is; the caller is told wrong_state
  stale,   // as it is; nobody asked
  queued,  // -> committed, first time
  again,   // -> committed, with a new budget, markers kept
  waits,   // -> committed, with a hold
  starts,  // -> active
  halts,   // -> stopping
  rests,   // -> user_stop_partial_trans
  done,
  failed,
  gone,  // the record is erased
};

namespace life {

using enum Becomes;

// Design, section 2. Rows are stages, columns are happenings.
// clang-format off
inline constexpr std::array<std::array<Becomes, happening_count>, stage_count> table{{
    //               submit commit  complete priority clear  stop   | grant   finish requeue give_up halt
    /* inactive  */ {{yes,  queued, queued,  yes,     gone,  no,      stale,  stale, stale,  stale,  stale}},
    /* committed */ {{yes,  yes,    yes,     yes,     no,    rests,   starts, stale, waits,  failed, stale}},
    /* active    */ {{yes,  yes,    yes,     no,      no,    halts,   stale,  done,  waits,  failed, waits}},
    /* stopping  */ {{yes,  no,     yes,     no,      no,    yes,     stale,  done,  rests,  rests,  rests}},
    /* done      */ {{yes,  yes,    yes,     no,      gone,  no,      stale,  stale, stale,  stale,  stale}},
    /* failed    */ {{yes,  again,  yes,     no,      gone,  no,      stale,  stale, stale,  stale,  stale}},
    /* stopped   */ {{yes,  again,  yes,     yes,     gone,  yes,     stale,  stale, stale,  stale,  stale}},
}};
// clang-format on

constexpr Becomes at(Stage stage, Happening happening) {
  return table[static_cast<std::size_t>(stage)][static_cast<std::size_t>(happening)];
}

constexpr bool is_user_call(std::size_t happening) {
  return happening < static_cast<std::size_t>(Happening::grant);
}

// P6: nothing of ours moves a final record; of the user's calls only commit (not of done) and
// clear.
constexpr bool final_is_final() {
  for (const Stage stage : {Stage::done, Stage::failed, Stage::stopped}) {
    for (std::size_t h = 0; h < happening_count; ++h) {
      const Becomes becomes = at(stage, static_cast<Happening>(h));
      const bool still = becomes == yes || becomes == no || becomes == stale;
      const bool commit = h == static_cast<std::size_t>(Happening::commit) && stage != Stage::done;
      const bool clear = h == static_cast<std::size_t>(Happening::clear);
      if (!still && !(commit && becomes == again) && !(clear && becomes == gone)) return false;
    }
  }
  return true;
}

constexpr bool only_a_grant_starts() {
  for (std::size_t s = 0; s < stage_count; ++s) {
    for (std::size_t h = 0; h < happening_count; ++h) {
      const bool starts_here = at(static_cast<Stage>(s), static_cast<Happening>(h)) == starts;
      const bool allowed = s == static_cast<std::size_t>(Stage::committed) &&
                           h == static_cast<std::size_t>(Happening::grant);
      if (starts_here != allowed) return false;
    }
  }
  return true;
}

// A caller hears yes or no; a word of a mover is never refused, only stale.
constexpr bool everyone_is_answered() {
  for (std::size_t s = 0; s < stage_count; ++s) {
    for (std::size_t h = 0; h < happening_count; ++h) {
      const Becomes becomes = at(static_cast<Stage>(s), static_cast<Happening>(h));
      if (is_user_call(h) ? becomes == stale : (becomes == yes || becomes == no)) return false;
    }
  }
  return true;
}

static_assert(final_is_final());
static_assert(only_a_grant_starts());
static_assert(everyone_is_answered());

}  // namespace life
}  // namespace rft
