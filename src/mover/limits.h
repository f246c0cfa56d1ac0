// Every limit of time and number that the mover keeps.
#pragma once
#include <cstddef>

#include "base/time.h"

namespace rft::mover {

inline constexpr Duration connect_limit = 10s;  // for one address
inline constexpr Duration resolve_limit = 10s;  // for a host's name
inline constexpr Duration silence_limit = 30s;  // no byte confirmed, no reply that is due (5.11)
inline constexpr std::size_t gather_from = 16;  // answers that are due: they are read together
inline constexpr std::chrono::microseconds gather_time{1000};
inline constexpr Duration end_limit = 10s;      // to end a flow before we only presume
inline constexpr Duration stop_end_limit = 4s;  // the same after StopOrder: Stopped is due in 5 s
inline constexpr Duration consequence_limit = 1s;  // for the other side's reason after a failure
inline constexpr Duration poll_interval = 500ms;   // of a part that has to settle
inline constexpr Duration part_touched_limit = 10min;  // Modify moves while Size stands (5.3)
inline constexpr Duration part_grows_limit = 24h;      // of watching, however it grows
inline constexpr Duration agree_interval = 2s;         // between two looks that have to agree (5.6)
inline constexpr Duration keep_alive_interval = 10s;
inline constexpr Duration size_poll_interval = 1s;  // of a part in stream mode
inline constexpr Duration checksum_base_limit = 60s;
inline constexpr unsigned long long checksum_bytes_per_second = 20'000'000;  // a slow server's
inline constexpr unsigned checksum_marker_seconds = 1;

inline constexpr Duration session_idle_limit = 60s;
inline constexpr Duration session_trust_limit = 5s;  // idle longer than this: NOOP before its use
inline constexpr std::size_t sessions_per_endpoint_max = 256;
inline constexpr Duration session_wait_limit = 30s;  // for one of them to be free

inline constexpr Duration moving_interval = 100ms;  // between two Moving words of a bundle
inline constexpr Duration patience = 100ms;         // of words that nobody waits for
inline constexpr Duration first_lease = 30s;        // before rftd granted one
inline constexpr Duration publish_reserve = 10s;    // of lease that a rename needs
inline constexpr std::size_t rest_text_max = 2000;  // bytes of ranges in one REST
// More than the block of any server that we know of; see GridFtp::resumable.
inline constexpr unsigned long doubtful_front = 16UL << 20;
inline constexpr std::size_t name_told_max = 512;  // bytes of a name in a fault

// A listing.
inline constexpr std::size_t list_entries_max = 2'000'000;  // of the folders asked for at once
inline constexpr std::size_t list_names_max = 512UL << 20;  // bytes of their names
inline constexpr std::size_t list_ahead_max = 16;           // folders asked for at once
inline constexpr std::size_t list_small_max = 4096;         // entries that let more be asked for
inline constexpr std::size_t list_word_names_max = 192UL << 10;
inline constexpr std::size_t list_words_unsaved_max = 8;
inline constexpr std::size_t list_folders_due_max = 128;  // more are listed apart
inline constexpr std::size_t list_due_names_max = 128UL << 10;
inline constexpr std::size_t list_depth_max = 256;  // folders below the order's source
inline constexpr std::size_t list_links_max = 8;    // to folders, on the path to one of them
inline constexpr Duration list_limit = 1h;          // for one folder, whatever comes

// A bundle's files are moved, proven and published by lots: what a broken flow or a lost mover
// makes void is at most one.
inline constexpr std::size_t lot_files_max = 512;
inline constexpr unsigned long long lot_bytes_max = 64ULL << 20;
// Refusals in a row without a reason of the file's own after which a bundle moves nothing more in
// its epoch: each costs a log-in at both sides.
inline constexpr unsigned unexplained_refusals_max = 8;

// The one limit that is not the same for all: tests shorten it.
struct Limits {
  Duration silence = silence_limit;
};

}  // namespace rft::mover
