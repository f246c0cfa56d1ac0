// The folders that files need at the destination.
#pragma once
#include <map>
#include <set>
#include <string>

#include "mover/protocol.h"

namespace rft::mover {

inline constexpr std::size_t folder_depth_max = 256;

// Of a path as a server takes it: "/" for what is in the root, "." where it holds no '/'.
std::string folder_of(const std::string& path);

// Makes those folders, which were seen to be missing, and what is missing above them. Returns those
// that could not be made, with the reason, and the files that stand in their way. One that somebody
// else makes meanwhile is as good as ours: after a refusal a look decides.
awaitable<std::map<std::string, Fault>> make_missing(BothSides& sides,
                                                     std::set<std::string> missing);

// Makes nothing: returns those of the missing folders that could not be made, as far as a look at
// what stands above them tells.
awaitable<std::map<std::string, Fault>> foresee_missing(BothSides& sides,
                                                        std::set<std::string> missing);

}  // namespace rft::mover
