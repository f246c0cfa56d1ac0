// What the option `preserve` makes of facts and answers. Pure.
#pragma once
#include "mover/protocol.h"

namespace rft::mover {

// Only these bits are carried over: set-user-id, set-group-id and the sticky bit are a promise of
// the source's host alone.
inline constexpr unsigned permissions = 0777;

// Lets its owner, who we are, write a file once more.
inline constexpr unsigned owner_writes = 0600;

// What the copy is to have; its name is left open. Faults: cannot_preserve, at the source.
Outcome<Traits> traits_of(const Standing& source, const Preserve& preserve);

// Whether the destination can set them is asked with a name under which nothing stands: what it
// says is "there is no such file" or "I cannot do that", and nothing is changed.
Traits trial_of(const Preserve& preserve, std::string absent_name);
// Faults: cannot_preserve; those of the session.
Outcome<void> judge_trial(const Outcome<void>& answer);

// Of the setting itself. Faults: part_missing, cannot_preserve; those of the session.
Outcome<void> judge_set(const Outcome<void>& answer);
// A server that says yes and sets nothing is known by a look. Faults: cannot_preserve.
Outcome<void> judge_kept(const Traits& wanted, const Standing& there);

}  // namespace rft::mover
