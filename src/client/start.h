// A daemon of this user's own, started by the first client that finds none.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>

#include "base/result.h"

namespace rft::client {

// The rftd that belongs to this program: beside its own executable, else the one that PATH finds.
std::string daemon_program();

// Starts `program` in a session of its own, without terminal and open files, and does not wait.
// Where two start at once one of them finds the state folder locked and ends: both clients are
// served by the other.
//   unreachable  there is no such program, or it cannot be run
Result<pid_t> start_daemon(const std::string& program, const std::string& state_folder);

// Takes away what is left of an ended child, so that a long-lived client keeps no dead one.
// The exit status as of waitpid(2), or nothing while it runs.
std::optional<int> ended(pid_t child);

}  // namespace rft::client
