// What becomes of a transfer when a try of it ends, and what of it counts as progress: shared by
// the decisions about words, losses and time.
#pragma once
#include <string>
#include <string_view>

#include "core/change.h"

namespace rft {

// What a hold waited for is over. While stopping it is the stop that runs, and runs on.
void end_hold(File& file);

// More confirmed bytes than ever: the budget is refilled (design 5.12). Bytes of a part that was
// given up and is sent again do not count, or what is never resumed would be sent for ever.
void take_progress(File& file, const RangeSet& confirmed, std::uint64_t bytes_sent);

void take_flow_end(File& file, FlowEnd end, Duration silent, WallTime at);

// No rename is under way, or what became of it is known.
void forget_intent(File& file);

// Where the bytes of a bundle go to final names, the next epoch writes over what an old flow may
// still write: it starts when that is presumed to be over (design 5.3, 5.10). It is not asked
// whether the flow was told of: a mover may die before that is saved.
std::optional<WallTime> not_before_old_flow(const Transfer& transfer, WallTime at);

// Committed again: it waits for `hold`, and not before that time.
void back_to_waiting(ChangeWriter& writer, Hold hold, std::string detail,
                     std::optional<WallTime> not_before);

// For good. `why` says which budget is spent, where one is; `own` are those of files of a bundle.
void end_failed(ChangeWriter& writer, Fault fault, std::string_view why, const Uuid& ledger_id,
                const std::vector<ItemFault>& own = {});

// As its user asked; what has arrived is kept.
void end_stopped(ChangeWriter& writer, std::string why);

std::string end_sentence(FlowEnd end);

// The rename of a stopping transfer was ordered and its end is not known: somebody must look.
void await_look(ChangeWriter& writer, const std::string& who, std::string why);

// A try ended with `fault` and the transfer is not stopping: what follows.
void end_try(ChangeWriter& writer, const Fault& fault, const Draws& draws,
             const std::vector<ItemFault>& own = {});

}  // namespace rft
