// The spool: what a mover had to say and could not say before it ended. Frames as on the wire.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "wire/frame.h"

namespace rft::mover {

// Writes `<id>.spool` into the open folder: whole and on the disk, or not at all.
Result<void> write_spool(int folder, const std::string& id, const std::vector<TaskWord>& words);

}  // namespace rft::mover
