// What is to be made of what stands under a name: rules that one file and many share. Pure.
#pragma once
#include "mover/protocol.h"

namespace rft::mover {

// The facts of a source that can be moved. Faults: no_such_file, is_a_folder, the look's own.
Outcome<FileFacts> source_facts(const Look& seen);

// What a plan can see without trying: a mode that lets nobody read a source, or write into a folder
// of the destination. The fact Perm is not believed: GCT compares a user's id with a group's for
// it, and denies what the group may. Faults: not_permitted, not_a_folder.
Outcome<void> judge_may_read(const Standing& source);
Outcome<void> judge_may_write(const std::string& folder, const Standing& there);

// That a file stands where a folder of the destination is needed. Faults: not_a_folder, where the
// server calls it a file; what it calls neither may be a link to a folder.
Outcome<void> judge_may_be_folder(const std::string& folder, const Standing& there);
Fault file_for_folder(const std::string& name, Side side);

// Whether the source of a folder is one, as far as a look tells. Faults: no_such_folder,
// not_a_folder, the look's own.
Outcome<void> judge_source_folder(const std::string& folder, const Look& seen);

// What the options make of what stands under the final name.
enum class Place : std::uint8_t {
  free,      // nothing stands there
  replaced,  // by ours, at the moment of the rename
  adopted,   // if it is identical; else the file fails
  kept,      // by `sync` it is as good as the source: nothing is moved
  compared,  // kept if it is identical, else replaced
};
// Before the first byte. Faults: is_a_folder, destination_exists.
Outcome<Place> judge_place(const std::optional<Standing>& there, const FileFacts& source,
                           const Options& options);
// Before the rename: what by `sync` was to be replaced, or came meanwhile, is.
Outcome<Place> judge_place_again(const std::optional<Standing>& there, const Options& options);

// Whether what stands under a final name is what an earlier epoch proved and meant to rename: the
// same Unique, Size and Modify. With less in common a checksum tells, for inodes are used again at
// once (design 5.6).
enum class Ours : std::uint8_t { yes, no, by_checksum };
Ours is_ours(const PublishIntent& intent, const FileFacts& there);

// What stands under the final name after the rename of `part`. Where an old flow may still write
// into it (`doubtful`) good is only what did not change at all.
enum class After : std::uint8_t { good, anothers, spoilt };
After judge_after(const std::optional<Standing>& there, const FileFacts& part, bool doubtful);

// Why a part was not renamed to its final name. Where something stands there that was to be
// replaced (`replaces`), a refusal of the server's is taken to be about that.
Fault judge_rename(const Renamed& renamed, bool replaces);

// What is said where no checksum was compared.
Verdict verdict_without_checksum(Verify verify);

// Whether the user's checksum, where there is one, is that of the source. Faults:
// not_the_expected_content.
Outcome<void> judge_content(const WantedChecksum& wanted, const Checksum& source);

// Of a check: the facts of the file that stands at the destination. Faults: no_such_file,
// is_a_folder, not_as_recorded where its size is another, the look's own.
Outcome<FileFacts> judge_recorded(const Look& there, const std::optional<std::uint64_t>& size);
// Of one that is to be removed: it is the file that was listed. Faults: not_supported where that
// was none, changed_since_listed.
Outcome<void> judge_extra(const Standing& there, const BundleItem& listed);
// The folders of its path below `source`, percent-encoded, which may go when they are empty.
std::vector<std::string> folders_that_may_go(const BundleItem& removed);
// Of a check: its checksum is that of the record. Faults: not_as_recorded.
Outcome<void> judge_recorded(const WantedChecksum& recorded, const Checksum& there);

}  // namespace rft::mover
