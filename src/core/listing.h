// What of a folder that was listed is to be moved, by the options of its request.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/transfer.h"

namespace rft {

// `listing`: the request of a listing, whose two URLs are folders.
std::vector<NewFile> wanted_files(const Request& listing, const Listed& said);
// Why it could not be listed. What is in it is not known.
std::optional<Fault> why_not_listed(const Listed& said);
NewFile unlisted_folder(const Request& listing, const Listed& said, Fault why);
bool moves_any(const std::vector<NewFile>& files);

std::vector<FolderDue>::iterator due_folder(std::vector<FolderDue>& due, const std::string& path);
// `moves`: something of what was said is moved.
void go_on_behind(FolderDue& due, const Listed& said, bool moves);
// A folder that was told whole and of which nothing is moved: it would not be made for a file in
// it. Patterns choose it as they would a file of its name.
std::optional<NewFile> empty_folder(const Request& listing, const FolderDue& told);

// One that was told and whose mode and time are kept, where it stands at the destination. The
// folder of the request itself is its user's: nothing of that is changed.
std::optional<NewFile> kept_folder(const Request& listing, const Listed& said);
// One that cannot be listed any more, and those below it: what is gone has nothing to keep.
std::optional<Fault> why_not_kept(const Request& listing, const Listed& said);

}  // namespace rft
